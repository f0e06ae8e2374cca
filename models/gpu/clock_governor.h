// clock_governor.h -- the clock a program runs at: the highest voltage-frequency state under the board's power cap.
//
// Boards measure power over milliseconds, the time of many kernels, so the state follows the program's average, its
// kernels repeated back to back. Searched by bisection over the states: at most log2(states) evaluations.
#pragma once

#include <vector>

#include "models/gpu/gpu.h"
#include "models/gpu/silicon.h"

namespace presil::gpu {

Hertz program_clock(const GpuConfig& gpu, const Silicon& silicon, const std::vector<Launch>& program);

}  // namespace presil::gpu
