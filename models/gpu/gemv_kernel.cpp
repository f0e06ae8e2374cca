// gemv_kernel.cpp -- implementation of gemv_kernel.h.
#include "models/gpu/gemv_kernel.h"

#include <algorithm>

namespace presil::gpu {

namespace {

constexpr std::size_t kGemvPhases = 16;
constexpr double kGemvStages = 8;  ///< loads under way in a thread. [assumed] the loop unrolled by 8

double gemv_macs(const MatmulShape& s) { return s.flops() / 2; }

}  // namespace

bool can_run_gemv(const MatmulShape& s) {
  return (s.m == 1 || s.n == 1) && s.speedup <= 1 && bits(s.format) >= 16 && s.a_bytes >= 2 && s.b_bytes >= 2;
}

double gemv_cycles(const GpuConfig& gpu, const MatmulShape& s) { return gemv_macs(s) * lane_instructions(gpu, s.format) / gpu.lanes / gpu.sms; }

Kernel gemv_kernel(const GpuConfig& gpu, const MatmulShape& s) {
  const double batch = static_cast<double>(s.batch), m = static_cast<double>(s.m), n = static_cast<double>(s.n), k = static_cast<double>(s.k);
  const double loads = batch * k * (m * s.a_bytes + n * s.b_bytes), stores = batch * m * n * s.c_bytes, share = kGemvPhases;
  Kernel kernel;
  kernel.name = "matmul";
  kernel.plan = "matrix times vector on the lanes";
  kernel.format = Format::fp32;
  kernel.macs = gemv_macs(s);
  kernel.instructions = kernel.macs * lane_instructions(gpu, s.format);
  kernel.blocks = gpu.sms;
  set_places(s, kernel);
  kernel.stages = kGemvStages;
  kernel.phases.assign(kGemvPhases, {gemv_cycles(gpu, s) / share, (loads + stores) / share, loads / share, stores / share});
  kernel.latency_s = gpu.architecture.fit.kernel_latency.value;
  return kernel;
}

}  // namespace presil::gpu
