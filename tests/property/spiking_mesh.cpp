// Spikes of a step on random meshes: the drain in closed form against the event-driven network, a message a
// spike.
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "models/noc/noc.h"
#include "models/spiking/mesh.h"

namespace presil::spiking {
namespace {

struct Arrivals {
  std::uint64_t count{0};
  void arrive(std::uint64_t) { ++count; }
};

class SpikingMeshDrain : public testing::TestWithParam<std::uint32_t> {};

TEST_P(SpikingMeshDrain, HoldsAgainstTheEventDrivenNetwork) {
  kernel::initialise();
  std::mt19937_64 random(GetParam());
  const auto draw = [&random](std::uint64_t n) { return random() % n; };
  MeshConfig mesh;
  mesh.columns = 2 + static_cast<std::uint32_t>(draw(6));
  mesh.rows = 2 + static_cast<std::uint32_t>(draw(6));
  mesh.spikes_per_s = 1e9;
  mesh.x.time = mesh.y.time = mesh.local.time = {2e-9};
  const std::uint64_t tiles = std::uint64_t{mesh.columns} * mesh.rows;

  noc::NetworkConfig config;
  config.topology = noc::Topology::mesh;
  config.columns = mesh.columns;
  config.rows = mesh.rows;
  config.flit = config.packet = {4};
  config.header = {0};
  config.link_bandwidth = {4 * mesh.spikes_per_s};
  config.hop_latency = {2e-9};
  const auto network = noc::make_network("network", config, static_cast<std::uint32_t>(tiles));

  MeshLoad load(mesh, 1);
  Arrivals arrivals;
  const std::uint64_t spikes = 50 + draw(2000);
  double hops = 0;
  for (std::uint64_t i = 0; i < spikes; ++i) {
    const auto from = static_cast<api::NodeId>(draw(tiles));
    const auto to = static_cast<api::NodeId>((from + 1 + draw(tiles - 1)) % tiles);
    load.send(from, to, 1);
    network->send({from, to, 4}, kernel::Callback::of<&Arrivals::arrive>(&arrivals, i));
  }
  hops = load.events().hops_x + load.events().hops_y +
         load.events().spikes;  // the network counts the last router too
  kernel::run_until_idle();
  const double simulated = kernel::to_seconds(sc_core::sc_time_stamp()).value;
  EXPECT_EQ(arrivals.count, spikes);
  EXPECT_NEAR(network->counters().byte_hops / 4, hops, 1e-6);
  EXPECT_LE(simulated, load.drain().value * 1.05) << "closed form " << load.drain().value;
  EXPECT_GE(simulated, load.drain().value * 0.7) << "closed form " << load.drain().value;
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpikingMeshDrain, testing::Range(1u, 25u));

}  // namespace
}  // namespace presil::spiking
