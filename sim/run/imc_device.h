// imc_device.h -- a chip of kind imc in SystemC.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "models/npu/chip.h"
#include "models/npu/macro_chip_config.h"
#include "sim/run/chip.h"

namespace presil::run {

/// One vector of a pass: every operator with the rows that one of `vectors` has. Keys and values stay whole.
workload::Graph one_vector(const workload::Graph& graph, std::uint64_t vectors);
/// Rows of the widest product with weights: tokens of a prompt, sequences of a batch.
std::uint64_t vectors_of(const workload::Graph& graph);

/// The segment that occurs most often: what a chain of chips shares out.
const workload::Segment& layers_of(const workload::Graph& graph);

class ElaboratedImc final : public Elaborated {
 public:
  explicit ElaboratedImc(npu::MacroChipConfig config);
  ~ElaboratedImc() override;
  api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                          bool canonical) override;
  void set_speed(double share) override { device_.set_clock(config_.clock * share); }
  std::string surroundings(const workload::Graph& graph, const mapping::MappingOptions& options) const override;

 private:
  api::DeviceCounters simulate(const workload::Graph& graph, const workload::Segment& segment,
                               const mapping::MappingOptions& options, bool canonical);
  double share_of(const workload::Graph& graph, const mapping::MappingOptions& options);
  double busy_of(const api::DeviceCounters& counters, double chips) const;
  void hand_over(api::DeviceCounters& counters, const workload::Graph& graph, const workload::Segment& segment) const;

  const npu::MacroChipConfig config_;
  std::unique_ptr<api::Memory> memory_;
  npu::Chip device_;
  std::map<std::string, double> shares_;  ///< by all that the segments of a pass are
};

}  // namespace presil::run
