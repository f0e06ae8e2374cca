// npu_rows.h -- predictions of software-managed accelerators (TPU, NPU): rows of gemm, tpu_gemm and tpu_v1.
#pragma once

#include "sim/validate/registry.h"

namespace presil::validate {

void add_npu(Registry& registry);

}  // namespace presil::validate
