// The flit-level network: closed forms alone, conservation and credits under load, no deadlock, and the curve of
// BookSim2's default router.
#include "models/noc/flit_network.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "models/noc/flit_measure.h"
#include "sim/base/error.h"

namespace presil::noc {
namespace {

FlitConfig config_of(FlitTopology topology, std::uint32_t columns, std::uint32_t rows, std::uint32_t channels = 4, std::uint32_t buffer = 8) {
  FlitConfig c;
  c.topology = topology;
  c.columns = columns;
  c.rows = rows;
  c.virtual_channels = channels;
  c.buffer = buffer;
  return c;
}

Cycle latency_alone(const FlitConfig& config, std::uint32_t source, std::uint32_t destination, std::uint32_t flits) {
  FlitNetwork network(config);
  network.send(source, destination, flits, 0, false);
  for (int i = 0; i < 5000; ++i) {
    network.step();
    for (const FlitNetwork::Arrival& a : network.arrived())
      if (a.flit.tail) return network.now() - 1;
  }
  return -1;
}

TEST(FlitNetwork, APacketAloneTakesItsClosedForm) {
  FlitConfig slow = config_of(FlitTopology::mesh, 4, 4, 2, 32);
  slow.routing_delay = 3, slow.vc_allocation_delay = 2, slow.switch_allocation_delay = 2, slow.traversal_delay = 4, slow.link_delay = 2;
  FlitConfig ahead = config_of(FlitTopology::torus, 5, 4);
  ahead.routing_delay = 0;
  for (const FlitConfig& c : {config_of(FlitTopology::mesh, 4, 3), slow, ahead, config_of(FlitTopology::ring, 7, 1), config_of(FlitTopology::crossbar, 9, 1)}) {
    const FlitLayout layout(c.topology, c.columns, c.rows);
    for (std::uint32_t s = 0; s < layout.nodes(); ++s)
      for (std::uint32_t d = 0; d < layout.nodes(); d += 2)
        for (const std::uint32_t flits : {1u, 6u})
          ASSERT_EQ(latency_alone(c, s, d, flits), zero_load_latency(c, layout.hops(s, d), flits)) << s << " to " << d;
  }
  // The form of the reference: five cycles a hop and two more.
  EXPECT_EQ(latency_alone(FlitConfig{}, 0, 63, 1), 5 * 15 + 2);
}

TEST(FlitNetwork, AShortBufferThrottlesAStreamToItsShareOfTheRoundTrip) {
  for (const std::uint32_t buffer : {1u, 2u, 3u, 4u, 8u}) {
    const FlitConfig c = config_of(FlitTopology::mesh, 3, 1, 1, buffer);
    EXPECT_EQ(credit_round_trip(c), 5u);
    FlitNetwork network(c);
    network.send(0, 2, 3000, 0, false);
    std::uint64_t before = 0;
    for (int i = 0; i < 1500; ++i) {
      network.step();
      if (i == 499) before = network.flits_delivered();
    }
    const double rate = static_cast<double>(network.flits_delivered() - before) / 1000;
    EXPECT_NEAR(rate, std::min(1.0, buffer / 5.0), 0.005) << buffer;
  }
}

/// Random packets for a while, then silence. Checks order within packets, and that each arrives once, where it should.
void overload(const FlitConfig& config, const TrafficConfig& traffic, Cycle cycles) {
  FlitNetwork network(config);
  TrafficSource source(traffic, network.layout());
  const std::uint32_t packet = traffic.packet;
  const std::uint32_t nodes = network.layout().nodes();
  std::uint64_t heads = 0, tails = 0;
  std::map<std::pair<std::uint32_t, std::uint16_t>, Cycle> open;  // by node and channel: packets never interleave there
  Cycle last_arrival = 0;
  while (network.now() < cycles || network.in_flight() > 0) {
    for (std::uint32_t n = 0; n < nodes && network.now() < cycles; ++n)
      if (network.source_empty(n)) network.send(n, source.destination(n), packet, network.now(), false);
    network.step();
    if (network.now() % 64 == 0) network.check_credits();
    for (const FlitNetwork::Arrival& a : network.arrived()) {
      last_arrival = network.now();
      ASSERT_EQ(a.node, a.flit.destination);
      const auto key = std::pair{a.node, a.flit.channel};
      ASSERT_EQ(a.flit.head, !open.contains(key)) << "a packet begins inside another";
      heads += a.flit.head ? 1 : 0;
      tails += a.flit.tail ? 1 : 0;
      if (a.flit.head) open[key] = a.flit.created;
      ASSERT_EQ(open[key], a.flit.created);
      if (a.flit.tail) open.erase(key);
    }
    ASSERT_LT(network.now() - last_arrival, 1000) << "deadlock with " << network.in_flight() << " flits inside";
  }
  network.check_credits();
  EXPECT_EQ(network.flits_sent(), network.flits_delivered());
  EXPECT_EQ(heads, network.flits_sent() / packet);
  EXPECT_EQ(tails, heads);
  EXPECT_EQ(network.age_in_flight(), 0);
}

TEST(FlitNetwork, RingsDoNotDeadlockAtFullLoadWithTwoChannelsOfOneFlit) {
  // Tornado fills every link of every ring in one direction with packets that wait for the next; without lanes this
  // stands still after some tens of cycles.
  for (const Pattern pattern : {Pattern::tornado, Pattern::uniform}) {
    overload(config_of(FlitTopology::ring, 9, 1, 2, 1), {.pattern = pattern, .packet = 20}, 5000);
    overload(config_of(FlitTopology::torus, 5, 5, 2, 1), {.pattern = pattern, .packet = 20}, 5000);
    overload(config_of(FlitTopology::torus, 2, 5, 3, 2), {.pattern = pattern, .packet = 4}, 3000);
  }
}

RC_GTEST_PROP(FlitNetworkProperty, KeepsFlitsAndCreditsUnderAnyLoad, ()) {
  FlitConfig c = config_of(*rc::gen::element(FlitTopology::mesh, FlitTopology::torus, FlitTopology::ring, FlitTopology::crossbar),
                           *rc::gen::inRange(2u, 5u), *rc::gen::inRange(1u, 4u), *rc::gen::inRange(2u, 7u), *rc::gen::inRange(1u, 6u));
  c.routing_delay = *rc::gen::inRange(0u, 4u);
  c.vc_allocation_delay = *rc::gen::inRange(1u, 4u);
  c.switch_allocation_delay = *rc::gen::inRange(1u, 4u);
  c.traversal_delay = *rc::gen::inRange(1u, 4u);
  c.link_delay = *rc::gen::inRange(1u, 4u);
  c.credit_delay = *rc::gen::inRange(0u, 4u);
  overload(c, {.packet = *rc::gen::inRange(1u, 8u), .seed = *rc::gen::arbitrary<std::uint64_t>()}, 400);
}

// BookSim2, its default router, 8 x 8 mesh, single-flit packets, uniform traffic. Latencies of its runs carry about 1%
// of noise; those beyond a load of 0.4 depend on when its warm-up ends.
TEST(FlitMeasure, FollowsTheCurveOfBookSim2) {
  struct Row {
    double injection, latency, accepted;
  };
  for (const Row& row : {Row{0.05, 33.3714, 0.049849}, {0.20, 34.6631, 0.199271}, {0.30, 36.6175, 0.301099}, {0.35, 38.6325, 0.351156}}) {
    TrafficConfig traffic;
    traffic.injection = row.injection;
    const LoadPoint p = measure(FlitConfig{}, traffic);
    EXPECT_NEAR(p.latency, row.latency, 0.015 * row.latency);
    EXPECT_NEAR(p.accepted, row.accepted, 0.015 * row.accepted);
    EXPECT_TRUE(p.stable);
  }
  TrafficConfig traffic;
  traffic.injection = 0.5;
  const LoadPoint beyond = measure(FlitConfig{}, traffic);
  EXPECT_FALSE(beyond.stable);
  EXPECT_NEAR(beyond.accepted, 0.427781, 0.015 * 0.427781);
}

TEST(FlitMeasure, NoPatternBeatsTheBisection) {
  for (const FlitConfig& c : {config_of(FlitTopology::mesh, 6, 6), config_of(FlitTopology::ring, 12, 1), config_of(FlitTopology::torus, 6, 6)}) {
    TrafficConfig traffic;
    traffic.injection = 0.05;
    const double bound = FlitLayout(c.topology, c.columns, c.rows).bisection_bound();
    const std::vector<LoadPoint> points = sweep(c, traffic, 0.1, {.sample_cycles = 500, .sample_packets = 1000, .latency_limit = 150});
    EXPECT_LE(saturation(points), bound * 1.01);
    EXPECT_GT(saturation(points), bound * 0.4);
    for (std::size_t i = 1; i < points.size(); ++i) EXPECT_GE(points[i].latency, points[i - 1].latency * 0.99);
  }
  EXPECT_DOUBLE_EQ(FlitLayout(FlitTopology::mesh, 8, 8).bisection_bound(), 0.5);
  EXPECT_DOUBLE_EQ(FlitLayout(FlitTopology::torus, 8, 8).bisection_bound(), 1.0);
}

TEST(FlitMeasure, NeighbourTrafficHasALinkForEveryFlow) {
  // On a torus every node sends one up in each dimension: two links and the node's port, none shared.
  TrafficConfig traffic;
  traffic.pattern = Pattern::neighbour;
  traffic.injection = 0.9;
  const LoadPoint p = measure(config_of(FlitTopology::torus, 4, 4, 8), traffic);
  EXPECT_TRUE(p.stable);
  EXPECT_DOUBLE_EQ(p.mean_hops, 3);
  EXPECT_NEAR(p.latency, zero_load_latency(FlitConfig{}, 3, 1), 8);
}

TEST(FlitMeasure, EqualSeedsGiveEqualResults) {
  TrafficConfig traffic;
  traffic.injection = 0.3;
  const auto latency = [&] { return measure(config_of(FlitTopology::mesh, 4, 4), traffic).latency; };
  const double first = latency();
  EXPECT_EQ(first, latency());
  traffic.seed = 2;
  EXPECT_NE(first, latency());
}

TEST(FlitTraffic, PatternsAreThePermutationsTheyAreNamedAfter) {
  const FlitLayout layout(FlitTopology::mesh, 4, 4);
  const auto to = [&](Pattern pattern, std::uint32_t source) { return TrafficSource(TrafficConfig{.pattern = pattern}, layout).destination(source); };
  EXPECT_EQ(to(Pattern::transpose, 1), 4u);
  EXPECT_EQ(to(Pattern::bit_complement, 3), 12u);
  EXPECT_EQ(to(Pattern::tornado, 0), 5u);
  EXPECT_EQ(to(Pattern::neighbour, 15), 0u);
  TrafficSource hot(TrafficConfig{.pattern = Pattern::hotspot, .hotspot_node = 7, .hotspot_share = 0.5}, layout);
  int hits = 0;
  for (int i = 0; i < 20000; ++i) hits += hot.destination(1) == 7 ? 1 : 0;
  EXPECT_NEAR(hits / 20000.0, 0.5 + 0.5 / 16, 0.015);
}

TEST(FlitConfigCheck, RefusesWhatCannotWork) {
  EXPECT_THROW(check(config_of(FlitTopology::ring, 8, 1, 1)), UsageError);
  EXPECT_THROW(check(config_of(FlitTopology::mesh, 8, 8, 0)), UsageError);
  EXPECT_THROW(check(config_of(FlitTopology::mesh, 1, 1)), UsageError);
  EXPECT_THROW(check(config_of(FlitTopology::mesh, 64, 64, 256, 4096)), UsageError);
  EXPECT_THROW(check(TrafficConfig{.pattern = Pattern::transpose}, FlitLayout(FlitTopology::mesh, 4, 3)), UsageError);
  EXPECT_THROW(check(TrafficConfig{.pattern = Pattern::bit_complement}, FlitLayout(FlitTopology::mesh, 3, 3)), UsageError);
  EXPECT_NO_THROW(check(FlitConfig{}));
}

TEST(IslipAllocator, TakesTurnsAndMovesOnlyOnAcceptance) {
  IslipAllocator a(3, 2);
  const std::vector<std::uint32_t> all{0, 1, 2};
  const auto asks = [](std::uint32_t) { return true; };
  const auto cycle = [&] {
    a.grant(0, all, asks);
    a.grant(1, all, asks);
    return std::vector<std::uint32_t>{a.accept(0), a.accept(1), a.accept(2)};
  };
  constexpr std::uint32_t none = IslipAllocator::kNone;
  EXPECT_EQ(cycle(), (std::vector<std::uint32_t>{0, none, none})) << "both grant 0, which can take one";
  EXPECT_EQ(cycle(), (std::vector<std::uint32_t>{1, 0, none})) << "resource 1 still favours 0";
  EXPECT_EQ(cycle(), (std::vector<std::uint32_t>{none, 1, 0}));
}

}  // namespace
}  // namespace presil::noc
