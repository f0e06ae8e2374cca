// predict.h -- predictions of all rows, on several processes.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "sim/validate/devices.h"
#include "sim/validate/samples.h"

namespace presil::validate {

/// Rows that one worker predicts: few enough to share out, enough to share what rows of a device have in
/// common.
inline constexpr std::size_t kRowsPerWorker = 16;

/// One prediction for every sample, in their order, and equal on any number of jobs: rows of a chip are cut
/// into pieces of kRowsPerWorker, whatever `jobs` is, and each piece has a process of its own (one process is
/// one elaboration). A worker that dies leaves its rows without a prediction, with the reason.
/// `progress(done, all)` is called after every piece; it may be empty.
std::vector<Prediction> predict_all(const Registry& registry, Devices& devices,
                                    const std::vector<Sample>& samples, std::size_t jobs,
                                    const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace presil::validate
