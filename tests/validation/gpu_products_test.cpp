// gpu_products_test.cpp -- large matrix products on GPUs known by data sheet alone, and under a lowered power cap, against
// public measurements. 15%: boards of one name differ by 10%.
#include <ostream>

#include <gtest/gtest.h>

#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_policy.h"
#include "tests/property/shipped_gpus.h"

namespace presil::run {
namespace {

struct MeasuredProduct {
  const char* chip;
  Format format;
  double cap_w;    ///< 0: the board's own
  double tflops;   ///< 8192 x 8192 x 8192, random values
  const char* source;
};

std::ostream& operator<<(std::ostream& out, const MeasuredProduct& p) { return out << p.chip << " at " << p.tflops << " TFLOPS, " << p.source; }

class MeasuredProducts : public testing::TestWithParam<MeasuredProduct> {};

double predicted_tflops(const MeasuredProduct& p) {
  const Chip chip = shipped_chip(p.chip);
  gpu::GpuConfig config = *gpu_config(chip);
  if (p.cap_w > 0) config.power.tdp = {p.cap_w};
  gpu::MatmulShape shape;
  shape.m = shape.n = shape.k = 8192;
  shape.format = p.format;
  shape.a_bytes = shape.b_bytes = bytes_per_value(p.format);
  const gpu::Kernel kernel = gpu::plan_matmul(config, shape);
  return shape.flops() / gpu::kernel_time(config, kernel, gpu::sustained_clock(config, gpu::silicon(config), kernel)).value / 1e12;
}

TEST_P(MeasuredProducts, AreMet) {
  const MeasuredProduct& p = GetParam();
  EXPECT_NEAR(predicted_tflops(p) / p.tflops, 1, 0.15) << p;
}

#define PRESIL_TORCH_DATA "github.com/zzc0721/torch-performance-test-data, issue "
INSTANTIATE_TEST_SUITE_P(Chips, MeasuredProducts,
                         testing::Values(MeasuredProduct{"h100_sxm", Format::bf16, 500, 585.2, "github.com/pytorch/FBGEMM, pull request 2546"},
                                         MeasuredProduct{"h100_sxm", Format::fp8, 500, 1125.5, "github.com/pytorch/FBGEMM, pull request 2546"},
                                         MeasuredProduct{"h100_sxm", Format::fp16, 0, 736.2, PRESIL_TORCH_DATA "79"},
                                         MeasuredProduct{"h100_sxm", Format::bf16, 0, 797.5, PRESIL_TORCH_DATA "79"},
                                         MeasuredProduct{"rtx_4090", Format::fp16, 0, 155.5, PRESIL_TORCH_DATA "78"},
                                         MeasuredProduct{"rtx_4090", Format::bf16, 0, 160.2, PRESIL_TORCH_DATA "78"},
                                         MeasuredProduct{"l4", Format::fp16, 0, 53.8, PRESIL_TORCH_DATA "120"},
                                         MeasuredProduct{"l4", Format::bf16, 0, 59.4, PRESIL_TORCH_DATA "120"},
                                         MeasuredProduct{"v100_sxm2", Format::fp16, 0, 97.4, PRESIL_TORCH_DATA "140"},
                                         MeasuredProduct{"v100_sxm2", Format::bf16, 0, 10.65, PRESIL_TORCH_DATA "140"},
                                         MeasuredProduct{"t4", Format::fp16, 0, 42.71, PRESIL_TORCH_DATA "29"},
                                         MeasuredProduct{"t4", Format::fp32, 0, 4.43, PRESIL_TORCH_DATA "29"},
                                         MeasuredProduct{"a40", Format::fp16, 0, 108.5, PRESIL_TORCH_DATA "185"},
                                         MeasuredProduct{"a40", Format::bf16, 0, 110.6, PRESIL_TORCH_DATA "185"}));
#undef PRESIL_TORCH_DATA

}  // namespace
}  // namespace presil::run
