// agenda.h -- the deadlines of one module: one SC_METHOD, woken only when something is due.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/kernel/time.h"

namespace presil::kernel {

/// A call to be made later: a plain function, an object and a tag. Costs no allocation.
struct Callback {
  void (*function)(void* object, std::uint64_t tag) = nullptr;
  void* object = nullptr;
  std::uint64_t tag = 0;
  void operator()() const { function(object, tag); }
  explicit operator bool() const { return function != nullptr; }

  /// Callback::of<&Module::method>(this, tag) calls this->method(tag).
  template <auto Method, class Object>
  static Callback of(Object* object, std::uint64_t tag = 0) {
    return {[](void* o, std::uint64_t t) { (static_cast<Object*>(o)->*Method)(t); }, object, tag};
  }
};

/// Runs until nothing is due. What a callback throws comes out as it was thrown; the kernel may not be run again then.
void run_until_idle();

/// Calls back at given times. Calls due at one time are made in the order they were entered, so a run does not
/// depend on the order in which the kernel happens to pick processes. Event-driven: an empty agenda costs nothing.
class Agenda : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Agenda);
  explicit Agenda(sc_core::sc_module_name name);

  /// Calls `callback` at time `when`; a time already past means now, in the next delta cycle.
  void at(sc_core::sc_time when, Callback callback);
  void after(sc_core::sc_time delay, Callback callback) { at(sc_core::sc_time_stamp() + delay, callback); }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  /// Calls due at one time are a chain, and the heap (of four branches, entries beside their siblings) orders the chains:
  /// what many equal units do at once costs one entry. Two chains of one time are made in the order they were begun.
  struct Entry {
    std::uint64_t when;      ///< in ticks of the kernel
    std::uint64_t order;     ///< number of the chain in the upper bits, place of its first call in the lower
    bool before(const Entry& other) const { return when != other.when ? when < other.when : order < other.order; }
  };
  struct Call {
    Callback callback;
    std::uint32_t next;
  };
  struct Recent {            ///< the newest chain of a time
    std::uint64_t when{0};
    std::uint32_t last{kNone};
  };
  void run();
  void run_chain(std::uint64_t when, std::uint32_t place);
  std::uint32_t place_of(const Callback& callback);
  Recent& recent(std::uint64_t when);
  void push(Entry entry);
  void pop();

  std::vector<Entry> heap_;
  std::vector<Call> calls_;
  std::vector<std::uint32_t> idle_;  ///< places in `calls_`
  std::array<Recent, 64> recent_;
  std::uint64_t next_order_{0};
  sc_core::sc_event due_{"due"};
};

}  // namespace presil::kernel
