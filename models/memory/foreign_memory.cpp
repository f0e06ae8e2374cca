// foreign_memory.cpp -- implementation of foreign_memory.h.
#include "models/memory/foreign_memory.h"

#include <vector>

namespace presil::memory {

ForeignMemory::ForeignMemory(sc_core::sc_module_name name, const MemoryConfig& config, std::uint32_t outstanding)
    : ChannelMemory(name, config) {
  out.bind(backward_);
  for (std::uint32_t i = 0; i < outstanding; ++i)
    sc_core::sc_spawn([this] { work(); }, sc_core::sc_gen_unique_name("worker"));
}

void ForeignMemory::start(Payload& payload, sc_core::sc_time) {
  waiting_.push_back(&payload);
  work_.notify();
}

void ForeignMemory::work() {
  while (true) {
    while (waiting_.empty()) wait(work_);
    Payload& payload = *waiting_.front();
    waiting_.pop_front();
    if (!waiting_.empty()) work_.notify(sc_core::SC_ZERO_TIME);
    carry_out(payload);
    complete(reinterpret_cast<std::uint64_t>(&payload));
  }
}

void ForeignMemory::carry_out(Payload& payload) {
  const auto* rows = payload.get_extension<api::RowRun>();
  const Run run = rows ? Run{payload.get_address(), rows->rows, rows->row_bytes, rows->stride}
                       : Run{payload.get_address(), 1, payload.get_data_length(), 0};
  std::vector<unsigned char> data(map_.burst);
  double bursts = 0;
  for (std::uint64_t row = 0; row < run.rows; ++row) {
    const std::uint64_t from = run.base + row * run.stride;
    for (std::uint64_t at = from / map_.burst * map_.burst; at < from + run.row_bytes; at += map_.burst, ++bursts) {
      Payload burst;
      burst.set_command(payload.get_command());
      burst.set_address(at);
      burst.set_data_ptr(data.data());
      burst.set_data_length(static_cast<unsigned>(map_.burst));
      burst.set_streaming_width(static_cast<unsigned>(map_.burst));
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      out->b_transport(burst, delay);
      if (delay != sc_core::SC_ZERO_TIME) wait(delay);
      if (!burst.is_response_ok()) payload.set_response_status(burst.get_response_status());
    }
  }
  (payload.is_read() ? counters_.bytes_read : counters_.bytes_written) += payload.get_data_length();
  counters_.bytes_moved += bursts * static_cast<double>(map_.burst);
  ++counters_.transactions;
}

void ForeignMemory::b_transport(Payload& payload, sc_core::sc_time& delay) {
  if (delay != sc_core::SC_ZERO_TIME) wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  payload.set_response_status(check(payload));
  if (payload.is_response_ok()) carry_out(payload);
}

}  // namespace presil::memory
