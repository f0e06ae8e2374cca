// clock_governor.cpp -- implementation of clock_governor.h.
#include "models/gpu/clock_governor.h"

#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"

namespace presil::gpu {

Hertz program_clock(const GpuConfig& gpu, const Silicon& silicon, const std::vector<Launch>& program) {
  return highest_state(gpu, [&](Hertz clock) {
    const Watts rest = gpu.power.idle + awake_power(gpu, silicon, clock).total();
    double dynamic = 0, time = 0;
    for (const Launch& launch : program) {
      const double t = kernel_time(gpu, launch.kernel, clock).value;
      dynamic += (kernel_power(gpu, silicon, launch.kernel, clock).value - rest.value) * t;
      time += t;
    }
    return Watts{rest.value + (time > 0 ? dynamic / time : 0)};
  });
}

}  // namespace presil::gpu
