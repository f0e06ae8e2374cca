// silicon.h -- what a GPU's die, by area, technology and floorplan, says of its power.
//
//   wire     mean distance between SMs and L2 slices (sim/ppa/floorplan.h); of several dies 2/3 of a side
//   clock    kAwakeClock of the clock tree (sim/ppa/static_power.h), which runs whatever SMs do; gates before
//            idle units stop the rest, and that is in the energy of what units do
//            of boards whose power awake was measured (GpuConfig::awake) what the others leave of it
//   leakage  what a die at `power.temperature_c` leaks beside the one at rest, at the boost clock's voltage
//   memory   stand-by and refresh of GDDR, which boards slow down at rest (405 MHz for 6 to 10 GHz); HBM
//            keeps its clock, and the board's idle power has it
//
// A board is awake as long as a process holds it: clocks up, at 0% use [arXiv:2605.23918]. Not modelled: that
// a lower voltage leaks less at rest.
#pragma once

#include "models/gpu/gpu_config.h"

namespace presil::gpu {

/// Share of the clock tree that runs on an awake board without work. [fit] the median of seven boards, watts
/// awake less watts asleep over the computed tree, memory as above; none of them by a product's time:
///
///   V100S 0.24   25, 50       github.com/NVIDIA/cuda-samples, issue 74
///   L4    0.25   16, 27       github.com/maritaca-ai/maritalk-api; github.com/ajeetraina/docker-workshop
///   T4    0.35   9, 30 to 31  github.com/triton-inference-server/server, issue 2678;
///                             github.com/aws/sagemaker-huggingface-inference-toolkit, pull request 103
///   A100  0.36   53.7, 80.0   arXiv:2605.23918
///   H100  0.45   71.8, 121.7  the same
///   L40S  0.67   35.6, 102.1  the same
///   A40   1.4    30, 110      github.com/NVIDIA/open-gpu-kernel-modules, issue 874
inline constexpr double kAwakeClock = 0.36;

struct Silicon {
  Millimetres wire{};        ///< between an SM and L2
  Watts clock_tree{};        ///< all of it, at the boost clock
  Watts clock{}, leakage{};  ///< of an awake board beside its idle power, at the boost clock
  Watts memory{};            ///< the same of its memory, at any clock
};

Silicon silicon(const GpuConfig& gpu);

}  // namespace presil::gpu
