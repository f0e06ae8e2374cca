// Random traffic on random memories: every request answered once and none sooner than alone; no shorter than the
// work of the busiest channel; bytes conserved; the sustained rate never beaten.
// One elaboration a process: the cases differ by seed.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "models/memory/channel_memory.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

struct Traffic {
  MemoryConfig config;
  std::vector<Run> runs;
  std::vector<bool> write;
  std::vector<double> at;
};

MemoryConfig random_memory(std::mt19937_64& random) {
  const auto draw = [&random](std::uint64_t n) { return random() % n; };
  MemoryConfig c;
  c.stacks = 1 + static_cast<std::uint32_t>(draw(4));
  c.channels_per_stack = 1 + static_cast<std::uint32_t>(draw(16));
  c.channel_bandwidth = {1e9 * static_cast<double>(5 + draw(30))};
  c.capacity_per_stack = {1 << 30};
  c.burst = {static_cast<double>(32u << draw(2))};
  c.interleave = c.burst * static_cast<double>(1u << draw(4));
  c.read_latency = {1e-9 * static_cast<double>(draw(100))};
  c.write_latency = {1e-9 * static_cast<double>(draw(100))};
  c.refresh_interval = {3900e-9};
  c.refresh_time = {1e-9 * static_cast<double>(draw(1000))};
  c.queue_depth = 1 + static_cast<std::uint32_t>(draw(100));
  return c;
}

Traffic random_traffic(std::uint32_t seed) {
  std::mt19937_64 random(seed);
  const auto draw = [&random](std::uint64_t n) { return random() % n; };
  Traffic t{random_memory(random), {}, {}, {}};
  double now = 0;
  for (int i = 0; i < 500; ++i) {
    now += 1e-9 * static_cast<double>(draw(200));
    t.runs.push_back({draw(1 << 28), 1 + draw(50), 1 + draw(3000), draw(4) == 0 ? 0 : draw(10000)});
    t.write.push_back(draw(3) == 0);
    t.at.push_back(static_cast<double>(kernel::to_sc_time({now}).value()) * kernel::kResolution);
  }
  return t;
}

double seconds(sc_core::sc_time t) { return kernel::to_seconds(t).value; }

class MemoryTraffic : public testing::TestWithParam<std::uint32_t> {};

TEST_P(MemoryTraffic, KeepsTheContract) {
  kernel::initialise();  // before the first sc_time
  const Traffic t = random_traffic(GetParam());
  ChannelMemory memory("memory", t.config);
  StrictInitiator initiator("initiator");
  initiator.socket.bind(memory.socket());
  for (std::size_t i = 0; i < t.runs.size(); ++i)
    initiator.request(kernel::to_sc_time({t.at[i]}), t.write[i], t.runs[i]);
  sc_core::sc_start();

  const AddressMap map{static_cast<std::uint64_t>(t.config.burst.value),
                       static_cast<std::uint64_t>(t.config.interleave.value), channels(t.config)};
  const double burst = (t.config.burst / t.config.channel_bandwidth).value / refresh_factor(t.config);
  std::vector<double> work(map.channels, 0);
  double moved = 0, asked = 0;
  for (std::size_t i = 0; i < t.runs.size(); ++i) {
    const auto& record = initiator.records[i];
    ASSERT_EQ(record.phases, 3);
    ASSERT_EQ(record.status, tlm::TLM_OK_RESPONSE);
    std::vector<std::uint64_t> bursts;
    split(map, t.runs[i], bursts);
    const double latency = (t.write[i] ? t.config.write_latency : t.config.read_latency).value;
    const double alone = static_cast<double>(*std::max_element(bursts.begin(), bursts.end())) * burst + latency;
    EXPECT_GE(seconds(record.begin_response - record.end_request), alone - 1e-14);
    for (std::size_t c = 0; c < bursts.size(); ++c) {
      work[c] += static_cast<double>(bursts[c]) * burst;
      moved += static_cast<double>(bursts[c] * map.burst);
    }
    asked += static_cast<double>(t.runs[i].rows * t.runs[i].row_bytes);
  }
  const double elapsed = seconds(sc_core::sc_time_stamp());
  const auto counters = memory.counters();
  EXPECT_GE(elapsed, *std::max_element(work.begin(), work.end()));
  EXPECT_LE(counters.bytes_moved, memory.sustained_bytes_per_s() * elapsed);
  EXPECT_EQ(counters.bytes_moved, moved);
  EXPECT_EQ(counters.bytes_read + counters.bytes_written, asked);
  EXPECT_EQ(counters.transactions, t.runs.size());
  EXPECT_LE(counters.busy_s, elapsed);
  EXPECT_LE(initiator.most_unanswered, t.config.queue_depth);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MemoryTraffic, testing::Range(1u, 13u));

}  // namespace
}  // namespace presil::memory
