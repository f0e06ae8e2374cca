// time.cpp -- implementation of time.h.
#include "sim/kernel/time.h"

#include "sim/base/error.h"

namespace presil::kernel {

void fail_too_long() {
  throw RunError(
      "the simulated time passes what 64 bits of femtoseconds hold (one action 19 minutes, one pass 2.6 hours): a clock "
      "or bandwidth of the machine is far too low for the work");
}

void initialise() {
  static bool done = false;
  if (!done) sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
  done = true;
}

}  // namespace presil::kernel

// libsystemc refers to sc_main from its own main(); presil has a main() of its own.
int sc_main(int, char**) { return 0; }
