// collective_rows.h -- predictions of collectives between GPUs of one node, in closed form.
#pragma once

#include "sim/validate/registry.h"

namespace presil::validate {

void add_collectives(Registry& registry);

}  // namespace presil::validate
