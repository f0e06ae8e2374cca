// Streams against the same memory with every burst through its scheduler, under random mixes of runs and short requests:
// every transaction completes at the same instant, and every command is counted as often.
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "models/memory/remembered_memory.h"
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

template <class Memory>
struct Bench {
  Bench(const char* name, const char* initiator_name, const MemoryConfig& c) : memory(name, c), initiator(initiator_name) {
    initiator.socket.bind(memory.socket());
  }
  Memory memory;
  StrictInitiator initiator;
};

struct Case {
  const char* memory;
  int seed;
};

class Handover : public testing::TestWithParam<Case> {};

TEST_P(Handover, AgreesWithEveryBurstSimulated) {
  kernel::initialise();
  MemoryConfig c = load(GetParam().memory);
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam().seed));
  const auto draw = [&random](std::uint64_t low, std::uint64_t high) { return low + random() % (high - low + 1); };
  if (draw(0, 2) == 0) c.stacks = c.name == "DDR4" ? 1 : static_cast<std::uint32_t>(draw(1, 5));
  if (draw(0, 3) == 0) c.dram.controller.refresh = RefreshPolicy::none;
  if (draw(0, 3) == 0) c.dram.controller.hit_cap = 4;
  Bench<RememberedMemory> fast("fast", "fast_initiator", c);
  Bench<BankedMemory> slow("slow", "slow_initiator", c);
  // Several sources, each a stream of its own; between them short requests, also of rows that the streams use or leave open.
  const std::uint64_t sources = draw(1, 3), shorts = draw(0, 6);
  const bool writes = random() % 2 == 0;
  std::vector<std::uint64_t> at(sources);
  for (std::uint64_t s = 0; s < sources; ++s) at[s] = (s << 28) + draw(0, 1000) * 4096;
  double time = 0;
  std::size_t sent = 0;
  const double sustained = fast.memory.sustained_bytes_per_s(), load = 0.1 + 0.1 * static_cast<double>(draw(0, 11));
  const auto send = [&](bool write, const memory::Run& run) {
    for (StrictInitiator* initiator : {&fast.initiator, &slow.initiator}) initiator->request(kernel::to_sc_time({time}), write, run);
    ++sent;
  };
  for (int i = 0; i < 30; ++i) {
    std::uint64_t& base = at[draw(0, sources - 1)];
    const bool strided = random() % 3 == 0;
    const std::uint64_t bytes = (random() % 3 ? draw(16, 512) : draw(1, 16)) * 4096;
    memory::Run run{base, 1, bytes, 0};
    if (strided) run = {base + draw(0, 1) * 192, bytes / 4096, 4096, 16384};
    base += run.rows > 1 ? run.rows * run.stride : bytes;
    send(writes && random() % 4 == 0, run);
    const double gap = static_cast<double>(bytes) / (load * sustained);
    for (std::uint64_t s = 0; s < shorts; ++s) {
      time += gap / static_cast<double>(shorts + 1);
      const std::uint64_t near = at[draw(0, sources - 1)] / 64 * 64;
      if (random() % 2) send(writes && random() % 4 == 0, {random() % 2 ? draw(0, 1 << 24) * 64 : near, 1, draw(1, 6) * 32, 0});
    }
    time += gap / static_cast<double>(shorts + 1);
    if (random() % 8 == 0) time += 1e-6 * static_cast<double>(draw(0, 20));
  }
  sc_core::sc_start();
  ASSERT_EQ(fast.initiator.records.size(), sent);
  for (std::size_t i = 0; i < sent; ++i)
    ASSERT_EQ(fast.initiator.records[i].begin_response, slow.initiator.records[i].begin_response) << "transaction " << i;
  const auto a = fast.memory.commands(), b = slow.memory.commands();
  for (std::size_t command = 0; command < api::dram::kCommands; ++command) EXPECT_EQ(a.commands[command], b.commands[command]) << command;
  EXPECT_EQ(a.reads, b.reads);
  EXPECT_EQ(a.writes, b.writes);
  EXPECT_EQ(a.row_hits, b.row_hits);
  EXPECT_EQ(a.data_ticks, b.data_ticks);
  EXPECT_EQ(a.open_ticks, b.open_ticks);
  EXPECT_EQ(fast.memory.counters().bytes_moved, slow.memory.counters().bytes_moved);
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
