// channel_memory.cpp -- implementation of channel_memory.h.
#include "models/memory/channel_memory.h"

#include <algorithm>

namespace presil::memory {

using kernel::Callback;
using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

namespace {

constexpr const char* kProtocol = "/presil/memory/protocol";

std::uint64_t tag(tlm::tlm_generic_payload& payload) { return reinterpret_cast<std::uint64_t>(&payload); }
tlm::tlm_generic_payload& payload_of(std::uint64_t tag) { return *reinterpret_cast<tlm::tlm_generic_payload*>(tag); }

Run rows_of(const tlm::tlm_generic_payload& payload) {
  const auto* rows = payload.get_extension<api::RowRun>();
  if (rows == nullptr) return {payload.get_address(), 1, payload.get_data_length(), 0};
  return {payload.get_address(), rows->rows, rows->row_bytes, rows->stride};
}

bool inside(const Run& run, std::uint64_t capacity) {
  if (run.row_bytes > capacity || run.base > capacity - run.row_bytes) return false;
  return run.stride == 0 || run.rows - 1 <= (capacity - run.row_bytes - run.base) / run.stride;
}

}  // namespace

ChannelMemory::ChannelMemory(sc_core::sc_module_name name, const MemoryConfig& config)
    : sc_module(name),
      config_(config),
      map_{static_cast<std::uint64_t>(config.burst.value), static_cast<std::uint64_t>(config.interleave.value),
           channels(config)},
      burst_seconds_((config.burst / config.channel_bandwidth).value / refresh_factor(config)),
      free_at_(channels(config), SC_ZERO_TIME) {
  socket_.bind(*this);
}

api::MemoryCounters ChannelMemory::counters() const {
  api::MemoryCounters result = counters_;
  result.busy_s = counters_.bytes_moved / peak_bytes_per_s();
  return result;
}

void ChannelMemory::reset() {
  if (held_ != 0 || request_open_) SC_REPORT_ERROR(kProtocol, "reset while transactions are under way");
  std::fill(free_at_.begin(), free_at_.end(), SC_ZERO_TIME);
  counters_ = {};
}

// --- arithmetic -----------------------------------------------------------------------------------------------

sc_time ChannelMemory::transfer_time(std::uint64_t bursts) const {
  return kernel::to_sc_time(Seconds{static_cast<double>(bursts) * burst_seconds_});
}

tlm::tlm_response_status ChannelMemory::check(const Payload& payload) const {
  const Run run = rows_of(payload);
  if (!payload.is_read() && !payload.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  if (run.rows == 0 || run.row_bytes == 0 || payload.get_data_length() / run.row_bytes != run.rows ||
      payload.get_data_length() % run.row_bytes != 0)
    return tlm::TLM_BURST_ERROR_RESPONSE;
  if (!inside(run, static_cast<std::uint64_t>(capacity_bytes()))) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  return tlm::TLM_OK_RESPONSE;
}

sc_time ChannelMemory::serve(const Payload& payload, sc_time offered) {
  const sc_time now = sc_time_stamp();
  split(map_, rows_of(payload), bursts_);
  sc_time last = now;
  std::uint64_t moved = 0, most = 0;
  for (std::size_t c = 0; c < bursts_.size(); ++c) {
    if (bursts_[c] == 0) continue;
    const sc_time begin = std::max(now, free_at_[c]);
    free_at_[c] = begin + transfer_time(bursts_[c]);
    channels_busy_.work(begin, free_at_[c], static_cast<double>(bursts_[c] * map_.burst));
    last = std::max(last, free_at_[c]);
    moved += bursts_[c];
    most = std::max(most, bursts_[c]);
  }
  const double bytes = payload.get_data_length();
  (payload.is_read() ? counters_.bytes_read : counters_.bytes_written) += bytes;
  counters_.bytes_moved += static_cast<double>(moved * map_.burst);
  counters_.queue_wait_s += kernel::to_seconds(last - offered - transfer_time(most)).value;
  ++counters_.transactions;
  return last + kernel::to_sc_time(payload.is_read() ? config_.read_latency : config_.write_latency);
}

// --- blocking transport ---------------------------------------------------------------------------------------

void ChannelMemory::b_transport(Payload& payload, sc_time& delay) {
  if (delay != SC_ZERO_TIME) wait(delay);
  delay = SC_ZERO_TIME;
  const sc_time offered = sc_time_stamp();
  payload.set_response_status(check(payload));
  if (!payload.is_response_ok()) return;
  while (!room()) wait(place_free_);
  ++held_;
  wait(serve(payload, offered) - sc_time_stamp());
  --held_;
  release_place();
}

// --- non-blocking transport -----------------------------------------------------------------------------------

tlm::tlm_sync_enum ChannelMemory::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase, sc_time& delay) {
  if (phase == tlm::END_RESP) {  // by call rather than by return: freeing the place may call back, so not from here
    if (!response_open_) SC_REPORT_ERROR(kProtocol, "END_RESP without BEGIN_RESP");
    agenda_.after(delay, Callback::of<&ChannelMemory::finish>(this, tag(payload)));
    return tlm::TLM_COMPLETED;
  }
  if (phase != tlm::BEGIN_REQ) SC_REPORT_ERROR(kProtocol, "the initiator sent a phase that is the target's");
  if (request_open_) SC_REPORT_ERROR(kProtocol, "BEGIN_REQ before the END_REQ of the last one");
  request_open_ = true;
  payload.acquire();
  if (delay != SC_ZERO_TIME) {
    agenda_.after(delay, Callback::of<&ChannelMemory::arrive>(this, tag(payload)));
    return tlm::TLM_ACCEPTED;
  }
  if (!room()) {
    offered_ = &payload;
    offered_at_ = sc_time_stamp();
    return tlm::TLM_ACCEPTED;
  }
  request_open_ = false;
  accept(payload, sc_time_stamp());
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void ChannelMemory::arrive(std::uint64_t payload) {
  offered_ = &payload_of(payload);
  offered_at_ = sc_time_stamp();
  if (room()) accept_offered();
}

void ChannelMemory::accept_offered() {
  Payload& payload = *offered_;
  offered_ = nullptr;
  request_open_ = false;
  accept(payload, offered_at_);
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_time delay = SC_ZERO_TIME;
  socket_->nb_transport_bw(payload, phase, delay);
}

void ChannelMemory::accept(Payload& payload, sc_time offered) {
  ++held_;
  if (transactions_) {
    accepted_[tag(payload)] = sc_time_stamp();
    transactions_.depth(held_);
  }
  payload.set_response_status(check(payload));
  if (payload.is_response_ok()) start(payload, offered);
  else agenda_.at(sc_time_stamp(), Callback::of<&ChannelMemory::complete>(this, tag(payload)));
}

void ChannelMemory::start(Payload& payload, sc_time offered) {
  agenda_.at(serve(payload, offered), Callback::of<&ChannelMemory::complete>(this, tag(payload)));
}

void ChannelMemory::complete(std::uint64_t payload) {
  if (transactions_) {
    const auto found = accepted_.find(payload);
    if (found != accepted_.end()) {
      tell(payload_of(payload), found->second);
      accepted_.erase(found);
    }
    transactions_.depth(held_ - 1);
  }
  responses_.push_back(&payload_of(payload));
  send_responses();
}

void ChannelMemory::tell(const Payload& payload, sc_time accepted) {
  transactions_.span({accepted, sc_time_stamp(), static_cast<double>(payload.get_data_length()), kernel::Span::kNoOp, payload.is_read() ? "read" : "write"});
}

void ChannelMemory::attach(kernel::Trace* trace) {
  transactions_ = kernel::Probe(trace, {kernel::Resource::transfers, "memory", "transactions"});
  channels_busy_ = kernel::Probe(trace, {kernel::Resource::memory, "memory", "channels", static_cast<double>(free_at_.size())});
  accepted_.clear();
}

void ChannelMemory::send_responses() {
  while (!response_open_ && !responses_.empty()) {
    Payload& payload = *responses_.front();
    responses_.pop_front();
    response_open_ = true;
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_time delay = SC_ZERO_TIME;
    const auto answer = socket_->nb_transport_bw(payload, phase, delay);
    if (answer == tlm::TLM_ACCEPTED) return;  // END_RESP comes by nb_transport_fw
    if (delay != SC_ZERO_TIME) {
      agenda_.after(delay, Callback::of<&ChannelMemory::finish>(this, tag(payload)));
      return;
    }
    response_open_ = false;
    payload.release();
    --held_;
    release_place();
  }
}

void ChannelMemory::finish(std::uint64_t payload) {
  response_open_ = false;
  payload_of(payload).release();
  --held_;
  release_place();
  send_responses();
}

void ChannelMemory::release_place() {
  if (offered_ != nullptr && room()) {
    accept_offered();
  } else {
    place_free_.notify();
  }
}

}  // namespace presil::memory
