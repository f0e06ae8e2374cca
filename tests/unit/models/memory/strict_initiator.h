// strict_initiator.h -- a TLM initiator that checks the base protocol of whatever it talks to.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/api/memory.h"
#include "models/memory/channel_split.h"
#include "sim/kernel/agenda.h"

namespace presil::memory {

/// Offers requests in order, each as soon as the last one has been acknowledged, and keeps what happened to it.
/// Checks: every transaction sees BEGIN_REQ, END_REQ, BEGIN_RESP once each and in this order; times never go back;
/// no BEGIN_RESP while another is open; the target releases what it acquired, changes nothing of the payload but the
/// response status, and has set that by BEGIN_RESP.
class StrictInitiator : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  struct Record {
    sc_core::sc_time begin_request, end_request, begin_response;
    tlm::tlm_response_status status{tlm::TLM_INCOMPLETE_RESPONSE};
    int phases{0};  ///< 1 BEGIN_REQ, 2 END_REQ, 3 BEGIN_RESP
  };

  tlm::tlm_initiator_socket<> socket{"socket"};
  sc_core::sc_time end_response_after;      ///< 0: END_RESP by return value
  sc_core::sc_time annotated;               ///< delay on every BEGIN_REQ
  std::deque<Record> records;               ///< by number of the request
  std::vector<std::size_t> completed;       ///< in order of BEGIN_RESP
  std::size_t most_unanswered{0};           ///< most requests acknowledged and not answered at a time
  std::function<void(tlm::tlm_generic_payload&, std::size_t)> alter;  ///< spoils the request of this number

  explicit StrictInitiator(sc_core::sc_module_name name) : sc_module(name) { socket.bind(*this); }

  /// Offers the request at `when`, or later if the ones before it have not been acknowledged.
  void request(sc_core::sc_time when, bool write, const Run& run) {
    queue_.push_back({write, run});
    agenda_.at(when, kernel::Callback::of<&StrictInitiator::offer_due>(this));
  }

 private:
  struct Request {
    bool write;
    Run run;
  };

  void offer_due(std::uint64_t) {
    ++due_;
    offer();
  }

  void offer() {
    while (due_ > 0 && !request_open_) {
      --due_;
      const Request request = queue_.front();
      queue_.pop_front();
      tlm::tlm_generic_payload& payload = make(request);
      const std::size_t number = records.size();
      numbers_[&payload] = number;
      records.emplace_back();
      if (alter) alter(payload, number);
      sent_[&payload] = attributes(payload);
      step(payload, 1).begin_request = sc_core::sc_time_stamp() + annotated;
      request_open_ = true;
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_core::sc_time delay = annotated;
      const auto answer = socket->nb_transport_fw(payload, phase, delay);
      if (answer == tlm::TLM_ACCEPTED) return;
      ASSERT_EQ(answer, tlm::TLM_UPDATED);
      ASSERT_EQ(phase, tlm::END_REQ);
      acknowledged(payload);
    }
  }

  tlm::tlm_generic_payload& make(const Request& request) {
    tlm::tlm_generic_payload& payload = *pool_.acquire();
    payload.set_command(request.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(request.run.base);
    payload.set_data_length(static_cast<unsigned>(request.run.rows * request.run.row_bytes));
    payload.set_byte_enable_ptr(nullptr);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    auto* rows = payload.get_extension<api::RowRun>();
    rows->rows = request.run.rows;
    rows->row_bytes = request.run.row_bytes;
    rows->stride = request.run.stride;
    return payload;
  }

  using Attributes = std::tuple<tlm::tlm_command, sc_dt::uint64, unsigned char*, unsigned, unsigned, unsigned char*, unsigned, std::uint64_t,
                                std::uint64_t, std::uint64_t>;
  static Attributes attributes(const tlm::tlm_generic_payload& p) {
    const auto* rows = p.get_extension<api::RowRun>();
    return {p.get_command(), p.get_address(), p.get_data_ptr(), p.get_data_length(), p.get_streaming_width(), p.get_byte_enable_ptr(),
            p.get_byte_enable_length(), rows->rows, rows->row_bytes, rows->stride};
  }

  Record& step(tlm::tlm_generic_payload& payload, int phase) {
    Record& record = records[numbers_.at(&payload)];
    EXPECT_EQ(record.phases, phase - 1) << "phase out of order";
    record.phases = phase;
    return record;
  }

  void acknowledged(tlm::tlm_generic_payload& payload) {
    step(payload, 2).end_request = sc_core::sc_time_stamp();
    EXPECT_TRUE(request_open_);
    request_open_ = false;
    most_unanswered = std::max(most_unanswered, ++unanswered_);
  }

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    EXPECT_EQ(delay, sc_core::SC_ZERO_TIME);
    if (phase == tlm::END_REQ) {
      acknowledged(payload);
      offer();
      return tlm::TLM_ACCEPTED;
    }
    EXPECT_EQ(phase, tlm::BEGIN_RESP);
    EXPECT_FALSE(response_open_) << "BEGIN_RESP before the END_RESP of another transaction";
    Record& record = step(payload, 3);
    record.begin_response = sc_core::sc_time_stamp();
    record.status = payload.get_response_status();
    EXPECT_NE(record.status, tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(attributes(payload), sent_.at(&payload)) << "the target changed the payload";
    completed.push_back(numbers_.at(&payload));
    if (end_response_after == sc_core::SC_ZERO_TIME) {
      forget(payload);
      return tlm::TLM_COMPLETED;
    }
    response_open_ = true;
    agenda_.after(end_response_after, kernel::Callback::of<&StrictInitiator::end_response>(
                                          this, reinterpret_cast<std::uint64_t>(&payload)));
    return tlm::TLM_ACCEPTED;
  }

  void end_response(std::uint64_t tag) {
    auto& payload = *reinterpret_cast<tlm::tlm_generic_payload*>(tag);
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    response_open_ = false;
    EXPECT_EQ(socket->nb_transport_fw(payload, phase, delay), tlm::TLM_COMPLETED);
    forget(payload);
  }

  void forget(tlm::tlm_generic_payload& payload) {
    --unanswered_;
    numbers_.erase(&payload);
    payload.release();
  }

  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

  kernel::Agenda agenda_{"agenda"};
  api::PayloadPool pool_;
  std::deque<Request> queue_;
  std::size_t due_{0}, unanswered_{0};
  std::map<tlm::tlm_generic_payload*, std::size_t> numbers_;
  std::map<tlm::tlm_generic_payload*, Attributes> sent_;
  bool request_open_{false}, response_open_{false};
};

}  // namespace presil::memory
