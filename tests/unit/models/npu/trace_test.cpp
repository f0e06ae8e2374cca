// trace_test.cpp -- what a chip tells of its units is what it counts, and telling changes nothing.
#include <map>

#include <gtest/gtest.h>

#include "tests/unit/models/npu/small_chip.h"

namespace presil::npu {
namespace {

/// Keeps everything, in seconds.
class Listener : public kernel::Trace {
 public:
  kernel::TrackId track(const kernel::Track& track) override {
    for (kernel::TrackId i = 0; i < tracks.size(); ++i)
      if (tracks[i].group == track.group && tracks[i].name == track.name) return i;
    tracks.push_back(track);
    return static_cast<kernel::TrackId>(tracks.size() - 1);
  }
  void span(kernel::TrackId id, const kernel::Span& s) override {
    const kernel::Resource r = tracks.at(id).resource;
    EXPECT_LE(s.begin, s.end);
    if (r != kernel::Resource::transfers) {
      EXPECT_GE(s.begin, last[id]) << tracks[id].group << tracks[id].name;
      last[id] = s.end;
    }
    busy[r] += kernel::to_seconds(s.end - s.begin).value;
    amount[r] += s.amount;
    if (s.part == kernel::Flow::begins) ++sent;
    if (s.part == kernel::Flow::ends) ++received;
  }
  void work(kernel::TrackId id, sc_core::sc_time begin, sc_core::sc_time end, double bytes) override {
    busy[tracks.at(id).resource] += kernel::to_seconds(end - begin).value;
    amount[tracks.at(id).resource] += bytes;
  }
  void depth(kernel::TrackId, sc_core::sc_time, double entries) override { deepest = std::max(deepest, entries); }

  std::vector<kernel::Track> tracks;
  std::map<kernel::TrackId, sc_core::sc_time> last;
  std::map<kernel::Resource, double> busy, amount;
  int sent{0}, received{0};
  double deepest{0};
};

std::vector<api::Command> some_work() {
  std::vector<api::Command> commands;
  for (std::uint64_t i = 0; i < 12; ++i) {
    commands.push_back(load(i * 8192, 8192));
    commands.push_back(matmul(16 + i, 20, 24));
    commands.back().after = {2 * i};
  }
  commands.push_back(store(0, 5000));
  return commands;
}

TEST(Trace, SpansAreTheCounters) {
  const ChipConfig c = small_chip();
  Built built(c);
  ListedProgram silent(some_work()), told(some_work());
  const api::DeviceCounters before = built.chip->run(silent, true);
  Listener listener;
  built.chip->attach(&listener);
  const api::DeviceCounters n = built.chip->run(told, true);
  built.chip->attach(nullptr);
  EXPECT_EQ(n.elapsed_s, before.elapsed_s);
  EXPECT_EQ(n.array_time.active, before.array_time.active);
  using R = kernel::Resource;
  EXPECT_NEAR(listener.busy[R::array], n.array_time.active + n.array_time.preload, 1e-15);
  double macs = 0;
  for (const auto& op : n.ops) macs += op.macs;
  EXPECT_EQ(listener.amount[R::array], macs);
  EXPECT_EQ(listener.amount[R::scratchpad], n.scratchpad_bytes);
  EXPECT_EQ(listener.amount[R::memory], n.memory.bytes_moved);
  EXPECT_NEAR(listener.busy[R::memory], n.memory.bytes_moved / (4 * 16e9) * 4, 1e-12);  // summed over four channels
  EXPECT_EQ(listener.amount[R::network], n.network.byte_hops);
  EXPECT_EQ(listener.amount[R::transfers], 2 * (12 * 8192 + 5000));  // at the DMA engines, and again at the memory
  EXPECT_EQ(listener.sent, static_cast<int>(n.network.messages));
  EXPECT_EQ(listener.received, listener.sent);
  EXPECT_GT(listener.deepest, 1);
}

TEST(Trace, NobodyListensAfterwards) {
  const ChipConfig c = small_chip();
  Built built(c);
  Listener listener;
  built.chip->attach(&listener);
  built.chip->attach(nullptr);
  ListedProgram program(some_work());
  built.chip->run(program, true);
  EXPECT_TRUE(listener.busy.empty());
  EXPECT_FALSE(kernel::Probe{});
  EXPECT_FALSE(kernel::Probe(nullptr, {}));
}

}  // namespace
}  // namespace presil::npu
