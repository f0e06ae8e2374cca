// pipeline.h -- 1F1B pipeline schedules, replayed.
//
// Each of `stages` devices holds `chunks` pieces of the model (virtual stages): piece c of stage s comes after piece c of stage
// s - 1, and piece c of stage 0 after piece c - 1 of the last. A device runs, in order [Narayanan et al., arXiv:2104.04473,
// section 2.2; megatron/core/pipeline_parallel/schedules.py]:
//   warm-up  w forward passes: w = stages - s - 1 with one chunk, else 2 (stages - s - 1) + (chunks - 1) stages
//   steady   one forward, one backward in turn
//   drain    the w backward passes left
// With chunks > 1 micro-batches go in groups of `stages` through one chunk after another.
// A pass starts when its device is free and what it needs has arrived: `transfer` after the end of the pass that made it.
// Where sends block (`blocking`), the device is busy with them as well.
#pragma once

#include <cstdint>
#include <vector>

namespace presil::parallel {

struct PipelineShape {
  std::uint32_t stages{1}, chunks{1};
  std::uint64_t micro_batches{1};
};

/// One pass of the schedule of a stage.
struct PipelineSlot {
  bool forward{true};
  std::uint32_t chunk{};
  std::uint64_t micro_batch{};
};

/// Why the schedule does not exist; empty when it does: chunks > 1 need stages > 1 and micro-batches that they divide.
const char* pipeline_obstacle(const PipelineShape& shape);

std::vector<PipelineSlot> pipeline_order(const PipelineShape& shape, std::uint32_t stage);

/// The most that chunks of a stage hold between forward and backward, when a micro-batch of chunk c holds held[c].
double most_held(const std::vector<PipelineSlot>& order, const std::vector<double>& held);

/// Seconds of a pass of each chunk of each stage.
struct PipelineTimes {
  std::vector<std::vector<double>> forward, backward;  ///< [stage][chunk]
  double transfer{};
  bool blocking{false};
};

struct PipelineResult {
  double span{};                                           ///< from the first pass to the end of the last
  std::vector<double> busy;                                ///< of a stage, in its passes
  std::vector<double> ends;                                ///< of a stage
  std::vector<std::vector<double>> last_backward;          ///< end of the last backward pass, [stage][chunk]
};

/// A pass as it was replayed; what it needed was sent by another stage at `sent`, below 0 when it came from its own.
struct PlayedPass {
  std::uint32_t stage{};
  PipelineSlot slot;
  double begin{}, end{};
  std::uint32_t from{};
  double sent{-1};
};

/// `played`: where to keep every pass, of a stage in order of time.
PipelineResult replay_pipeline(const PipelineShape& shape, const PipelineTimes& times, std::vector<PlayedPass>* played = nullptr);

}  // namespace presil::parallel
