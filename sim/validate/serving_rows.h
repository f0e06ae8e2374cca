// serving_rows.h -- predictions of inference rows: whole requests on one GPU or on several.
#pragma once

#include "sim/validate/registry.h"

namespace presil::validate {

void add_serving(Registry& registry);

}  // namespace presil::validate
