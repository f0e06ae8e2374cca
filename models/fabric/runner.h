// runner.h -- plays a schedule on a fabric.
//
// A step is sent when all it waits for has arrived and the library's step time has passed, less the first byte's way, which
// the fabric itself takes: near_step or far_step - latency(rank, peer), at least 0.
#pragma once

#include <vector>

#include "models/fabric/fabric.h"
#include "models/fabric/schedule.h"

namespace presil::fabric {

class Runner : public sc_core::sc_module {
 public:
  Runner(sc_core::sc_module_name name, Fabric& fabric) : sc_module(name), fabric_(fabric) {}

  /// From the idle fabric to the last arrival. Rank i is device i. Throws RunError when a step never becomes ready.
  Seconds run(const Schedule& schedule);

  /// The same in two halves, so that several runners can play at a time: run the kernel between them until it is idle.
  void start(const Schedule& schedule);
  Seconds finish() const;

 private:
  void begin(std::uint64_t);
  void ready(StepId step);
  void issue(std::uint64_t step);
  void arrived(std::uint64_t step);
  Seconds lead(const Step& step);

  Fabric& fabric_;
  kernel::Agenda agenda_{"agenda"};
  const Schedule* schedule_{};
  std::vector<std::uint32_t> missing_, first_dependent_;
  std::vector<StepId> dependents_;
  std::vector<double> block_ends_;   ///< running sum of block sizes
  std::size_t done_{0};
  sc_core::sc_time start_{}, last_{};
};

}  // namespace presil::fabric
