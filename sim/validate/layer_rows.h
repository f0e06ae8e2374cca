// layer_rows.h -- predictions of one transformer layer and of its operators, as a framework runs them one by one.
#pragma once

#include "sim/validate/registry.h"

namespace presil::validate {

void add_layers(Registry& registry);

}  // namespace presil::validate
