// ChannelMemory against closed forms: bandwidth, latency, queueing, counters.
#include "models/memory/channel_memory.h"

#include <gtest/gtest.h>

#include "models/memory/make_memory.h"
#include "tests/unit/models/memory/configs.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

constexpr double kBurst = 2e-9 / 0.9;  // seconds of a channel for one burst of round_memory()
constexpr std::uint64_t kPeriod = 8 * 256;

double seconds(sc_time t) { return kernel::to_seconds(t).value; }

class ChannelMemoryTest : public testing::Test {
 protected:
  explicit ChannelMemoryTest(const MemoryConfig& config = round_memory())
      : memory((kernel::initialise(), "memory"), config), initiator("initiator") {
    initiator.socket.bind(memory.socket());
  }
  double end(std::size_t i) const { return seconds(initiator.records.at(i).begin_response); }
  void expect_all_answered() const {
    for (const auto& record : initiator.records) {
      EXPECT_EQ(record.phases, 3);
      EXPECT_EQ(record.status, tlm::TLM_OK_RESPONSE);
    }
  }

  ChannelMemory memory;
  StrictInitiator initiator;
};

TEST_F(ChannelMemoryTest, OneBurstTakesTheLatencyAndItself) {
  initiator.request(SC_ZERO_TIME, false, {64, 1, 32, 0});
  initiator.request(kernel::to_sc_time({1e-6}), true, {64, 1, 32, 0});
  sc_core::sc_start();
  EXPECT_NEAR(end(0), 50e-9 + kBurst, 1e-15);
  EXPECT_NEAR(end(1), 1e-6 + 20e-9 + kBurst, 1e-15);
  EXPECT_DOUBLE_EQ(memory.counters().queue_wait_s, 0);
}

TEST_F(ChannelMemoryTest, AStreamRunsAtTheSustainedRate) {
  const double bytes = 64.0 * 1024 * 1024;
  for (int i = 0; i < 64; ++i)
    initiator.request(SC_ZERO_TIME, false, {static_cast<std::uint64_t>(i) << 20, 1, 1 << 20, 0});
  sc_core::sc_start();
  const double expected = bytes / memory.sustained_bytes_per_s() + 50e-9;
  EXPECT_NEAR(end(63), expected, kBurst);
  EXPECT_DOUBLE_EQ(memory.sustained_bytes_per_s(), 0.9 * 8 * 16e9);
  EXPECT_DOUBLE_EQ(memory.counters().busy_s, bytes / memory.peak_bytes_per_s());
  expect_all_answered();
}

TEST_F(ChannelMemoryTest, AShortStreamDoesNotBeatTheSustainedRate) {
  initiator.request(SC_ZERO_TIME, false, {0, 1, 4 * kPeriod, 0});
  sc_core::sc_start();
  EXPECT_NEAR(end(0) - 50e-9, 4 * kPeriod / memory.sustained_bytes_per_s(), 1e-15);
}

TEST_F(ChannelMemoryTest, AStrideOfThePeriodUsesOneChannel) {
  initiator.request(SC_ZERO_TIME, false, {256, 1000, 64, kPeriod});
  sc_core::sc_start();
  EXPECT_NEAR(end(0), 1000 * 2 * kBurst + 50e-9, 1e-14);
  EXPECT_DOUBLE_EQ(memory.counters().bytes_moved, 64000);
}

TEST_F(ChannelMemoryTest, PartialBurstsMoveWhole) {
  initiator.request(SC_ZERO_TIME, false, {30, 1, 4, 0});     // 2 bursts for 4 bytes
  initiator.request(SC_ZERO_TIME, true, {0, 10, 8, 128});    // 10 bursts for 80 bytes
  sc_core::sc_start();
  const auto counters = memory.counters();
  EXPECT_DOUBLE_EQ(counters.bytes_read, 4);
  EXPECT_DOUBLE_EQ(counters.bytes_written, 80);
  EXPECT_DOUBLE_EQ(counters.bytes_moved, 12 * 32);
  EXPECT_EQ(counters.transactions, 2u);
}

TEST_F(ChannelMemoryTest, AChannelServesInOrderOfArrival) {
  initiator.request(SC_ZERO_TIME, false, {0, 100, 32, kPeriod});                    // channel 0, 100 bursts
  initiator.request(kernel::to_sc_time({10e-9}), false, {256, 1, 32, 0});           // channel 1, idle
  initiator.request(kernel::to_sc_time({20e-9}), false, {0, 1, 32, 0});             // channel 0, waits
  sc_core::sc_start();
  EXPECT_NEAR(end(0), 100 * kBurst + 50e-9, 1e-14);
  EXPECT_NEAR(end(1), 10e-9 + kBurst + 50e-9, 1e-14);
  EXPECT_NEAR(end(2), 101 * kBurst + 50e-9, 1e-14);
  EXPECT_EQ(initiator.completed, (std::vector<std::size_t>{1, 0, 2}));
  EXPECT_NEAR(memory.counters().queue_wait_s, 100 * kBurst - 20e-9, 1e-14);
}

TEST_F(ChannelMemoryTest, TwoStreamsShareFairly) {
  for (std::uint64_t i = 0; i < 32; ++i) {  // alternating, as two engines behind one port would
    initiator.request(SC_ZERO_TIME, false, {i * 65536, 1, 65536, 0});
    initiator.request(SC_ZERO_TIME, false, {(512u << 20) + i * 65536, 1, 65536, 0});
  }
  sc_core::sc_start();
  const double alone = 32 * 65536 / memory.sustained_bytes_per_s();
  EXPECT_NEAR(end(62), 2 * alone + 50e-9, alone / 16);
  EXPECT_NEAR(end(63), 2 * alone + 50e-9, 1e-13);
}

TEST_F(ChannelMemoryTest, EqualProgramsGiveEqualCountersAfterReset) {
  std::vector<api::MemoryCounters> results;
  std::vector<sc_time> lengths;
  for (int program = 0; program < 3; ++program) {
    memory.reset();
    const sc_time start = sc_core::sc_time_stamp();
    for (std::uint64_t i = 0; i < 40; ++i) initiator.request(start, i % 3 == 0, {i * 12345, 7, 100, 3000});
    sc_core::sc_start();
    results.push_back(memory.counters());
    lengths.push_back(sc_core::sc_time_stamp() - start);
  }
  for (int i : {1, 2}) {
    EXPECT_EQ(lengths[0], lengths[i]);
    EXPECT_EQ(results[0].busy_s, results[i].busy_s);
    EXPECT_EQ(results[0].queue_wait_s, results[i].queue_wait_s);
    EXPECT_EQ(results[0].bytes_moved, results[i].bytes_moved);
  }
}

TEST_F(ChannelMemoryTest, RefusesWhatItCannotServe) {
  initiator.request(SC_ZERO_TIME, false, {(1u << 30) - 32, 1, 64, 0});                // past the end
  initiator.request(SC_ZERO_TIME, false, {0, 3, 32, 1u << 29});                       // third row past the end
  initiator.request(SC_ZERO_TIME, false, {~std::uint64_t{0} - 15, 1, 64, 0});         // would wrap around
  initiator.request(SC_ZERO_TIME, false, {0, 0, 32, 0});                              // nothing
  initiator.request(SC_ZERO_TIME, false, {(1u << 30) - 64, 1, 64, 0});                // the last bytes
  sc_core::sc_start();
  for (std::size_t i : {0, 1, 2}) EXPECT_EQ(initiator.records[i].status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << i;
  EXPECT_EQ(initiator.records[3].status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator.records[4].status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(memory.counters().transactions, 1u);
}

TEST(MakeMemory, NamesTheModuleAndReportsItsBounds) {
  kernel::initialise();
  const auto memory = make_memory("dram", round_memory());
  StrictInitiator initiator("initiator");
  initiator.socket.bind(memory->socket());
  EXPECT_STREQ(memory->socket().name(), "dram.socket");
  EXPECT_STREQ(initiator.name(), "initiator");
  EXPECT_DOUBLE_EQ(memory->peak_bytes_per_s(), 128e9);
  EXPECT_DOUBLE_EQ(memory->capacity_bytes(), 1024.0 * 1024 * 1024);
}

}  // namespace
}  // namespace presil::memory
