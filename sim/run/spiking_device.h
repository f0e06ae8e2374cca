// spiking_device.h -- passes on a chip of kind neuromorphic.
//
// A step's contention is in its links' loads (models/spiking/mesh.h), so there is no event to simulate: the
// device adds up what the plan says of each operator, one after another. On a pipelined chip the vectors of a
// pass follow one another through the layers, which work in the same steps: pipelined.h has the sum. What all
// layers share there is the processors, the host link and the busiest link of the mesh. A pass of fewer steps
// updates resting neurons less often.
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
  api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment,
                          const mapping::MappingOptions& options, bool canonical) override;
  void set_speed(double share) override { speed_ = share; }
  std::string surroundings(const workload::Graph& graph,
                           const mapping::MappingOptions& options) const override;

 private:
  double share_of(const workload::Graph& graph) const;

  const spiking::ChipConfig config_;
  const spiking::SpikeCode code_;
  double speed_{1};
};

}  // namespace presil::run
