// The TLM-2.0 base protocol [IEEE 1666-2011, 15.2] of all memory models: phases, exclusion, back-pressure, errors,
// agreement of blocking and non-blocking transport, reset. What StrictInitiator checks holds in every test here.
#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "models/memory/remembered_memory.h"
#include "models/memory/streamed_memory.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

MemoryConfig small(std::uint32_t depth) {
  const std::filesystem::path configs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";
  MemoryConfig c;
  config::read(config::load(configs / "memories" / "hbm3.yaml", {}, {}, {configs}), c);
  c.queue_depth = depth;
  return c;
}

sc_time ns(double t) { return kernel::to_sc_time({t * 1e-9}); }

template <class Memory>
class BaseProtocol : public testing::Test {
 protected:
  struct Bench {
    Memory memory;
    StrictInitiator initiator{"initiator"};
    explicit Bench(std::uint32_t depth) : memory((kernel::initialise(), "memory"), small(depth)) { initiator.socket.bind(memory.socket()); }
    /// To one channel, a row each: the slowest there is.
    void send(int count, bool write = false) {
      for (int i = 0; i < count; ++i) initiator.request(SC_ZERO_TIME, write, {static_cast<std::uint64_t>(i) << 20, 1, 64, 0});
    }
  };
};
using Models = testing::Types<ChannelMemory, BankedMemory, StreamedMemory, RememberedMemory>;
class Names {
 public:
  template <class Memory>
  static std::string GetName(int) {
    if (std::is_same_v<Memory, ChannelMemory>) return "channels";
    if (std::is_same_v<Memory, StreamedMemory>) return "banked";
    return std::is_same_v<Memory, RememberedMemory> ? "exact" : "bursts";
  }
};
TYPED_TEST_SUITE(BaseProtocol, Models, Names);

TYPED_TEST(BaseProtocol, EveryRequestSeesItsPhasesInOrder) {
  typename TestFixture::Bench b(16);
  b.initiator.end_response_after = ns(1);
  b.send(100);
  b.send(100, true);
  sc_core::sc_start();
  ASSERT_EQ(b.initiator.completed.size(), 200u);
  for (const auto& r : b.initiator.records) {
    EXPECT_EQ(r.phases, 3);
    EXPECT_EQ(r.status, tlm::TLM_OK_RESPONSE);
    EXPECT_LE(r.begin_request, r.end_request);
    EXPECT_LT(r.end_request, r.begin_response);
  }
}

TYPED_TEST(BaseProtocol, WithholdsEndRequestUntilAPlaceIsFree) {
  typename TestFixture::Bench b(4);
  b.initiator.end_response_after = ns(20);
  b.send(40);
  sc_core::sc_start();
  ASSERT_EQ(b.initiator.completed.size(), 40u);
  EXPECT_EQ(b.initiator.most_unanswered, 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(b.initiator.records[i].end_request, SC_ZERO_TIME);
  // A place is free when an answered request has seen END_RESP, 20 ns after BEGIN_RESP.
  for (std::size_t i = 4; i < 40; ++i)
    EXPECT_GE(b.initiator.records[i].end_request, b.initiator.records[b.initiator.completed[i - 4]].begin_response + ns(20)) << i;
}

TYPED_TEST(BaseProtocol, OneResponseAtATime) {
  typename TestFixture::Bench b(64);
  b.initiator.end_response_after = ns(50);
  b.send(64);
  sc_core::sc_start();
  ASSERT_EQ(b.initiator.completed.size(), 64u);
  for (std::size_t i = 1; i < 64; ++i)
    EXPECT_GE(b.initiator.records[b.initiator.completed[i]].begin_response, b.initiator.records[b.initiator.completed[i - 1]].begin_response + ns(50));
}

TYPED_TEST(BaseProtocol, RefusesWhatItCannotDoAndGoesOn) {
  typename TestFixture::Bench b(2);
  static unsigned char enables[1] = {0xff};
  const auto capacity = static_cast<std::uint64_t>(small(2).capacity_per_stack.value);
  const std::vector<std::pair<std::function<void(tlm::tlm_generic_payload&)>, tlm::tlm_response_status>> cases{
      {[](auto&) {}, tlm::TLM_OK_RESPONSE},
      {[&](auto& p) { p.set_address(capacity); }, tlm::TLM_ADDRESS_ERROR_RESPONSE},
      {[&](auto& p) { p.set_address(capacity - 32); }, tlm::TLM_ADDRESS_ERROR_RESPONSE},
      {[](auto& p) { p.set_address(~std::uint64_t{0} - 1); }, tlm::TLM_ADDRESS_ERROR_RESPONSE},
      {[](auto& p) { p.set_command(tlm::TLM_IGNORE_COMMAND); }, tlm::TLM_COMMAND_ERROR_RESPONSE},
      {[](auto& p) { p.set_byte_enable_ptr(enables), p.set_byte_enable_length(1); }, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE},
      {[](auto& p) { p.set_data_length(60); }, tlm::TLM_BURST_ERROR_RESPONSE},
      {[](auto& p) { p.template get_extension<api::RowRun>()->rows = 0; }, tlm::TLM_BURST_ERROR_RESPONSE},
      {[&](auto& p) { p.set_address(capacity - 64); }, tlm::TLM_OK_RESPONSE}};
  b.initiator.alter = [&](tlm::tlm_generic_payload& p, std::size_t i) { cases[i].first(p); };
  b.send(static_cast<int>(cases.size()));
  sc_core::sc_start();
  ASSERT_EQ(b.initiator.completed.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) EXPECT_EQ(b.initiator.records[i].status, cases[i].second) << i;
  EXPECT_EQ(b.memory.counters().bytes_read, 128) << "what is refused moves nothing";
  EXPECT_NO_THROW(b.memory.reset());
}

TYPED_TEST(BaseProtocol, ResetInMidFlightIsAnErrorAndAfterwardsCanonical) {
  typename TestFixture::Bench b(8);
  b.send(8);
  sc_core::sc_start(ns(30));
  EXPECT_THROW(b.memory.reset(), sc_core::sc_report);
  sc_core::sc_start(ns(5000));
  const auto first = b.initiator.records[7].begin_response;
  b.memory.reset();
  const sc_time again = sc_core::sc_time_stamp();
  for (std::uint64_t i = 0; i < 8; ++i) b.initiator.request(again, false, {i << 20, 1, 64, 0});
  sc_core::sc_start();
  ASSERT_EQ(b.initiator.completed.size(), 16u);
  EXPECT_EQ(b.initiator.records[15].begin_response - again, first);
}

// At the very instant of the last response, whatever the memory still has on its agenda.
TYPED_TEST(BaseProtocol, ResetBehindTheLastResponseIsCanonical) {
  typename TestFixture::Bench b(8);
  sc_time took = SC_ZERO_TIME;
  for (std::size_t round = 1; round <= 4; ++round) {
    const sc_time start = sc_core::sc_time_stamp();
    for (std::uint64_t i = 0; i < 8; ++i) b.initiator.request(start, i % 2 == 1, {i << 20, 1, 64 + 32 * i, 0});
    while (b.initiator.completed.size() < 8 * round) sc_core::sc_start(sc_core::sc_time_to_pending_activity());
    const sc_time last = sc_core::sc_time_stamp() - start;
    if (round == 1) took = last;
    EXPECT_EQ(last, took) << round;
    b.memory.reset();
  }
}

/// An initiator that breaks the rules it is told to.
struct Rude : sc_core::sc_module, tlm::tlm_bw_transport_if<> {
  tlm::tlm_initiator_socket<> socket{"socket"};
  explicit Rude(sc_core::sc_module_name name) : sc_module(name) { socket.bind(*this); }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_time&) override { return tlm::TLM_ACCEPTED; }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  void send(tlm::tlm_generic_payload& payload, tlm::tlm_phase phase) {
    sc_time delay = SC_ZERO_TIME;
    socket->nb_transport_fw(payload, phase, delay);
  }
};

TYPED_TEST(BaseProtocol, TellsAnInitiatorThatBreaksTheRules) {
  kernel::initialise();
  TypeParam memory("memory", small(1));
  Rude rude("rude");
  rude.socket.bind(memory.socket());
  sc_core::sc_start(SC_ZERO_TIME);
  api::PayloadPool pool;
  std::vector<tlm::tlm_generic_payload*> payloads;
  for (std::uint64_t i = 0; i < 3; ++i) {
    payloads.push_back(pool.acquire());
    payloads.back()->set_command(tlm::TLM_READ_COMMAND);
    payloads.back()->set_address(i * 64);
    payloads.back()->set_data_length(64);
    *payloads.back()->get_extension<api::RowRun>() = {};
    auto* rows = payloads.back()->get_extension<api::RowRun>();
    rows->rows = 1, rows->row_bytes = 64, rows->stride = 0;
  }
  EXPECT_THROW(rude.send(*payloads[0], tlm::END_REQ), sc_core::sc_report);
  EXPECT_THROW(rude.send(*payloads[0], tlm::BEGIN_RESP), sc_core::sc_report);
  EXPECT_THROW(rude.send(*payloads[0], tlm::END_RESP), sc_core::sc_report);
  rude.send(*payloads[0], tlm::BEGIN_REQ);  // takes the only place
  rude.send(*payloads[1], tlm::BEGIN_REQ);  // waits for it
  EXPECT_THROW(rude.send(*payloads[2], tlm::BEGIN_REQ), sc_core::sc_report) << "BEGIN_REQ before the END_REQ of the last";
  for (auto* payload : payloads)  // the broken transactions never end
    while (payload->get_ref_count() > 0) payload->release();
}

/// One request after the other, each when the last one has been answered.
class Blocking : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  tlm::tlm_initiator_socket<> socket{"socket"};
  std::vector<sc_time> ends;
  std::vector<Run> runs;
  SC_HAS_PROCESS(Blocking);
  explicit Blocking(sc_core::sc_module_name name) : sc_module(name) {
    socket.bind(*this);
    SC_THREAD(run);
  }

 private:
  void run() {
    for (const Run& r : runs) {
      tlm::tlm_generic_payload payload;
      payload.set_command(ends.size() % 3 == 2 ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
      payload.set_address(r.base);
      payload.set_data_length(static_cast<unsigned>(r.row_bytes));
      sc_time delay = SC_ZERO_TIME;
      socket->b_transport(payload, delay);
      EXPECT_TRUE(payload.is_response_ok());
      EXPECT_EQ(payload.get_address(), r.base);
      EXPECT_EQ(payload.get_data_length(), r.row_bytes);
      ends.push_back(sc_core::sc_time_stamp() + delay);
    }
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_time&) override { return tlm::TLM_COMPLETED; }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

TYPED_TEST(BaseProtocol, BlockingTransportTakesAsLongAsTheTimedPath) {
  kernel::initialise();
  const std::vector<Run> runs{{0, 1, 64, 0}, {64, 1, 64, 0}, {1 << 20, 1, 64, 0}, {1 << 20, 1, 4096, 0}, {3 << 20, 1, 1 << 20, 0}, {64, 1, 64, 0}};
  TypeParam blocked("blocked", small(64));
  Blocking blocking("blocking");
  blocking.runs = runs;
  blocking.socket.bind(blocked.socket());
  TypeParam timed("timed", small(64));
  StrictInitiator initiator("initiator");
  initiator.socket.bind(timed.socket());
  sc_core::sc_start();  // the blocking one to its end
  ASSERT_EQ(blocking.ends.size(), runs.size());
  // The same requests at the same times since the start, from the same state.
  timed.reset();
  const sc_time start = sc_core::sc_time_stamp();
  for (std::size_t i = 0; i < runs.size(); ++i)
    initiator.request(start + (i == 0 ? SC_ZERO_TIME : blocking.ends[i - 1]), i % 3 == 2, runs[i]);
  sc_core::sc_start();
  ASSERT_EQ(initiator.records.size(), runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_NEAR(kernel::to_seconds(initiator.records[i].begin_response - start).value, kernel::to_seconds(blocking.ends[i]).value, 1e-12) << i;
}

}  // namespace
}  // namespace presil::memory
