// ChannelMemory's TLM-2.0 behaviour: phases, back-pressure, annotated delays, blocking transport.
#include <gtest/gtest.h>

#include "models/memory/channel_memory.h"
#include "tests/unit/models/memory/configs.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

double seconds(sc_time t) { return kernel::to_seconds(t).value; }
constexpr double kBurst = 2e-9 / 0.9;

MemoryConfig shallow(std::uint32_t depth) {
  MemoryConfig c = round_memory();
  c.queue_depth = depth;
  return c;
}

struct Bench {
  ChannelMemory memory;
  StrictInitiator initiator{"initiator"};
  explicit Bench(std::uint32_t depth) : memory((kernel::initialise(), "memory"), shallow(depth)) {
    initiator.socket.bind(memory.socket());
  }
  void send(int count) {
    for (int i = 0; i < count; ++i) initiator.request(SC_ZERO_TIME, false, {static_cast<std::uint64_t>(i) * 32, 1, 32, 0});
  }
  void expect_all_answered(std::size_t count) const {
    ASSERT_EQ(initiator.completed.size(), count);
    for (const auto& record : initiator.records) EXPECT_EQ(record.phases, 3);
  }
};

TEST(MemoryProtocol, AcknowledgesAtOnceWhileThereIsRoom) {
  Bench b(4);
  b.send(4);
  sc_core::sc_start();
  for (const auto& record : b.initiator.records) EXPECT_EQ(record.end_request, SC_ZERO_TIME);
  b.expect_all_answered(4);
}

TEST(MemoryProtocol, WithholdsEndRequestBeyondTheDepth) {
  Bench b(2);
  b.send(6);  // all to channel 0
  sc_core::sc_start();
  b.expect_all_answered(6);
  EXPECT_EQ(b.initiator.most_unanswered, 2u);
  for (std::size_t i = 2; i < 6; ++i)
    EXPECT_EQ(b.initiator.records[i].end_request, b.initiator.records[i - 2].begin_response) << i;
}

TEST(MemoryProtocol, ADepthOfOneIsARoundTripEach) {
  Bench b(1);
  b.send(5);
  sc_core::sc_start();
  b.expect_all_answered(5);
  EXPECT_NEAR(seconds(sc_core::sc_time_stamp()), 5 * (50e-9 + kBurst), 1e-14);
  // Of the offered requests all but the first wait for the one before it.
  EXPECT_NEAR(b.memory.counters().queue_wait_s, 4 * (50e-9 + kBurst), 1e-14);
}

TEST(MemoryProtocol, KeepsResponseExclusionWhenEndRespIsLate) {
  Bench b(4);
  b.initiator.end_response_after = kernel::to_sc_time({30e-9});
  b.send(10);
  sc_core::sc_start();
  b.expect_all_answered(10);
  EXPECT_LE(b.initiator.most_unanswered, 4u);
  for (std::size_t i = 1; i < 10; ++i)
    EXPECT_GE(seconds(b.initiator.records[i].begin_response - b.initiator.records[i - 1].begin_response), 30e-9);
}

TEST(MemoryProtocol, HonoursAnnotatedDelays) {
  Bench b(2);
  b.initiator.annotated = kernel::to_sc_time({7e-9});
  b.send(1);
  sc_core::sc_start();
  b.expect_all_answered(1);
  EXPECT_EQ(b.initiator.records[0].end_request, kernel::to_sc_time({7e-9}));
  EXPECT_NEAR(seconds(b.initiator.records[0].begin_response), 57e-9 + kBurst, 1e-15);
}

TEST(MemoryProtocol, ManyRequestsUnderBackPressureWithDelays) {
  Bench b(3);
  b.initiator.annotated = kernel::to_sc_time({1e-9});
  b.initiator.end_response_after = kernel::to_sc_time({2e-9});
  b.send(200);
  sc_core::sc_start();
  b.expect_all_answered(200);
  EXPECT_LE(b.initiator.most_unanswered, 3u);
  EXPECT_NO_THROW(b.memory.reset());  // nothing left inside
}

/// Two threads that use blocking transport through one socket, without the RowRun extension.
class BlockingInitiator : public sc_core::sc_module, private tlm::tlm_bw_transport_if<> {
 public:
  tlm::tlm_initiator_socket<> socket{"socket"};
  std::vector<double> ends;
  SC_HAS_PROCESS(BlockingInitiator);
  explicit BlockingInitiator(sc_core::sc_module_name name) : sc_module(name) {
    socket.bind(*this);
    SC_THREAD(run);
    SC_THREAD(run);
  }

 private:
  void run() {
    for (int i = 0; i < 3; ++i) {
      tlm::tlm_generic_payload payload;
      payload.set_command(tlm::TLM_READ_COMMAND);
      payload.set_address(0);
      payload.set_data_length(64);
      sc_time delay = i == 0 ? kernel::to_sc_time({5e-9}) : SC_ZERO_TIME;
      socket->b_transport(payload, delay);
      EXPECT_TRUE(payload.is_response_ok());
      EXPECT_EQ(socket->transport_dbg(payload), 0u);
      ends.push_back(seconds(sc_core::sc_time_stamp() + delay));
    }
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_time&) override {
    ADD_FAILURE() << "blocking transport called back";
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
};

std::vector<double> blocking_ends(std::uint32_t depth) {
  kernel::initialise();
  ChannelMemory memory("memory", shallow(depth));
  BlockingInitiator initiator("initiator");
  initiator.socket.bind(memory.socket());
  sc_core::sc_start();
  return initiator.ends;
}

TEST(MemoryProtocol, BlockingTransportWaitsForTheChannel) {
  const auto ends = blocking_ends(16);
  ASSERT_EQ(ends.size(), 6u);
  EXPECT_NEAR(ends[0], 5e-9 + 50e-9 + 2 * kBurst, 1e-14);
  EXPECT_NEAR(ends[1], 5e-9 + 50e-9 + 4 * kBurst, 1e-14);
  EXPECT_NEAR(ends[5], 5e-9 + 3 * (50e-9 + 2 * kBurst) + 2 * kBurst, 1e-14);
}

TEST(MemoryProtocol, BlockingTransportWaitsForAPlace) {
  const auto ends = blocking_ends(1);
  ASSERT_EQ(ends.size(), 6u);
  EXPECT_NEAR(ends[5], 5e-9 + 6 * (50e-9 + 2 * kBurst), 1e-14);
}

}  // namespace
}  // namespace presil::memory
