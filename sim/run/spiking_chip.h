// spiking_chip.h -- kind neuromorphic: spiking cores (models/spiking) under the plan of
// sim/mapping/spiking_plan.h.
#pragma once

#include <memory>

#include "models/spiking/chip_config.h"
#include "models/spiking/spike_code.h"
#include "sim/run/chip.h"

namespace presil::run {

std::unique_ptr<ChipModel> make_spiking();

/// A chip from a configuration made in code, and the configuration of a chip that is known to be of this
/// kind.
Chip spiking_chip(const spiking::ChipConfig& config);
const spiking::ChipConfig& spiking_config(const Chip& chip);

/// Whether it carries numbers by spikes, and so needs to be told how.
bool computes_with_spikes(const Chip& chip);
/// Of a chip that does.
void use_spikes(Chip& chip, const spiking::SpikeCode& code);

}  // namespace presil::run
