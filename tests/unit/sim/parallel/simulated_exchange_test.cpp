// Exchanges of groups on the simulated fabric of a system, against their closed form.
#include <gtest/gtest.h>

#include "models/fabric/exchange_times.h"
#include "sim/parallel/group_time.h"
#include "tests/unit/models/fabric/links.h"

namespace presil::parallel {
namespace {

using workload::CollectiveKind;

fabric::SystemConfig shipped_system(const std::string& stem, const std::vector<std::string>& overrides = {}) {
  fabric::SystemConfig system;
  config::read(config::load(fabric::test::kConfigs / "systems" / (stem + ".yaml"), overrides, {"link"}, {fabric::test::kConfigs}), system, nullptr);
  return system;
}

NetworkConfig shipped_network(const std::string& stem) {
  NetworkConfig network;
  config::read(config::load(fabric::test::kConfigs / "networks" / (stem + ".yaml"), {}, {}, {fabric::test::kConfigs}), network, nullptr);
  return network;
}

struct SystemCase {
  const char* system;
  const char* network;
};

class OnAShippedSystem : public testing::TestWithParam<SystemCase> {};

// The shipped NVSwitch and InfiniBand systems: tensor groups in a node, data groups of one device a node. An all-to-all across
// leaf switches is left out: there messages wait for each other, of which the closed form knows nothing.
TEST_P(OnAShippedSystem, SimulationAndClosedFormAgree) {
  const fabric::SystemConfig system = shipped_system(GetParam().system);
  const NetworkConfig network = shipped_network(GetParam().network);
  const Cluster closed{&system.scale_up.link, &network};
  fabric::ExchangeTimes times;
  times.place(system, 512);
  const Cluster simulated{&system.scale_up.link, &network, &times};
  for (const GroupShape group : {GroupShape{8, 1}, GroupShape{4, 2}, GroupShape{16, 8}, GroupShape{64, 8}})
    for (const CollectiveKind kind : {CollectiveKind::all_reduce, CollectiveKind::reduce_scatter, CollectiveKind::all_gather, CollectiveKind::all_to_all})
      for (const double bytes : {128e6, 512e6, 2e9}) {
        if (kind == CollectiveKind::all_to_all && group.ranks == 64) continue;
        const double expected = exchange_time(closed, group, kind, {bytes}).value, found = exchange_time(simulated, group, kind, {bytes}).value;
        EXPECT_NEAR(found, expected, 0.15 * expected) << group.ranks << " x " << group.stride << ", kind " << static_cast<int>(kind) << ", " << bytes;
        EXPECT_TRUE(times.known().back().obstacle.empty()) << times.known().back().obstacle;
      }
}

INSTANTIATE_TEST_SUITE_P(NvswitchAndInfiniband, OnAShippedSystem,
                         testing::Values(SystemCase{"dgx_a100_superpod", "infiniband_hdr"}, SystemCase{"dgx_h100_superpod", "infiniband_ndr"}),
                         [](const auto& c) { return std::string(c.param.system); });

// Over an oversubscribed network the closed form knows nothing of what groups do to each other.
TEST(SimulatedExchange, OversubscriptionCostsWhatItLeaves) {
  const NetworkConfig network = shipped_network("infiniband_ndr");
  fabric::ExchangeTimes times;
  const auto seconds = [&](const fabric::SystemConfig& system) {
    times.place(system, 1024);
    return send_time({&system.scale_up.link, &network, &times}, {2, 512}, {256e6}).value;
  };
  const double full = seconds(shipped_system("dgx_h100_superpod")), quarter = seconds(shipped_system("dgx_h100_superpod", {"scale_out.oversubscription=4"}));
  EXPECT_NEAR(quarter / full, 4, 0.4);
}

TEST(SimulatedExchange, MessagesOfAPipelineSlowExchangesBesideThem) {
  const fabric::SystemConfig system = shipped_system("dgx_h100_superpod");
  const NetworkConfig network = shipped_network("infiniband_ndr");
  fabric::ExchangeTimes times;
  times.place(system, 256);
  const Cluster closed{&system.scale_up.link, &network}, simulated{&system.scale_up.link, &network, &times};
  const GroupShape data{16, 8};
  const Sends none, some{{2, 128}, {32e6}, {10e-3}};
  for (const Cluster& cluster : {closed, simulated})
    EXPECT_EQ(exchange_time_beside(cluster, data, CollectiveKind::reduce_scatter, {1e9}, none), exchange_time(cluster, data, CollectiveKind::reduce_scatter, {1e9}));
  EXPECT_EQ(exchange_time_beside(closed, data, CollectiveKind::reduce_scatter, {1e9}, some), exchange_time(closed, data, CollectiveKind::reduce_scatter, {1e9}));
  // A message of 32 MB every 10 ms takes 6 to 8% of the NIC.
  const double slower = exchange_time_beside(simulated, data, CollectiveKind::reduce_scatter, {1e9}, some) / exchange_time(simulated, data, CollectiveKind::reduce_scatter, {1e9});
  EXPECT_GT(slower, 1.05);
  EXPECT_LT(slower, 1.09);
}

TEST(NetworkOf, IsWhatTheFilesSayOfIt) {
  const fabric::SystemConfig system = shipped_system("dgx_h100_superpod");
  const NetworkConfig derived = network_of(system), shipped = shipped_network("infiniband_ndr");
  EXPECT_EQ(derived.name, system.scale_out.link.name);
  EXPECT_EQ(derived.nics, 1);
  EXPECT_NEAR(derived.rate().value, shipped.rate().value, 0.05 * shipped.rate().value);
}

}  // namespace
}  // namespace presil::parallel
