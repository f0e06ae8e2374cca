// clock_governor.cpp -- implementation of clock_governor.h.
#include "models/gpu/clock_governor.h"

#include "models/gpu/kernel_time.h"

namespace presil::gpu {

Hertz program_clock(const GpuConfig& gpu, const std::vector<Launch>& program) {
  return highest_state(gpu, [&](Hertz clock) {
    double dynamic = 0, time = 0;
    for (const Launch& launch : program) {
      const double t = kernel_time(gpu, launch.kernel, clock).value;
      dynamic += (kernel_power(gpu, launch.kernel, clock).value - gpu.power.idle.value) * t;
      time += t;
    }
    return Watts{gpu.power.idle.value + (time > 0 ? dynamic / time : 0)};
  });
}

}  // namespace presil::gpu
