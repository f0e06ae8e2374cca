// describe_power.h -- what `presil describe CHIP` says of power and area, published beside computed, as rows of its tables.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/run/chip.h"

namespace presil::run {

/// The format a chip is usually quoted in.
Format usual_format(const Chip& chip);
/// What, published, computed, note.
nlohmann::ordered_json power_rows(const Chip& chip);
/// Format, arithmetic, registers, control, note: of the formats its units multiply in, and of an operation of its lanes.
nlohmann::ordered_json multiply_add_rows(const Chip& chip);
/// What, energy, note: of the chip's DRAM, by command where they are known.
nlohmann::ordered_json memory_energy_rows(const Chip& chip);

}  // namespace presil::run
