// baseline.h -- what anyone could predict without a simulator: a roofline with three fitted constants.
//
//   time = launch + max(operations / (compute_efficiency x peak), bytes / (bandwidth_efficiency x bandwidth))
//
// `launch` is one constant, added to every row or only to rows whose measurement includes the launch,
// whichever fits better. The constants minimise the mean absolute percentage error on the rows they are
// fitted on:
//
//   1. For every pair of efficiencies of a logarithmic grid from 1% to 100%, the best launch is a weighted
//      median: MAPE of times is sum |launch + t - y| / y, least where half of the weight 1/y lies on either
//      side of y - t.
//   2. From the best of the grid, coordinate search with steps that are halved until they are below 1e-5.
//
// Rows that measure a share of the peak (whole training steps) have nothing to bound: their baseline is the best constant, one MFU
// for all of them, or one HFU for those whose rates count what is computed again; a weighted median too.
//
// No random number takes part; equal rows give equal constants.
#pragma once

#include <vector>

#include "sim/validate/registry.h"
#include "sim/validate/work.h"

namespace presil::validate {

struct BaselineRow {
  Work work;
  double measured{};
};

struct Baseline {
  double compute_efficiency{1}, bandwidth_efficiency{1}, launch_s{0};
  bool launch_everywhere{false};
  double mfu{0}, hfu{0};              ///< of shares of the peak; 0: no such row
  bool constant() const { return mfu > 0 || hfu > 0; }

  /// In the unit of the measurement.
  double predict(const Work& work, const Roofs& roofs) const;
};

/// Can the roofs bound this work (a peak in its format, a bandwidth)?
bool bounded(const Work& work, const Roofs& roofs);

/// All rows must be bounded, and there must be one.
Baseline fit_baseline(const std::vector<BaselineRow>& rows, const Roofs& roofs);

/// What a row measures as a share of its device's peak.
double share_of_peak(const BaselineRow& row, const Roofs& roofs);

/// One share of the peak for rows of any device, MFU and HFU alike, and its mean absolute percentage error as a share.
struct BestConstant { double share, error; };
BestConstant best_constant(const std::vector<double>& shares);

/// Mean absolute percentage error, as a share.
double mean_error(const Baseline& baseline, const std::vector<BaselineRow>& rows, const Roofs& roofs);

}  // namespace presil::validate
