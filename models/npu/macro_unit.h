// macro_unit.h -- the in-memory-compute macros of a core, in time.
#pragma once

#include <algorithm>

#include "models/api/program.h"
#include "models/imc/macro_group.h"
#include "sim/kernel/time.h"

namespace presil::npu {

/// Deadline arithmetic over imc::MacroCost: products one behind the other, and cells that are written meanwhile; the
/// program keeps the two apart. Not modelled: arrays of a core that work for two products at once.
class MacroUnit {
 public:
  explicit MacroUnit(const imc::MacroGroup& group) : cost_(group) {}

  struct Use {
    sc_core::sc_time active, waited, programming;
  };
  /// Time the last result is there.
  sc_core::sc_time multiply(const api::MacroWork& work, sc_core::sc_time ready) {
    const auto vectors = static_cast<double>(work.vectors), turns = static_cast<double>(work.turns);
    const sc_core::sc_time start = std::max(ready, free_);
    const sc_core::sc_time issue = kernel::to_sc_time(cost_.issue(vectors, turns));
    use_.waited += start - free_;
    use_.active += issue;
    free_ = start + issue;
    return start + kernel::to_sc_time(cost_.multiply(vectors, turns));
  }
  sc_core::sc_time program(const api::MacroWork& work, sc_core::sc_time ready) {
    const sc_core::sc_time time = kernel::to_sc_time(cost_.write(static_cast<double>(work.blocks)));
    use_.programming += time;
    return written_ = std::max(ready, written_) + time;
  }
  /// Vectors cannot enter before `t`: the scratchpad's port was busy.
  void stall_until(sc_core::sc_time t) {
    if (t <= free_) return;
    use_.waited += t - free_;
    free_ = t;
  }
  sc_core::sc_time free_at() const { return free_; }
  const Use& use() const { return use_; }
  void reset(sc_core::sc_time now) {
    use_ = {};
    free_ = written_ = now;
  }

 private:
  const imc::MacroCost cost_;
  Use use_;
  sc_core::sc_time free_, written_;
};

}  // namespace presil::npu
