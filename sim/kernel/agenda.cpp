// agenda.cpp -- implementation of agenda.h.
#include "sim/kernel/agenda.h"

#include <algorithm>
#include <exception>

namespace presil::kernel {

namespace {
/// SystemC turns what leaves a process into a report of its own, in which the type is lost.
std::exception_ptr failure;
}  // namespace

void run_until_idle() {
  failure = nullptr;
  try {
    sc_core::sc_start();
  } catch (const sc_core::sc_report&) {
    if (failure) std::rethrow_exception(failure);
    throw;
  }
}

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
  try {
    if (now.value() > kLastTick) fail_too_long();
    while (!entries_.empty() && entries_.top().when <= now) {
      const Callback callback = entries_.top().callback;
      entries_.pop();
      callback();
    }
  } catch (...) {
    failure = std::current_exception();
    throw;
  }
  if (!entries_.empty()) due_.notify(entries_.top().when - now);
}

}  // namespace presil::kernel
