// summary.cpp -- implementation of summary.h.
#include "sim/validate/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace presil::validate {

namespace {

class Summariser {
 public:
  Summariser(const std::vector<Sample>& samples, const std::vector<Prediction>& predictions, Devices& devices)
      : samples_(samples), predictions_(predictions), devices_(devices) {}
  Summary run();

 private:
  const Row& row(std::size_t i) const { return common(samples_[i].data); }
  bool predicted(std::size_t i) const { return predictions_[i].fault.empty(); }
  Group& group_of(std::size_t i, const std::string& name);
  void finish(Group& group);
  Line line_of(const std::vector<std::size_t>& chosen) const;
  std::optional<std::vector<BaselineRow>> baseline_rows(const std::vector<std::size_t>& chosen) const;
  void add_baselines(Group& group, const std::vector<std::size_t> (&chosen)[3]);
  void count_unpredicted(std::size_t i);
  void order();
  void join_devices();

  const std::vector<Sample>& samples_;
  const std::vector<Prediction>& predictions_;
  Devices& devices_;
  Summary summary_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> groups_;
  std::map<std::string, std::size_t> reasons_;
};

Group& Summariser::group_of(std::size_t i, const std::string& name) {
  const std::string kind = kind_of(samples_[i].data), device = devices_.of(row(i)).name;
  const auto [found, is_new] = groups_.emplace(std::tuple(kind, device, name), summary_.groups.size());
  if (!is_new) return summary_.groups[found->second];
  Group group;
  group.kind = kind;
  group.device = device;
  group.group = name;
  group.unit = row(i).unit;
  return summary_.groups.emplace_back(std::move(group));
}

Line Summariser::line_of(const std::vector<std::size_t>& chosen) const {
  Line line;
  line.rows = chosen.size();
  std::vector<double> errors;
  std::vector<std::size_t> used;
  for (const std::size_t i : chosen) {
    if (!predicted(i)) continue;
    errors.push_back(predictions_[i].value / row(i).measured - 1);
    used.push_back(i);
  }
  line.errors = errors_of(errors);
  if (!used.empty()) line.worst_sample = used[line.errors.worst_at];
  return line;
}

std::optional<std::vector<BaselineRow>> Summariser::baseline_rows(
    const std::vector<std::size_t>& chosen) const {
  std::vector<BaselineRow> rows;
  for (const std::size_t i : chosen) {
    if (!predicted(i)) continue;
    const std::optional<Work> work = work_of(samples_[i].data);
    if (!work || !bounded(*work, devices_.of(row(i)).roofs)) return std::nullopt;
    rows.push_back({*work, row(i).measured});
  }
  if (rows.empty()) return std::nullopt;
  return rows;
}

void Summariser::add_baselines(Group& group, const std::vector<std::size_t> (&chosen)[3]) {
  const Roofs& roofs = devices_.of(row(group.samples.front())).roofs;
  for (const Split split : kSplits) {
    Line& line = group.lines[static_cast<std::size_t>(split)];
    const auto rows = baseline_rows(chosen[static_cast<std::size_t>(split)]);
    if (!rows) continue;
    const Line& fitted = group.line(Split::fitted);
    if (split == Split::held_out && !fitted.baseline_error) continue;
    line.baseline = split == Split::held_out ? fitted.baseline : fit_baseline(*rows, roofs);
    line.baseline_error = mean_error(line.baseline, *rows, roofs);
  }
}

void Summariser::finish(Group& group) {
  std::vector<std::size_t> chosen[3];
  for (const std::size_t i : group.samples) {
    chosen[static_cast<std::size_t>(Split::all)].push_back(i);
    chosen[static_cast<std::size_t>(samples_[i].fitted_on() ? Split::fitted : Split::held_out)].push_back(i);
    if (row(i).unit != group.unit) group.unit = "mixed";
  }
  for (const Split split : kSplits)
    group.lines[static_cast<std::size_t>(split)] = line_of(chosen[static_cast<std::size_t>(split)]);
  add_baselines(group, chosen);
  std::vector<std::size_t> gated;
  for (const std::size_t i : group.samples)
    if (row(i).gated) gated.push_back(i);
  const Line judged = line_of(gated);
  group.gated_error = judged.errors.mean;
  group.gated_rows = judged.errors.count;
}

void Summariser::count_unpredicted(std::size_t i) {
  const Prediction& prediction = predictions_[i];
  if (prediction.defect) ++summary_.defects;
  const auto [found, is_new] = reasons_.emplace(prediction.fault, summary_.unpredicted.size());
  if (is_new) summary_.unpredicted.push_back({prediction.fault, 0, samples_[i].place, prediction.defect});
  ++summary_.unpredicted[found->second].rows;
}

void Summariser::order() {
  std::vector<std::string> kinds, devices;
  const auto rank = [](std::vector<std::string>& seen, const std::string& name) {
    return std::find(seen.begin(), seen.end(), name) - seen.begin();
  };
  for (const Group& group : summary_.groups) {
    if (std::find(kinds.begin(), kinds.end(), group.kind) == kinds.end()) kinds.push_back(group.kind);
    if (std::find(devices.begin(), devices.end(), group.device) == devices.end())
      devices.push_back(group.device);
  }
  std::stable_sort(summary_.groups.begin(), summary_.groups.end(), [&](const Group& a, const Group& b) {
    return std::pair(rank(kinds, a.kind), rank(devices, a.device)) <
           std::pair(rank(kinds, b.kind), rank(devices, b.device));
  });
  // One group says no more than the whole.
  std::vector<Group> kept;
  for (Group& group : summary_.groups) {
    const auto same = std::count_if(summary_.groups.begin(), summary_.groups.end(), [&](const Group& g) {
      return g.kind == group.kind && g.device == group.device && !g.group.empty();
    });
    if (group.group.empty() || same > 1) kept.push_back(group);
  }
  summary_.groups = std::move(kept);
}

void Summariser::join_devices() {
  struct Kind { std::string device; bool several{false}; std::vector<double> shares, errors; };
  std::map<std::string, Kind> kinds;
  for (const Group& group : summary_.groups) {
    if (!group.group.empty() || !group.line(Split::all).baseline.constant()) continue;
    Kind& kind = kinds[group.kind];
    kind.several = kind.several || (!kind.device.empty() && kind.device != group.device);
    kind.device = group.device;
    for (const std::size_t i : group.samples) {
      if (!predicted(i)) continue;
      kind.shares.push_back(share_of_peak({*work_of(samples_[i].data), row(i).measured}, devices_.of(row(i)).roofs));
      kind.errors.push_back(predictions_[i].value / row(i).measured - 1);
    }
  }
  for (const auto& [name, kind] : kinds)
    if (kind.several) summary_.together.push_back({name, kind.errors.size(), errors_of(kind.errors).mean, best_constant(kind.shares)});
}

Summary Summariser::run() {
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    group_of(i, "").samples.push_back(i);
    if (!row(i).group.empty()) group_of(i, row(i).group).samples.push_back(i);
    ++summary_.rows;
    if (predicted(i))
      ++summary_.predicted;
    else
      count_unpredicted(i);
  }
  order();
  for (Group& group : summary_.groups) finish(group);
  join_devices();
  return std::move(summary_);
}

}  // namespace

const char* name(Split split) {
  return split == Split::all ? "all" : split == Split::fitted ? "fitted" : "held out";
}

Summary summarise(const std::vector<Sample>& samples, const std::vector<Prediction>& predictions,
                  Devices& devices) {
  return Summariser(samples, predictions, devices).run();
}

std::vector<std::string> above(const Summary& summary, double limit) {
  std::vector<std::string> sentences;
  if (summary.predicted == 0)
    sentences.push_back(
        fmt::format("none of {} rows was predicted, so nothing is within {}%", summary.rows, limit));
  for (const Group& group : summary.groups)
    if (group.group.empty() && group.gated_rows > 0 && group.gated_error * 100 > limit)
      sentences.push_back(fmt::format("{} on {}: mean absolute error {:.1f}% over {} rows is above {}%",
                                      group.kind, group.device, group.gated_error * 100, group.gated_rows,
                                      limit));
  return sentences;
}

}  // namespace presil::validate
