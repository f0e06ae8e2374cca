// price.h -- manufacturing cost and embodied carbon of a configured chip.
#pragma once

#include "sim/ppa/economics.h"
#include "sim/run/chip.h"

namespace presil::run {

ppa::ChipPrice price_of(const Chip& chip, const ppa::EconomicsConfig& economics);

}  // namespace presil::run
