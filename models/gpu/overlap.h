// overlap.h -- how well a software pipeline of few stages overlaps loads with arithmetic.
//
// Loads fill the stages (mean time `load` each), arithmetic empties them (mean `work`); both vary from step to step, with
// arbitration, refresh and bank conflicts. With exponential times this is the M/M/1/K queue [Kleinrock, Queueing
// Systems I, 3.6], K = stages: with rho = work / load the loader is blocked for the share (1 - rho) rho^K / (1 - rho^(K+1))
//   time per step = load (1 - rho^(K+1)) / (1 - rho^K)      equal times: load (K + 1) / K; one much longer: that one
// Exponential is the [assumed] spread; a deterministic pipeline would give max(load, work).
#pragma once

#include <algorithm>
#include <cmath>

namespace presil::gpu {

inline double overlapped(double load, double work, double stages) {
  const double slow = std::max(load, work), fast = std::min(load, work);
  if (slow <= 0 || fast <= 0) return slow;
  const double rho = fast / slow;  // the form is symmetric in load and work
  if (1 - rho < 1e-6) return slow * (stages + 1) / stages;
  return slow * (1 - std::pow(rho, stages + 1)) / (1 - std::pow(rho, stages)) ;
}

}  // namespace presil::gpu
