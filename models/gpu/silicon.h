// silicon.h -- what a GPU's die, by area, technology and floorplan, says of its power.
//
//   wire     mean distance between SMs and L2 slices (sim/ppa/floorplan.h); 2/3 of a chiplet's side where there are several dies
//   clock    kAwakeClock of the clock tree (sim/ppa/static_power.h) runs whenever the board is awake, whatever its SMs do; gates
//            in front of idle units stop the rest, which is in the energy of what units do
//   leakage  what a die at `power.temperature_c` leaks beside the one at rest, at the boost clock's voltage
//   memory   stand-by and refresh of GDDR, which boards slow down at rest (405 MHz for 6 to 10 GHz); HBM keeps its clock,
//            and the board's idle power has it
// A board is awake as long as a process holds it: clocks up, at 0% use [arXiv:2605.23918]. Not modelled: that a lower voltage
// leaks less at rest.
#pragma once

#include "models/gpu/gpu_config.h"

namespace presil::gpu {

/// Share of the clock tree that runs on an awake board without work. [fit] the median of seven boards, awake less asleep over the
/// computed tree, memory as above; none of them by a product's time:
///   V100S 0.24   25 to 50 W         github.com/NVIDIA/cuda-samples, issue 74
///   L4    0.25   16 to 27 W         github.com/maritaca-ai/maritalk-api; github.com/ajeetraina/docker-workshop
///   T4    0.35   9 to 30 or 31 W    github.com/triton-inference-server/server, issue 2678; github.com/aws/
///                                   sagemaker-huggingface-inference-toolkit, pull request 103
///   A100  0.36   53.7 to 80.0 W     arXiv:2605.23918
///   H100  0.45   71.8 to 121.7 W    the same
///   L40S  0.67   35.6 to 102.1 W    the same
///   A40   1.4    30 to 110 W        github.com/NVIDIA/open-gpu-kernel-modules, issue 874
inline constexpr double kAwakeClock = 0.36;

struct Silicon {
  Millimetres wire{};          ///< between an SM and L2
  Watts clock_tree{};          ///< all of it, at the boost clock
  Watts clock{}, leakage{};    ///< of an awake board beside its idle power, at the boost clock
  Watts memory{};              ///< the same of its memory, at any clock
};

Silicon silicon(const GpuConfig& gpu);

}  // namespace presil::gpu
