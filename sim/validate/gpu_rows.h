// gpu_rows.h -- predictions of GPUs: rows of gemm, vector, attention and flash_attention, simulated on the device.
#pragma once

#include "sim/validate/registry.h"

namespace presil::validate {

void add_gpu(Registry& registry);

}  // namespace presil::validate
