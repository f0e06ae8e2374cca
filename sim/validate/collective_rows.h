// collective_rows.h -- predictions of collectives between GPUs, on the simulated fabric.
#pragma once

#include "sim/validate/registry.h"

namespace presil::validate {

void add_collectives(Registry& registry);

}  // namespace presil::validate
