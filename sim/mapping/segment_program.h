// segment_program.h -- a segment of a graph as a program for one chip.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/api/program.h"
#include "models/npu/chip_config.h"
#include "sim/mapping/emitter.h"
#include "sim/mapping/options.h"
#include "workloads/graph/graph.h"

namespace presil::mapping {

/// Plans all kernels of a segment once; programs made from it are independent.
class SegmentMapping {
 public:
  /// Throws CapacityError when a kernel cannot be tiled, InputError when the chip cannot compute in a format,
  /// or when ranks exchange data.
  SegmentMapping(const workload::Graph& graph, const workload::Segment& segment, const npu::ChipConfig& chip,
                 const MappingOptions& options);
  SegmentMapping(const SegmentMapping&) = delete;

  /// One line per kernel for --explain: operators, plan, where operands live.
  struct Line { std::string operators, plan, homes; double predicted_s; };
  std::vector<Line> explain() const;
  /// Throws CapacityError when a command reserves more than a core has.
  void check_space(const api::Command& command) const;
  const std::vector<KernelWork>& kernels() const { return works_; }
  const Placement& placement() const { return placement_; }

 private:
  void plan_matmul_kernel(KernelWork& work);
  void plan_macro_kernel(KernelWork& work);
  const workload::Graph& graph_;
  const workload::Segment& segment_;
  const npu::ChipConfig& chip_;
  Placement placement_;
  WeightPlacement weights_;         ///< of chips with macros
  std::uint64_t next_core_{0};      ///< that holds the next matrix of the segment
  std::vector<KernelWork> works_;
};

/// The commands of a mapping, kernel by kernel. The mapping must outlive it.
class SegmentProgram : public api::ProgramSource {
 public:
  explicit SegmentProgram(const SegmentMapping& mapping) : mapping_(mapping) {}
  bool next(api::Command& command) override;
  std::uint64_t resident_bytes() const override { return mapping_.placement().local_bytes; }

 private:
  bool refill();
  const SegmentMapping& mapping_;
  std::size_t kernel_{0};
  std::unique_ptr<Emitter> emitter_;
  std::vector<api::Command> ready_;
  std::size_t used_{0};
  api::CommandId next_id_{0};
};

}  // namespace presil::mapping
