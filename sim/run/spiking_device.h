// spiking_device.h -- passes on a chip of kind neuromorphic.
//
// Operators follow one another and a step's contention is in its links' loads (models/spiking/mesh.h), so there is no event
// to simulate: the device adds up what the plan says of each operator.
#pragma once

#include <string>

#include "models/spiking/chip_config.h"
#include "models/spiking/spike_code.h"
#include "sim/run/chip.h"

namespace presil::run {

class ElaboratedSpiking final : public Elaborated {
 public:
  /// Throws InputError without a code.
  ElaboratedSpiking(spiking::ChipConfig config, const spiking::SpikeCode& code);
  api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment, const mapping::MappingOptions& options,
                          bool canonical) override;
  void set_speed(double share) override { speed_ = share; }
  std::string surroundings(const workload::Graph& graph, const mapping::MappingOptions& options) const override;

 private:
  const spiking::ChipConfig config_;
  const spiking::SpikeCode code_;
  double speed_{1};
};

}  // namespace presil::run
