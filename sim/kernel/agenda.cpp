// agenda.cpp -- implementation of agenda.h.
#include "sim/kernel/agenda.h"

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace presil::kernel {

namespace {
/// SystemC turns what leaves a process into a report of its own, in which the type is lost.
std::exception_ptr failure;

constexpr std::size_t kBranches = 4;
/// Of an entry's order: room for 16 million calls at a time, and a trillion in all.
constexpr unsigned kPlaceBits = 24;
constexpr std::uint64_t kPlaces = (std::uint64_t{1} << kPlaceBits) - 1;
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
  const std::uint32_t place = place_of(callback);
  if (Recent& chain = recent(due.value()); chain.when == due.value() && chain.last != kNone) {
    calls_[chain.last].next = place;
    chain.last = place;
    return;
  } else {
    chain = {due.value(), place};
  }
  push({due.value(), next_order_++ << kPlaceBits | place});
  if (heap_.front().when == due.value()) due_.notify(due - now);  // an earlier pending notification prevails
}

std::uint32_t Agenda::place_of(const Callback& callback) {
  if (idle_.empty()) {
    if (calls_.size() > kPlaces) throw std::length_error{"more calls are due than an agenda holds"};
    calls_.push_back({callback, kNone});
    return static_cast<std::uint32_t>(calls_.size() - 1);
  }
  const std::uint32_t place = idle_.back();
  idle_.pop_back();
  calls_[place] = {callback, kNone};
  return place;
}

Agenda::Recent& Agenda::recent(std::uint64_t when) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio: neighbouring times fall apart
  return recent_[when * kMix >> 58];
}

void Agenda::push(Entry entry) {
  std::size_t at = heap_.size();
  heap_.push_back(entry);
  while (at > 0) {
    const std::size_t parent = (at - 1) / kBranches;
    if (!entry.before(heap_[parent])) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = entry;
}

void Agenda::pop() {
  const Entry last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return;
  std::size_t at = 0;
  for (std::size_t first = 1; first < size; first = at * kBranches + 1) {
    std::size_t least = first;
    for (std::size_t child = first + 1; child < std::min(first + kBranches, size); ++child)
      if (heap_[child].before(heap_[least])) least = child;
    if (!heap_[least].before(last)) break;
    heap_[at] = heap_[least];
    at = least;
  }
  heap_[at] = last;
}

/// A call may add to the chain it is in.
void Agenda::run_chain(std::uint64_t when, std::uint32_t place) {
  while (place != kNone) {
    const Callback callback = calls_[place].callback;
    callback();
    const std::uint32_t next = calls_[place].next;
    if (Recent& chain = recent(when); chain.last == place && chain.when == when) chain.last = kNone;
    idle_.push_back(place);
    place = next;
  }
}

void Agenda::run() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  try {
    if (now.value() > kLastTick) fail_too_long();
    while (!heap_.empty() && heap_.front().when <= now.value()) {
      const Entry first = heap_.front();
      pop();
      run_chain(first.when, static_cast<std::uint32_t>(first.order & kPlaces));
    }
  } catch (...) {
    failure = std::current_exception();
    throw;
  }
  if (!heap_.empty()) due_.notify(sc_core::sc_time::from_value(heap_.front().when) - now);
}

}  // namespace presil::kernel
