// agenda.cpp -- implementation of agenda.h.
#include "sim/kernel/agenda.h"

#include <algorithm>

namespace presil::kernel {

Agenda::Agenda(sc_core::sc_module_name name) : sc_module(name) {
  SC_METHOD(run);
  sensitive << due_;
  dont_initialize();
}

void Agenda::at(sc_core::sc_time when, Callback callback) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time due = std::max(when, now);
  entries_.push({due, next_order_++, callback});
  due_.notify(due - now);  // an earlier pending notification prevails, a later one is replaced
}

void Agenda::run() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  while (!entries_.empty() && entries_.top().when <= now) {
    const Callback callback = entries_.top().callback;
    entries_.pop();
    callback();
  }
  if (!entries_.empty()) due_.notify(entries_.top().when - now);
}

}  // namespace presil::kernel
