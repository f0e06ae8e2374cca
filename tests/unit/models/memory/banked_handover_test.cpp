// Long transactions in closed form against the same memory with every burst through its controller: completion of each
// transaction, and bytes and row hits of all, under random mixes of long runs and short requests.
//   only reads          every completion within 0.8 us or 1% of the time since the start, whichever is longer
//   reads and writes    the last completion so; a single one is not held to it: the controller leaves the last reads of
//                       a run behind the writes that fill its queue, and the other way round, for as long as they last
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "models/memory/banked_memory.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "tests/unit/models/memory/strict_initiator.h"

namespace presil::memory {
namespace {

MemoryConfig load(const std::string& stem) {
  const std::filesystem::path configs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";
  MemoryConfig c;
  config::read(config::load(configs / "memories" / (stem + ".yaml"), {}, {}, {configs}), c);
  c.queue_depth = 4096;
  return c;
}

double seconds(sc_core::sc_time t) { return kernel::to_seconds(t).value; }

struct Bench {
  Bench(const char* name, const char* initiator_name, const MemoryConfig& c, std::uint64_t stream)
      : memory(name, c, stream), initiator(initiator_name) {
    initiator.socket.bind(memory.socket());
  }
  BankedMemory memory;
  StrictInitiator initiator;
};

struct Case {
  const char* memory;
  int seed;
};

class Handover : public testing::TestWithParam<Case> {};

TEST_P(Handover, AgreesWithEveryBurstSimulated) {
  kernel::initialise();
  const MemoryConfig c = load(GetParam().memory);
  Bench fast("fast", "fast_initiator", c, BankedMemory::kStream), slow("slow", "slow_initiator", c, BankedMemory::kNoStreams);
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam().seed));
  const auto draw = [&random](std::uint64_t low, std::uint64_t high) { return low + random() % (high - low + 1); };
  // Several sources, each a stream of its own; between them short requests; the device is busy most of the time.
  const std::uint64_t sources = draw(1, 3), shorts = draw(0, 6);
  const bool writes = random() % 2 == 0;
  std::vector<std::uint64_t> at(sources);
  for (std::uint64_t s = 0; s < sources; ++s) at[s] = (s << 28) + draw(0, 1000) * 4096;
  double time = 0;
  const double sustained = fast.memory.sustained_bytes_per_s(), load = 0.3 + 0.1 * static_cast<double>(draw(0, 8));
  struct Sent {
    bool is_long;
  };
  std::vector<Sent> sent;
  const auto send = [&](bool write, const memory::Run& run, bool is_long) {
    for (Bench* b : {&fast, &slow}) b->initiator.request(kernel::to_sc_time({time}), write, run);
    sent.push_back({is_long});
  };
  for (int i = 0; i < 60; ++i) {
    std::uint64_t& base = at[draw(0, sources - 1)];
    const bool strided = random() % 3 == 0;
    const std::uint64_t bytes = (random() % 3 ? draw(16, 512) : draw(1, 16)) * 4096;
    memory::Run run{base, 1, bytes, 0};
    if (strided) run = {base, bytes / 4096, 4096, 16384};
    base += run.rows > 1 ? run.rows * run.stride : bytes;
    send(writes && random() % 4 == 0, run, true);
    const double gap = static_cast<double>(bytes) / (load * sustained);
    for (std::uint64_t s = 0; s < shorts; ++s) {
      time += gap / static_cast<double>(shorts + 1);
      if (random() % 2) send(writes && random() % 4 == 0, {draw(0, (1 << 24)) * 64, 1, 64, 0}, false);
    }
    time += gap / static_cast<double>(shorts + 1);
  }
  sc_core::sc_start();
  ASSERT_EQ(fast.initiator.records.size(), sent.size());
  double worst_long = 0, worst_short = 0, last_got = 0, last_want = 0;
  const auto tolerance = [](double t) { return std::max(0.8e-6, 0.01 * t); };
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const double got = seconds(fast.initiator.records[i].begin_response), want = seconds(slow.initiator.records[i].begin_response);
    double& worst = sent[i].is_long ? worst_long : worst_short;
    worst = std::max(worst, std::abs(got - want));
    last_got = std::max(last_got, got);
    last_want = std::max(last_want, want);
    if (!writes) {
      EXPECT_NEAR(got, want, tolerance(want)) << "transaction " << i << (sent[i].is_long ? ", long" : ", short");
    }
  }
  EXPECT_NEAR(last_got, last_want, tolerance(last_want));
  const auto a = fast.memory.counters(), b = slow.memory.counters();
  std::printf("%s %d: load %.1f%s, worst long %.0f ns, short %.0f ns of %.1f us; hits %.0f (%.0f), activates %.0f (%.0f)\n", GetParam().memory,
              GetParam().seed, load, writes ? " with writes" : "", worst_long * 1e9, worst_short * 1e9, last_want * 1e6, a.row_hits, b.row_hits,
              a.activates, b.activates);
  EXPECT_EQ(a.bytes_read, b.bytes_read);
  EXPECT_EQ(a.bytes_written, b.bytes_written);
  EXPECT_EQ(a.bytes_moved, b.bytes_moved);
  const double bursts = b.bytes_moved / c.burst.value;
  EXPECT_NEAR(a.row_hits, b.row_hits, 0.05 * bursts);
  EXPECT_NEAR(a.activates, b.activates, 0.05 * bursts);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* memory : {"hbm3", "hbm2", "ddr4", "lpddr5x"})
    for (int seed = 1; seed <= 6; ++seed) all.push_back({memory, seed});
  return all;
}
INSTANTIATE_TEST_SUITE_P(Mixes, Handover, testing::ValuesIn(cases()),
                         [](const auto& p) { return std::string(p.param.memory) + "_" + std::to_string(p.param.seed); });

}  // namespace
}  // namespace presil::memory
