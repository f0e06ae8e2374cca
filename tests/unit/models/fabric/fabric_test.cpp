// The fabric against closed forms: an idle path, incast, sharing, credits, sums and copies in switches.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "models/fabric/fabric.h"
#include "sim/base/error.h"

namespace presil::fabric {
namespace {

constexpr double kTick = 1e-15;

/// 100 GB/s, 100 ns, packets of 256 B with 16 B of header.
Wire plain_wire() {
  Wire w;
  w.name = "plain";
  w.bandwidth = {100e9};
  w.latency = {100e-9};
  return w;
}

/// n devices around one switch of 50 ns.
Graph star(std::uint32_t n, const Wire& wire = plain_wire()) {
  Graph g;
  g.wires = {wire};
  for (std::uint32_t i = 0; i < n; ++i) g.add({VertexKind::device, {}, false, 1, 0});
  const VertexId hub = g.add({VertexKind::switches, {50e-9}, true, 1, 0});
  for (std::uint32_t i = 0; i < n; ++i) g.join(i, hub, 0);
  return g;
}

Graph torus(std::uint32_t x, std::uint32_t y) {
  Graph g;
  g.wires = {plain_wire()};
  g.routing = Routing::dimension;
  g.extents = {x, y};
  for (std::uint32_t i = 0; i < x * y; ++i) g.add({VertexKind::device, {}, false, 1, 0});
  for (std::uint32_t i = 0; i < x * y; ++i) {
    const std::uint32_t column = i % x, row = i / x;
    g.join(i, row * x + (column + 1) % x, 0, 1, column + 1 == x);
    g.join(i, (row + 1) % y * x + column, 0, 1, row + 1 == y);
  }
  return g;
}

struct Bench {
  Fabric fabric;
  std::vector<double> at;
  double origin{0};
  explicit Bench(Graph graph, const Chunking& chunking = {}) : fabric((kernel::initialise(), "fabric")) {
    fabric.load(std::move(graph), chunking);
  }
  void note(std::uint64_t which) { at[which] = kernel::to_seconds(sc_core::sc_time_stamp()).value - origin; }
  kernel::Callback next() {
    at.push_back(-1);
    return kernel::Callback::of<&Bench::note>(this, at.size() - 1);
  }
  void send(VertexId from, VertexId to, std::uint64_t bytes) { fabric.send({from, to, bytes}, next()); }
  double last() {
    kernel::run_until_idle();
    for (const double t : at) EXPECT_GE(t, 0) << "lost";
    return *std::max_element(at.begin(), at.end());
  }
  double channel_bytes(VertexId from, VertexId to) const {
    for (ChannelId c = 0; c < fabric.graph().channels.size(); ++c)
      if (fabric.graph().channels[c].from == from && fabric.graph().channels[c].to == to) return fabric.counters_of(c).payload_bytes;
    return -1;
  }
};

/// Whole chunks of `chunk` bytes with their framing, one after another.
double serialisation(double bytes, double chunk, const Wire& wire = plain_wire()) {
  double sum = 0;
  for (; bytes > 0; bytes -= chunk) sum += wire_bytes(wire, std::min(bytes, chunk));
  return sum / wire.bandwidth.value;
}

TEST(Fabric, FramingIsWholeFlitsAndAHeaderAPacket) {
  Wire w = plain_wire();
  w.flit = 16;
  EXPECT_EQ(wire_bytes(w, 1), 32);
  EXPECT_EQ(wire_bytes(w, 256), 272);
  EXPECT_EQ(wire_bytes(w, 257), 272 + 32);
  EXPECT_EQ(wire_bytes(w, 0), 16);
}

TEST(Fabric, ZeroLoadLatencyIsLatenciesAndSerialisation) {
  Bench b(star(4), {.least = 1000, .most = 16});
  b.send(0, 3, 700);
  EXPECT_NEAR(b.last(), 250e-9 + serialisation(700, 700), kTick);
}

TEST(Fabric, ManyChunksCutThrough) {
  Bench b(star(4), {.least = 1000, .most = 16});
  b.send(0, 3, 9500);  // ten chunks
  EXPECT_NEAR(b.last(), 250e-9 + serialisation(9500, 1000), 10 * kTick);
  EXPECT_EQ(b.fabric.chunk_hops(), 20u);
}

TEST(Fabric, TheSlowestChannelSetsTheRate) {
  for (const bool slow_first : {false, true}) {
    Graph g = star(2);
    g.wires.push_back(plain_wire());
    g.wires[1].bandwidth = {30e9};
    for (Channel& c : g.channels)
      if ((c.from == 0 || c.to == 0) == slow_first) c.wire = 1;
    static Bench b(g, {.least = 1000, .most = 16});
    b.fabric.load(g, {.least = 1000, .most = 16});
    b.at.clear();
    b.origin = kernel::to_seconds(sc_core::sc_time_stamp()).value;
    b.send(0, 1, 8000);
    EXPECT_NEAR(b.last(), 250e-9 + serialisation(8000, 1000, g.wires[1]), 20 * kTick);
  }
}

TEST(Fabric, ATorusPathHasOneLatencyAHop) {
  Bench b(torus(5, 4));
  b.send(0, 13, 4096);  // column 3 is two back, row 2 two on
  EXPECT_NEAR(b.last(), 4 * 100e-9 + serialisation(4096, 4096), 4 * kTick);
  EXPECT_EQ(b.fabric.counters().byte_hops, 4 * 4096);
}

TEST(Fabric, IncastSerialisesAtTheDestination) {
  Bench b(star(9), {.least = 1024, .most = 1000});
  for (VertexId s = 1; s < 9; ++s) b.send(s, 0, 10 * 1024);
  EXPECT_NEAR(b.last(), 250e-9 + 8 * serialisation(10 * 1024, 1024), 100 * kTick);
  EXPECT_EQ(b.channel_bytes(9, 0), 8 * 10 * 1024);
}

TEST(Fabric, TwoTransfersThatShareALinkTakeTurns) {
  Bench b(star(3), {.least = 1024, .most = 1000});
  b.send(0, 2, 100 * 1024);
  b.send(1, 2, 100 * 1024);
  const double last = b.last(), alone = serialisation(100 * 1024, 1024);
  EXPECT_NEAR(last, 250e-9 + 2 * alone, 300 * kTick);
  EXPECT_NEAR(b.at[0], last, serialisation(1024, 1024) + 300 * kTick);  // both end at the end
}

TEST(Fabric, ASmallTransferIsNotHeldBehindAllOfALargeOne) {
  Bench b(star(3), {.least = 1024, .most = 1000});
  b.send(0, 2, 1000 * 1024);
  b.send(1, 2, 1024);
  b.last();
  EXPECT_LT(b.at[1], 250e-9 + 3 * serialisation(1024, 1024));
}

TEST(Fabric, DisjointPathsDoNotDisturbEachOther) {
  Bench b(star(8));
  for (VertexId s = 0; s < 4; ++s) b.send(s, s + 4, 50000);
  b.last();
  for (const double t : b.at) EXPECT_NEAR(t, b.at[0], kTick);
}

/// Credits for `buffer` bytes that come back after a round trip of 250 ns.
TEST(Fabric, TooFewCreditsLeaveBufferOverRoundTrip) {
  Wire w = plain_wire();
  w.buffer = 10000;  // the switch's end needs 25000
  Graph g = star(2, w);
  const auto said = warnings(g);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0], "plain: credits of 10000 B are too few for a round trip of 250 ns, which needs 25000 B; 40.0 of 100.0 GB/s remain");
  Bench b(g, {.least = 1024, .most = 1000});
  b.send(0, 1, 1000 * 1024);
  const double wire = 1000 * wire_bytes(w, 1024);
  EXPECT_NEAR(b.last(), 250e-9 + wire / 40e9, 1e-3 * wire / 40e9);
}

TEST(Fabric, EnoughCreditsAreNotWarnedOf) {
  Wire w = plain_wire();
  w.buffer = 25000;
  EXPECT_TRUE(warnings(star(2, w)).empty());
}

/// Two flows into one slow port fill its buffers; a third that only shares their first switch goes on.
TEST(Fabric, FullBuffersHoldTheSenderBack) {
  Graph g = star(4);
  g.wires.push_back(plain_wire());
  g.wires[0].buffer = 30000;
  g.wires[1].bandwidth = {1e9};
  for (Channel& c : g.channels)
    if (c.to == 3) c.wire = 1;
  Bench b(g, {.least = 1024, .most = 1000});
  b.send(0, 3, 400 * 1024);
  b.send(1, 2, 100 * 1024);
  b.last();
  EXPECT_NEAR(b.at[1], 250e-9 + serialisation(100 * 1024, 1024), 200 * kTick);
  EXPECT_NEAR(b.at[0], 250e-9 + serialisation(400 * 1024, 1024, g.wires[1]), 500 * kTick);
  std::uint64_t stalls = 0;
  for (ChannelId c = 0; c < g.channels.size(); ++c) stalls += b.fabric.counters_of(c).credit_stalls;
  EXPECT_GT(stalls, 100u);
}

TEST(Fabric, CongestionCostsWhatTheLinkSays) {
  Wire w = plain_wire();
  w.congested_share = 0.8;
  Bench b(star(3, w), {.least = 1024, .most = 1000});
  b.send(0, 2, 100 * 1024);
  b.send(1, 2, 100 * 1024);
  const double all = 2 * serialisation(100 * 1024, 1024);
  EXPECT_NEAR(b.last(), 250e-9 + all / 0.8, 0.02 * all);
}

TEST(Fabric, ASwitchAddsUpAndSendsOneSum) {
  Bench b(star(8), {.least = 1024, .most = 1000});
  b.fabric.reduce({0, 1, 2, 3, 4, 5, 6, 7}, 0, 50 * 1024, b.next());
  EXPECT_NEAR(b.last(), 250e-9 + serialisation(50 * 1024, 1024), 100 * kTick);
  for (VertexId d = 0; d < 8; ++d) EXPECT_EQ(b.channel_bytes(d, 8), 50 * 1024);
  EXPECT_EQ(b.channel_bytes(8, 0), 50 * 1024);
  EXPECT_EQ(b.channel_bytes(8, 1), 0);
}

TEST(Fabric, ASwitchCopiesToAll) {
  Bench b(star(8), {.least = 1024, .most = 1000});
  b.fabric.multicast(2, {0, 1, 2, 3, 4, 5, 6, 7}, 50 * 1024, b.next());
  EXPECT_NEAR(b.last(), 250e-9 + serialisation(50 * 1024, 1024), 100 * kTick);
  for (VertexId d = 0; d < 8; ++d) EXPECT_EQ(b.channel_bytes(8, d), 50 * 1024);
  EXPECT_EQ(b.channel_bytes(2, 8), 50 * 1024);
  EXPECT_EQ(b.channel_bytes(3, 8), 0);
}

TEST(Fabric, OnlySwitchesThatCanAddUp) {
  Graph g = star(4);
  g.vertices[4].reduces = false;
  Bench b(g);
  EXPECT_THROW(b.fabric.reduce({0, 1, 2, 3}, 0, 1024, {}), InputError);
}

/// All to all over a torus whose buffers hold less than a chunk: wrap-around rings would lock without virtual channels.
TEST(Fabric, ATorusUnderFullLoadDoesNotLock) {
  Graph g = torus(5, 5);
  g.wires[0].buffer = 1000;
  Bench b(g, {.least = 2048, .most = 8});
  for (VertexId s = 0; s < 25; ++s)
    for (VertexId d = 0; d < 25; ++d)
      if (s != d) b.send(s, d, 16 * 1024);
  b.last();
  EXPECT_EQ(b.fabric.counters().payload_bytes, 600 * 16 * 1024);
}

/// Any traffic: everything arrives once, pairs keep their order, no channel carries more than its time allows, and no
/// message beats the idle machine.
TEST(Fabric, AnyTrafficArrivesOnceInOrderAndInItsTime) {
  static Bench b(torus(4, 3));
  rc::check([] {
    const bool ring = *rc::gen::arbitrary<bool>();
    b.fabric.load(ring ? torus(4, 3) : star(12), {.least = *rc::gen::element(64.0, 500.0, 4096.0), .most = 8});
    b.at.clear();
    const double origin = b.origin = kernel::to_seconds(sc_core::sc_time_stamp()).value;
    struct Sent { VertexId from, to; std::uint64_t bytes; };
    std::vector<Sent> sent;
    const auto count = *rc::gen::inRange(1, 60);
    double payload = 0;
    for (int i = 0; i < count; ++i) {
      const Sent s{*rc::gen::inRange(0u, 12u), *rc::gen::inRange(0u, 12u), *rc::gen::inRange<std::uint64_t>(0, 20000)};
      sent.push_back(s);
      payload += static_cast<double>(s.bytes);
      b.send(s.from, s.to, s.bytes);
    }
    b.last();
    RC_ASSERT(b.fabric.counters().payload_bytes == payload);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      RC_ASSERT(b.at[i] + 1e-13 >= b.fabric.router().latency(sent[i].from, sent[i].to).value);
      for (std::size_t j = i + 1; j < sent.size(); ++j)
        if (sent[i].from == sent[j].from && sent[i].to == sent[j].to) RC_ASSERT(b.at[i] <= b.at[j]);
    }
    const double now = kernel::to_seconds(sc_core::sc_time_stamp()).value - origin;
    for (ChannelId c = 0; c < b.fabric.graph().channels.size(); ++c) RC_ASSERT(b.fabric.counters_of(c).busy.value <= now + 1e-12);
  });
}

TEST(Fabric, EqualRunsAreEqual) {
  Bench b(torus(4, 4));
  std::vector<double> first;
  for (int run = 0; run < 3; ++run) {
    b.fabric.reset();
    b.at.clear();
    b.origin = kernel::to_seconds(sc_core::sc_time_stamp()).value;
    for (VertexId s = 0; s < 16; ++s)
      for (VertexId d = 0; d < 16; ++d) b.send(s, d, 1000 + 100 * s + d);
    b.last();
    if (run == 0) first = b.at;
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(first[i], b.at[i], 2 * kTick);
  }
}

TEST(Graph, RefusesSelfLoopsAndParts) {
  Graph g = star(3);
  try {
    g.join(1, 1, 0);
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "a link joins vertex 1 to itself");
  }
  EXPECT_THROW(g.join(1, 9, 0), InputError);
  EXPECT_NO_THROW(check_connected(g));
  Graph parted = star(3);
  parted.vertices.insert(parted.vertices.begin() + 3, Vertex{});
  parted.devices = 4;
  for (Channel& c : parted.channels) {
    if (c.from == 3) c.from = 4;
    if (c.to == 3) c.to = 4;
  }
  try {
    check_connected(parted);
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "the topology is disconnected: no links lead from device 0 to device 3");
  }
}

}  // namespace
}  // namespace presil::fabric
