// The banked memory behind its socket: protocol, bytes, bounds, and agreement of its two paths with the pure model.
#include <chrono>
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "models/memory/remembered_memory.h"
#include "models/memory/streamed_memory.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "tests/unit/models/memory/reference_specs.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

MemoryConfig load(const std::string& stem) {
  const std::filesystem::path configs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";
  MemoryConfig c;
  config::read(config::load(configs / "memories" / (stem + ".yaml"), {}, {}, {configs}), c);
  return c;
}

double seconds(sc_core::sc_time t) { return kernel::to_seconds(t).value; }

template <class Memory>
struct Bench {
  Bench(const MemoryConfig& c) : memory("memory", c) { initiator.socket.bind(memory.socket()); }
  Memory memory;
  StrictInitiator initiator{"initiator"};
};

template <class Memory>
class BankedMemories : public testing::Test {};
using Models = testing::Types<BankedMemory, StreamedMemory, RememberedMemory>;
TYPED_TEST_SUITE(BankedMemories, Models);

TYPED_TEST(BankedMemories, KeepsTheProtocolAndCountsEveryByteUnderMixedTraffic) {
  kernel::initialise();
  MemoryConfig c = load("hbm3");
  c.queue_depth = 64;
  Bench<TypeParam> b(c);
  std::mt19937_64 random(3);
  double asked = 0, at = 0;
  for (int i = 0; i < 800; ++i) {
    const memory::Run run = random() % 20 ? memory::Run{random() % (1 << 24) * 64, 1, 64, 0} : memory::Run{random() % (1 << 24) * 64, 1 + random() % 64, 256 + random() % 4096, 8192};
    asked += static_cast<double>(run.rows * run.row_bytes);
    at += 1e-9 * static_cast<double>(random() % 20);
    b.initiator.request(kernel::to_sc_time({at}), random() % 3 == 0, run);
  }
  sc_core::sc_start();
  for (const auto& record : b.initiator.records) {
    ASSERT_EQ(record.phases, 3);
    ASSERT_EQ(record.status, tlm::TLM_OK_RESPONSE);
    EXPECT_GE(record.begin_response, record.end_request);
  }
  const auto counters = b.memory.counters();
  EXPECT_EQ(counters.bytes_read + counters.bytes_written, asked);
  EXPECT_GE(counters.bytes_moved, asked);
  EXPECT_LE(counters.bytes_moved, b.memory.peak_bytes_per_s() * seconds(sc_core::sc_time_stamp()));
  EXPECT_LE(b.initiator.most_unanswered, c.queue_depth);
  EXPECT_GT(counters.activates, 0);
}

TYPED_TEST(BankedMemories, RandomReadsAgreeWithThePureModel) {
  kernel::initialise();
  MemoryConfig c = load("hbm3");
  c.queue_depth = 1 << 20;
  Bench<TypeParam> b(c);
  const Reference r = reference_c();
  auto trace = uniform(50000);
  while (const auto request = trace()) b.initiator.request(sc_core::SC_ZERO_TIME, false, {request->address, 1, 64, 0});
  const auto from = std::chrono::steady_clock::now();
  sc_core::sc_start();
  const double host = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  const double got = 50000 * 64 / seconds(sc_core::sc_time_stamp());
  const double want = feed(r.spec, r.map, r.channels, uniform(50000), {.per_tick = 2}).bandwidth;
  std::printf("random: %.3g GB/s (pure model %.3g), %.3g requests/s of host time\n", got / 1e9, want / 1e9, 50000 / host);
  EXPECT_NEAR(got, want, 0.02 * want);
}

TYPED_TEST(BankedMemories, StreamsAgreeWithThePureModelAndCostNothingPerBurst) {
  kernel::initialise();
  Bench<TypeParam> b(load("hbm3"));
  const Reference r = reference_c();
  const std::uint64_t requests = 1 << 19;
  for (std::uint64_t i = 0; i < 16; ++i) b.initiator.request(sc_core::SC_ZERO_TIME, false, {i * requests * 4, 1, requests * 4, 0});
  const auto from = std::chrono::steady_clock::now();
  sc_core::sc_start();
  const double host = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  const double got = static_cast<double>(requests) * 64 / seconds(sc_core::sc_time_stamp());
  const double want = feed(r.spec, r.map, r.channels, sequential(200000), {.per_tick = 2}).bandwidth;
  std::printf("stream: %.4g GB/s (pure model %.4g), %.3g requests/s of host time\n", got / 1e9, want / 1e9, static_cast<double>(requests) / host);
  EXPECT_NEAR(got, want, 0.03 * want);
  EXPECT_LE(got, b.memory.sustained_bytes_per_s());
}

TYPED_TEST(BankedMemories, ResetIsCanonical) {
  kernel::initialise();
  Bench<TypeParam> b(load("hbm2_dramsim3"));
  const auto once = [&b] {
    const auto from = sc_core::sc_time_stamp();
    auto trace = uniform(500);
    while (const auto request = trace()) b.initiator.request(from, false, {request->address, 1, 64, 0});
    sc_core::sc_start();
    const auto took = sc_core::sc_time_stamp() - from;
    b.memory.reset();
    return took;
  };
  const auto first = once();
  EXPECT_EQ(once(), first);
  EXPECT_EQ(once(), first);
}

}  // namespace
}  // namespace presil::memory
