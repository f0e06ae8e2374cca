// TransactionNetwork against closed forms: latency, serialisation, contention, counters.
#include "models/noc/noc.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace presil::noc {
namespace {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

constexpr double kHop = 5e-9;
constexpr double kRate = 64e9;

NetworkConfig config_of(Topology topology, std::uint32_t columns = 0, std::uint32_t rows = 0) {
  NetworkConfig c;
  c.topology = topology;
  c.columns = columns;
  c.rows = rows;
  c.link_bandwidth = {kRate};
  c.hop_latency = {kHop};
  c.flit = {32};
  c.packet = {256};
  c.header = {32};
  return c;
}

double serialisation(const NetworkConfig& c, std::uint64_t bytes) {
  return static_cast<double>(wire_bytes(c, bytes)) / kRate;
}

/// A network and what it has delivered.
struct Bench {
  NetworkConfig config;
  std::unique_ptr<api::Network> network;
  kernel::Agenda agenda;
  std::vector<api::Message> messages;
  std::vector<std::uint64_t> order;
  std::vector<double> delivered_at;

  Bench(const NetworkConfig& c, std::uint32_t nodes)
      : config(c), network((kernel::initialise(), make_network("network", c, nodes))), agenda("agenda") {}

  void send_at(double when, const api::Message& message) {
    messages.push_back(message);
    delivered_at.push_back(-1);
    agenda.at(kernel::to_sc_time({when}), kernel::Callback::of<&Bench::send>(this, messages.size() - 1));
  }
  void send(std::uint64_t i) { network->send(messages[i], kernel::Callback::of<&Bench::delivered>(this, i)); }
  void delivered(std::uint64_t i) {
    EXPECT_EQ(delivered_at[i], -1) << "delivered twice";
    delivered_at[i] = kernel::to_seconds(sc_core::sc_time_stamp()).value;
    order.push_back(i);
  }
};

class ZeroLoad : public testing::TestWithParam<NetworkConfig> {};

TEST_P(ZeroLoad, LatencyIsHopsAndSerialisation) {
  const std::uint32_t nodes = 12;
  Bench b(GetParam(), nodes);
  const Layout layout = make_layout(b.config, nodes);
  double when = 0;
  std::vector<double> expected;
  double byte_hops = 0;
  for (std::uint32_t s = 0; s < nodes; ++s)
    for (std::uint32_t d = 0; d < nodes; ++d, when += 1e-6) {
      const std::uint64_t bytes = 100 + 37 * s + d;
      b.send_at(when, {s, d, bytes});
      expected.push_back(when + (s == d ? 0 : hops(layout, s, d) * kHop + serialisation(b.config, bytes)));
      byte_hops += static_cast<double>(bytes) * hops(layout, s, d);
    }
  sc_core::sc_start();
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(b.delivered_at[i], expected[i], 2e-15) << i;
  EXPECT_DOUBLE_EQ(b.network->counters().byte_hops, byte_hops);
  EXPECT_EQ(b.network->counters().messages, 144u);
}

INSTANTIATE_TEST_SUITE_P(Topologies, ZeroLoad,
                         testing::Values(config_of(Topology::crossbar), config_of(Topology::ring),
                                         config_of(Topology::mesh, 4, 3)),
                         [](const auto& p) { return std::string(kTopologyNames[static_cast<std::size_t>(p.param.topology)]); });

class Incast : public testing::TestWithParam<NetworkConfig> {};

TEST_P(Incast, SerialisesAtTheDestination) {
  const std::uint64_t bytes = 4096;
  Bench b(GetParam(), 9);
  for (api::NodeId s = 0; s < 9; ++s)
    if (s != 4) b.send_at(0, {s, 4, bytes});
  sc_core::sc_start();
  // The ejection port of node 4 is busy from the first head on (nearest sender) until all eight have passed.
  std::uint32_t nearest = 100;
  for (api::NodeId s = 0; s < 9; ++s)
    if (s != 4) nearest = std::min(nearest, hops(make_layout(b.config, 9), s, 4));
  EXPECT_NEAR(b.delivered_at[b.order.back()], nearest * kHop + 8 * serialisation(b.config, bytes), 1e-13);
  EXPECT_NEAR(b.network->counters().busiest_link_busy_s, 8 * serialisation(b.config, bytes), 1e-13);
}

INSTANTIATE_TEST_SUITE_P(Topologies, Incast,
                         testing::Values(config_of(Topology::crossbar), config_of(Topology::ring),
                                         config_of(Topology::mesh, 3, 3)));

TEST(TransactionNetwork, OneSourceIsLimitedByItsPort) {
  Bench b(config_of(Topology::mesh, 3, 3), 9);
  for (api::NodeId d = 0; d < 9; ++d)
    if (d != 4) b.send_at(0, {4, d, 4096});
  sc_core::sc_start();
  EXPECT_GE(b.delivered_at[b.order.back()], 8 * serialisation(b.config, 4096) + 2 * kHop);
  EXPECT_LE(b.delivered_at[b.order.back()], 8 * serialisation(b.config, 4096) + 3 * kHop + 1e-13);
}

TEST(TransactionNetwork, AMessageStillQueuedUpstreamHoldsNoLinkDownstream) {
  Bench b(config_of(Topology::crossbar), 4);
  for (int i = 0; i < 9; ++i) b.send_at(0, {0, 1, 4096});
  b.send_at(0, {0, 2, 4096});   // tenth out of port 0
  b.send_at(1e-9, {3, 2, 64});  // must find port 2 idle
  sc_core::sc_start();
  EXPECT_NEAR(b.delivered_at[10], 1e-9 + kHop + serialisation(b.config, 64), 1e-14);
  EXPECT_NEAR(b.delivered_at[9], kHop + 10 * serialisation(b.config, 4096), 1e-13);
}

TEST(TransactionNetwork, DisjointPathsDoNotDisturbEachOther) {
  Bench b(config_of(Topology::mesh, 4, 4), 16);
  for (api::NodeId row = 0; row < 4; ++row) b.send_at(0, {4 * row, 4 * row + 3, 10000});
  sc_core::sc_start();
  for (const double t : b.delivered_at) EXPECT_NEAR(t, 4 * kHop + serialisation(b.config, 10000), 1e-14);
}

TEST(TransactionNetwork, ToItselfIsTheNextDeltaAndCrossesNothing) {
  Bench b(config_of(Topology::ring), 3);
  b.network->send({1, 1, 500}, kernel::Callback{});
  b.messages.push_back({1, 1, 500});
  b.delivered_at.push_back(-1);
  b.send(0);
  EXPECT_TRUE(b.order.empty()) << "not from within send()";
  sc_core::sc_start();
  EXPECT_EQ(b.delivered_at[0], 0);
  EXPECT_EQ(b.network->counters().byte_hops, 0);
  EXPECT_EQ(b.network->counters().payload_bytes, 1000);
}

/// Sends a message on as soon as it has arrived.
struct Relay {
  api::Network& network;
  int left;
  void pass(std::uint64_t at) {
    if (left-- == 0) return;
    const auto from = static_cast<api::NodeId>(at), to = (from + 1) % network.nodes();
    network.send({from, to, 256}, kernel::Callback::of<&Relay::pass>(this, to));
  }
};

TEST(TransactionNetwork, ResetMakesEqualProgramsEqual) {
  Bench b(config_of(Topology::ring), 5);
  std::vector<sc_time> lengths;
  std::vector<api::NetworkCounters> counters;
  for (int program = 0; program < 3; ++program) {
    b.network->reset();
    const sc_time start = sc_core::sc_time_stamp();
    Relay a{*b.network, 50}, c{*b.network, 70};
    a.pass(0);
    c.pass(0);
    sc_core::sc_start();
    lengths.push_back(sc_core::sc_time_stamp() - start);
    counters.push_back(b.network->counters());
  }
  for (int i : {1, 2}) {
    EXPECT_EQ(lengths[0], lengths[i]);
    EXPECT_EQ(counters[0].busiest_link_busy_s, counters[i].busiest_link_busy_s);
    EXPECT_EQ(counters[i].messages, 120u);
    EXPECT_EQ(counters[i].payload_bytes, 120 * 256.0);
  }
}

TEST(TransactionNetwork, IsNamedAsAsked) {
  Bench b(config_of(Topology::ring), 2);
  EXPECT_STREQ(dynamic_cast<sc_core::sc_module&>(*b.network).name(), "network");
  EXPECT_STREQ(b.agenda.name(), "agenda");
}

}  // namespace
}  // namespace presil::noc
