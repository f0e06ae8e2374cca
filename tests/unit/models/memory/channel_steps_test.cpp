// Steps whose states stay unnamed in the channel that simulates against the same steps with every state
// named.
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "models/memory/channel_steps.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"

namespace presil::memory {
namespace {

using Behind = ChannelSteps::Behind;

MemoryConfig memory_file(const std::string& stem) {
  const std::filesystem::path configs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";
  MemoryConfig c;
  config::read(config::load(configs / "memories" / (stem + ".yaml"), {}, {}, {configs}), c);
  return c;
}

DramSpec posted_without_refresh(DramSpec spec) {
  spec.policy.posted_writes = true;
  spec.policy.refresh = RefreshPolicy::none;
  return spec;
}

std::vector<std::array<Tick, 3>> finished(const StepResult& result) {
  std::vector<std::array<Tick, 3>> list;
  for (const Finish& f : result.finished)
    list.push_back({static_cast<Tick>(f.tag), static_cast<Tick>(f.count), f.last});
  return list;
}

/// Channel by its steps, and what the last one gave.
struct Follower {
  ChannelSteps steps;
  ChannelState state;
  StepResult result;
  Follower(const DramSpec& spec, std::uint32_t per_tick) : steps(spec, per_tick) {
    state = steps.save(*make_channel(spec), 0, 0);
  }
  template <class Work>
  void go(Work work) {
    result = {};
    work(*this);
  }
};

class UnnamedStates : public testing::TestWithParam<const char*> {};

TEST_P(UnnamedStates, AreThoseThatHaveNames) {
  const MemoryConfig c = memory_file(GetParam());
  RunPieces pieces(c);
  const DramSpec spec = posted_without_refresh(pieces.spec());
  Follower named(spec, c.dram.controller.offers_per_tick), unnamed(spec, c.dram.controller.offers_per_tick);
  std::mt19937_64 random(3);
  const auto both = [&](auto work) {
    named.go([&](Follower& f) { work(f, Behind::as_it_is); });
    unnamed.go([&](Follower& f) { work(f, Behind::unnamed); });
    ASSERT_EQ(unnamed.state.at, named.state.at);
    ASSERT_EQ(finished(unnamed.result), finished(named.result));
    ASSERT_EQ(unnamed.result.counters.row_hits, named.result.counters.row_hits);
    ASSERT_EQ(unnamed.result.waiting_writes, named.result.waiting_writes);
    ASSERT_EQ(unnamed.steps.waiting_writes(unnamed.state), named.steps.waiting_writes(named.state));
  };
  const std::uint64_t grain = pieces.window() / 16, places = pieces.span() / grain;
  std::size_t without = 0;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    // Some come again, so that steps are known and runs of unnamed states end.
    const std::uint64_t from = (i % 300 < 60 ? i % 4 : random() % places) * grain;
    const RunPieces::PlacedSlice placed = pieces.slice(from, from + grain, random() % 4 == 0);
    const std::uint64_t gap = random() % 16 == 0 ? random() % 300 : 0;
    both([&](Follower& f, Behind behind) {
      f.steps.pass(f.state, f.state.at + static_cast<Tick>(gap), f.result);
      f.steps.take(f.state, *placed.slice->chunk, placed.row, i, f.result, behind);
    });
    without += unnamed.state.node == UINT32_MAX;
    if (random() % 32 != 0) continue;
    both([](Follower& f, Behind) {
      f.steps.name(f.state);
      f.steps.drain(f.state, f.result);
    });
    ASSERT_EQ(unnamed.state.rows, named.state.rows);
    ASSERT_EQ(unnamed.state.tags, named.state.tags);
  }
  EXPECT_GT(without, 200u);
}

INSTANTIATE_TEST_SUITE_P(Memories, UnnamedStates, testing::Values("hbm2", "hbm3", "ddr4", "lpddr5x"),
                         [](const auto& p) { return std::string(p.param); });

}  // namespace
}  // namespace presil::memory
