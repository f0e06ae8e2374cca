// Random traffic on random networks: exactly once, in order of a pair, never faster than alone, bytes conserved,
// no link busier than the time that passed. One elaboration a process: the cases differ by seed and topology.
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "models/noc/noc.h"

namespace presil::noc {
namespace {

struct Case {
  Topology topology;
  std::uint32_t seed;
};

struct Traffic {
  struct Sent {
    api::Message message;
    sc_core::sc_time at, delivered;
    int deliveries{0};
  };
  api::Network& network;
  kernel::Agenda agenda{"traffic"};
  std::vector<Sent> sent;
  std::map<std::pair<api::NodeId, api::NodeId>, std::uint64_t> latest;  ///< message of a pair delivered last

  explicit Traffic(api::Network& n) : network(n) {}

  void add(sc_core::sc_time at, const api::Message& message) {
    sent.push_back({message, at, {}, 0});
    agenda.at(at, kernel::Callback::of<&Traffic::send>(this, sent.size() - 1));
  }
  void send(std::uint64_t i) { network.send(sent[i].message, kernel::Callback::of<&Traffic::delivered>(this, i)); }
  void delivered(std::uint64_t i) {
    ++sent[i].deliveries;
    sent[i].delivered = sc_core::sc_time_stamp();
    auto& last = latest[{sent[i].message.source, sent[i].message.destination}];
    EXPECT_LE(last, i) << "out of order";
    last = i;
  }
};

class NocTraffic : public testing::TestWithParam<Case> {};

TEST_P(NocTraffic, KeepsTheContract) {
  kernel::initialise();
  std::mt19937_64 random(GetParam().seed);
  const auto draw = [&random](std::uint64_t n) { return random() % n; };
  NetworkConfig config;
  config.topology = GetParam().topology;
  config.columns = 2 + static_cast<std::uint32_t>(draw(5));
  config.rows = 2 + static_cast<std::uint32_t>(draw(5));
  config.link_bandwidth = {1e9 * static_cast<double>(1 + draw(500))};
  config.hop_latency = {1e-9 * static_cast<double>(draw(30))};
  const std::uint32_t nodes = config.columns * config.rows - static_cast<std::uint32_t>(draw(2));
  const auto network = make_network("network", config, nodes);
  const Layout layout = make_layout(config, nodes);
  Traffic traffic(*network);
  sc_core::sc_time at;
  for (int i = 0; i < 2000; ++i) {
    at += kernel::to_sc_time({1e-9 * static_cast<double>(draw(40))});
    traffic.add(at, {static_cast<api::NodeId>(draw(nodes)), static_cast<api::NodeId>(draw(nodes)), draw(3000)});
  }
  sc_core::sc_start();

  double bytes = 0, byte_hops = 0;
  for (const auto& s : traffic.sent) {
    ASSERT_EQ(s.deliveries, 1);
    const std::uint32_t distance = hops(layout, s.message.source, s.message.destination);
    const double alone = distance == 0 ? 0
        : distance * config.hop_latency.value + static_cast<double>(wire_bytes(config, s.message.bytes)) / config.link_bandwidth.value;
    EXPECT_GE(kernel::to_seconds(s.delivered - s.at).value, alone - 1e-14);
    bytes += static_cast<double>(s.message.bytes);
    byte_hops += static_cast<double>(s.message.bytes) * distance;
  }
  const auto counters = network->counters();
  EXPECT_EQ(counters.payload_bytes, bytes);
  EXPECT_EQ(counters.byte_hops, byte_hops);
  EXPECT_LE(counters.busiest_link_busy_s, kernel::to_seconds(sc_core::sc_time_stamp()).value);
}

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const Topology t : {Topology::crossbar, Topology::ring, Topology::mesh})
    for (std::uint32_t seed = 1; seed <= 6; ++seed) result.push_back({t, seed});
  return result;
}

INSTANTIATE_TEST_SUITE_P(Random, NocTraffic, testing::ValuesIn(cases()), [](const auto& p) {
  return std::string(kTopologyNames[static_cast<std::size_t>(p.param.topology)]) + std::to_string(p.param.seed);
});

}  // namespace
}  // namespace presil::noc
