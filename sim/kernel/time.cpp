// time.cpp -- implementation of time.h.
#include "sim/kernel/time.h"

namespace presil::kernel {

void initialise() {
  static bool done = false;
  if (!done) sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
  done = true;
}

}  // namespace presil::kernel

// libsystemc refers to sc_main from its own main(); presil has a main() of its own.
int sc_main(int, char**) { return 0; }
