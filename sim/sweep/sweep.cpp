// sweep.cpp -- implementation of sweep.h.
#include "sim/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/sweep/search.h"

namespace presil::sweep {

namespace {

using Json = nlohmann::ordered_json;

// A point's outcome as it crosses the pipe.
std::string packed(const Json& outcome) { return outcome.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string packed(ExitStatus status, const std::string& error) {
  return packed({{"status", static_cast<int>(status)}, {"error", error}});
}

std::string run_point(const Spec& spec, const Runner& run, const Choice& choice) {
  try {
    const Json result = run(spec, spec.overrides(choice));
    return packed({{"status", 0}, {"config_hash", result.value("config_hash", "")}, {"metrics", result.at("metrics")}});
  } catch (const Error& error) {
    return packed(error.status(), error.what());
  } catch (const std::bad_alloc&) {
    return packed(ExitStatus::run_failed, "out of memory");
  } catch (const std::exception& error) {
    return packed(ExitStatus::run_failed, std::string("internal error: ") + error.what());
  }
}

// One line: a message that lists several problems would otherwise break up the table for line-based tools.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n')
      line += c;
    else
      line += line.ends_with(':') ? " " : "; ";
  }
  return line;
}

Record failed(Record record, const std::string& error) {
  record.status = ExitStatus::run_failed;
  record.error = error;
  return record;
}

Record unpacked(Record record, const Reply& reply) {
  if (reply.signal != 0) return failed(record, fmt::format("worker ended by signal {} ({})", reply.signal, strsignal(reply.signal)));
  if (reply.status != 0) return failed(record, fmt::format("worker ended early with status {}", reply.status));
  try {
    const Json outcome = Json::parse(reply.text);
    record.status = static_cast<ExitStatus>(outcome.at("status").get<int>());
    record.error = one_line(outcome.value("error", ""));
    record.config_hash = outcome.value("config_hash", "");
    const Json metrics = outcome.value("metrics", Json::object());
    for (const auto& [name, value] : metrics.items())
      if (value.is_number()) record.metrics.emplace_back(name, value.get<double>());
  } catch (const Json::exception& error) {
    return failed(record, std::string("worker sent no result: ") + error.what());
  }
  return record;
}

// Where the user wrote the path that an error speaks of: "sweep.yaml:4:3: ".
std::string place(const Spec& spec, const std::string& error) {
  for (const std::string& path : spec.paths())
    if (error.find("--set " + path + "=") != std::string::npos) return spec.mark_of(path)->text() + ": ";
  return "";
}

class Sweep {
 public:
  Sweep(const Spec& spec, const Job& job) : spec_(spec), job_(job), progress_{0, most_points(spec, job.shard), 0, 0} {
    for (const Record& record : job.known) known_[record.point] = record;
  }

  /// Results of these points, numbered from `first`, of which a shard has only its own. Their order is that of `choices`.
  void run(const std::vector<Choice>& choices, std::size_t first) {
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const std::size_t point = first + i;
      if (!job_.shard.has(point)) continue;
      order_.push_back(point);
      const auto old = known_.find(point);
      if (old == known_.end())
        todo.push_back(i);
      else
        take(old->second, true);
    }
    const auto work = [&](std::size_t t) { return run_point(spec_, job_.run, choices[todo[t]]); };
    const auto done = [&](std::size_t t, const Reply& reply) {
      Record record;
      record.point = first + todo[t];
      record.cells = spec_.cells(choices[todo[t]]);
      record = unpacked(std::move(record), reply);
      if (results_.empty()) refuse_wrong_input(record);
      take(record, false);
    };
    const std::size_t alone = results_.empty() && !todo.empty() ? 1 : 0;
    run_pool(0, alone, 1, work, done);
    if (job_.launch) job_.launch(alone, todo.size(), [&](std::size_t t) { return Json(choices[todo[t]]).dump(); }, done);
    else run_pool(alone, todo.size(), job_.jobs, work, done);
  }
  /// The search proposes fewer points than it may.
  void end() {
    progress_.points = progress_.done;
    if (job_.progress) job_.progress(progress_);
  }
  const std::map<std::size_t, Record>& results() const { return results_; }

 private:
  void refuse_wrong_input(const Record& record) const {
    if (record.status == ExitStatus::bad_input || record.status == ExitStatus::usage)
      throw InputError(place(spec_, record.error) + record.error);
  }
  void take(const Record& record, bool kept) {
    if (!kept && job_.save) job_.save(record);
    results_[record.point] = record;
    ++progress_.done;
    if (kept) ++progress_.kept;
    if (!record.ok()) ++progress_.failed;
    for (; job_.row && rows_ < order_.size() && results_.contains(order_[rows_]); ++rows_) job_.row(results_.at(order_[rows_]));
    if (job_.progress) job_.progress(progress_);
  }

  const Spec& spec_;
  const Job& job_;
  Progress progress_;
  std::map<std::size_t, Record> known_, results_;
  std::vector<std::size_t> order_;  ///< points of this shard
  std::size_t rows_{0};             ///< of them, handed to job_.row
};

void explore(const Spec& spec, Sweep& sweep) {
  std::vector<std::size_t> genes;
  for (const Dimension& dimension : spec.dimensions) genes.push_back(dimension.rows.size());
  const std::vector<std::string> paths = spec.paths();
  std::size_t proposed = 0;
  const auto evaluate = [&](const std::vector<Genome>& genomes) {
    sweep.run(genomes, proposed);
    std::vector<Fitness> all;
    for (std::size_t i = 0; i < genomes.size(); ++i) {
      Fitness fitness;
      const Record& record = sweep.results().at(proposed + i);
      for (const Objective& objective : spec.objectives) {
        const std::optional<double> value = value_of(objective.what, record, paths);
        if (!value && record.ok())
          throw InputError(fmt::format("{}: the results have no {}", objective.mark.text(), objective.what.text()));
        if (value) fitness.push_back(objective.largest ? -*value : *value);
      }
      all.push_back(std::move(fitness));
    }
    proposed += genomes.size();
    return all;
  };
  search(genes, {spec.explore->population, spec.explore->generations, spec.explore->seed},
         [&](const Genome& genome) { return spec.allowed(genome); }, evaluate);
  sweep.end();
}

}  // namespace

Reply serve_point(const Spec& spec, const Runner& run, const std::string& order) {
  const auto choice = Json::parse(order).get<Choice>();
  Reply answer;
  run_pool(0, 1, 1, [&](std::size_t) { return run_point(spec, run, choice); }, [&](std::size_t, const Reply& reply) { answer = reply; });
  return answer;
}

std::size_t most_points(const Spec& spec, const Shard& shard) {
  if (!spec.explore) return spec.points.size() / shard.count + (spec.points.size() % shard.count > shard.index ? 1 : 0);
  double space = 1;
  for (const Dimension& dimension : spec.dimensions) space *= static_cast<double>(dimension.rows.size());
  return static_cast<std::size_t>(std::min(space, static_cast<double>(spec.explore->population) * spec.explore->generations));
}

std::vector<Record> run_sweep(const Spec& spec, const Job& job) {
  Sweep sweep(spec, job);
  if (spec.explore)
    explore(spec, sweep);
  else
    sweep.run(spec.points, 0);
  std::vector<Record> all;
  for (const auto& [point, record] : sweep.results()) all.push_back(record);
  return all;
}

}  // namespace presil::sweep
