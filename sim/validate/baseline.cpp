// baseline.cpp -- implementation of baseline.h.
#include "sim/validate/baseline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace presil::validate {

namespace {

constexpr int kGridPoints = 25;
constexpr double kLeastEfficiency = 0.01;
constexpr double kFinestStep = 1e-5;

double peak_of(const Work& work, const Roofs& roofs) {
  return work.vector ? roofs.vector_ops_per_s : roofs.ops_per_s[static_cast<std::size_t>(work.format)];
}

/// The x that minimises the sum of weight |x - value|.
double weighted_median(std::vector<std::pair<double, double>> values) {
  std::sort(values.begin(), values.end());
  double all = 0, below = 0;
  for (const auto& [value, weight] : values) all += weight;
  for (const auto& [value, weight] : values)
    if ((below += weight) >= all / 2) return value;
  return 0;
}

/// The share s that minimises sum |s peak / y - 1|: weights are 1 / y, up to a factor the inverse of the values.
double best_share(const std::vector<BaselineRow>& rows, const Roofs& roofs, Share share) {
  std::vector<std::pair<double, double>> shares;
  for (const BaselineRow& row : rows)
    if (row.work.share == share) shares.emplace_back(share_of_peak(row, roofs), 1 / row.measured);
  return weighted_median(std::move(shares));
}

// The launch that minimises sum |launch + t - y| / y; never below 0.
double best_launch(const Baseline& baseline, const std::vector<BaselineRow>& rows, const Roofs& roofs) {
  Baseline without = baseline;
  without.launch_s = 0;
  std::vector<std::pair<double, double>> rest;  // y - t, 1 / y
  for (const BaselineRow& row : rows) {
    if (!row.work.launched && !baseline.launch_everywhere) continue;
    const double y = row.work.seconds_of(row.measured);
    rest.emplace_back(y - row.work.seconds_of(without.predict(row.work, roofs)), 1 / y);
  }
  return std::max(0.0, weighted_median(std::move(rest)));
}

// One coordinate up or down by a factor; efficiencies stay in their range.
Baseline moved(const Baseline& from, int coordinate, double factor) {
  Baseline to = from;
  const auto within = [](double efficiency) { return std::clamp(efficiency, kLeastEfficiency, 1.0); };
  if (coordinate == 0) to.compute_efficiency = within(from.compute_efficiency * factor);
  if (coordinate == 1) to.bandwidth_efficiency = within(from.bandwidth_efficiency * factor);
  if (coordinate == 2) to.launch_s = from.launch_s * factor;
  return to;
}

Baseline fit(const std::vector<BaselineRow>& rows, const Roofs& roofs, bool launch_everywhere) {
  Baseline best;
  best.launch_everywhere = launch_everywhere;
  double least = mean_error(best, rows, roofs);
  const auto consider = [&](const Baseline& candidate) {
    const double error = mean_error(candidate, rows, roofs);
    if (!(error < least)) return false;
    least = error;
    best = candidate;
    return true;
  };
  const auto efficiency = [](int i) {
    return std::pow(kLeastEfficiency, static_cast<double>(i) / (kGridPoints - 1));
  };
  for (int i = 0; i < kGridPoints; ++i)
    for (int j = 0; j < kGridPoints; ++j) {
      Baseline candidate{efficiency(i), efficiency(j), 0, launch_everywhere};
      candidate.launch_s = best_launch(candidate, rows, roofs);
      consider(candidate);
    }
  for (double step = 0.2; step > kFinestStep;) {
    bool better = false;
    for (int coordinate = 0; coordinate < 3; ++coordinate)
      for (const double factor : {1 + step, 1 / (1 + step)}) {
        Baseline next = moved(best, coordinate, factor);
        better = consider(next) || better;
        next.launch_s = best_launch(next, rows, roofs);
        better = consider(next) || better;
      }
    if (!better) step /= 2;
  }
  return best;
}

}  // namespace

bool bounded(const Work& work, const Roofs& roofs) {
  if (work.share != Share::none) return peak_of(work, roofs) > 0;
  return (work.ops <= 0 || peak_of(work, roofs) > 0) && roofs.bytes_per_s > 0 && work.ops + work.bytes > 0;
}

double Baseline::predict(const Work& work, const Roofs& roofs) const {
  if (work.share != Share::none) {
    const double known = work.share == Share::mfu ? mfu : hfu, other = work.share == Share::mfu ? hfu : mfu;
    return (known > 0 ? known : other) * peak_of(work, roofs) / work.scale;
  }
  const double compute = work.ops > 0 ? work.ops / (compute_efficiency * peak_of(work, roofs)) : 0;
  const double memory = work.bytes / (bandwidth_efficiency * roofs.bytes_per_s);
  const double launch = work.launched || launch_everywhere ? launch_s : 0;
  return work.value_of(launch + std::max(compute, memory));
}

double share_of_peak(const BaselineRow& row, const Roofs& roofs) { return row.measured * row.work.scale / peak_of(row.work, roofs); }

BestConstant best_constant(const std::vector<double>& shares) {
  std::vector<std::pair<double, double>> weighted;
  for (const double share : shares) weighted.emplace_back(share, 1 / share);
  const double best = weighted_median(std::move(weighted));
  double sum = 0;
  for (const double share : shares) sum += std::abs(best / share - 1);
  return {best, shares.empty() ? 0 : sum / static_cast<double>(shares.size())};
}

double mean_error(const Baseline& baseline, const std::vector<BaselineRow>& rows, const Roofs& roofs) {
  double sum = 0;
  for (const BaselineRow& row : rows) sum += std::abs(baseline.predict(row.work, roofs) / row.measured - 1);
  return rows.empty() ? 0 : sum / static_cast<double>(rows.size());
}

Baseline fit_baseline(const std::vector<BaselineRow>& rows, const Roofs& roofs) {
  if (!rows.empty() && rows.front().work.share != Share::none) {
    Baseline best;
    best.mfu = best_share(rows, roofs, Share::mfu);
    best.hfu = best_share(rows, roofs, Share::hfu);
    return best;
  }
  const bool any =
      std::any_of(rows.begin(), rows.end(), [](const BaselineRow& row) { return row.work.launched; });
  const bool all =
      std::all_of(rows.begin(), rows.end(), [](const BaselineRow& row) { return row.work.launched; });
  const Baseline everywhere = fit(rows, roofs, true);
  if (all || !any) return everywhere;
  const Baseline where_included = fit(rows, roofs, false);
  return mean_error(where_included, rows, roofs) < mean_error(everywhere, rows, roofs) ? where_included
                                                                                       : everywhere;
}

}  // namespace presil::validate
