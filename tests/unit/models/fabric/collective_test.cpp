// Collectives on simulated systems: closed forms, bytes on links, folding, published bandwidths, what is refused.
#include <gtest/gtest.h>

#include "models/fabric/collective.h"
#include "models/fabric/collective_time.h"
#include "models/fabric/topology.h"
#include "sim/base/error.h"
#include "tests/unit/models/fabric/links.h"

namespace presil::fabric {
namespace {

constexpr double kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;

SystemConfig system_of(const std::string& stem, const std::vector<std::string>& overrides = {}, std::vector<config::Provenance>* provenance = nullptr) {
  SystemConfig system;
  config::read(config::load(test::kConfigs / "systems" / (stem + ".yaml"), overrides, {"link"}, {test::kConfigs}), system, provenance);
  return system;
}

CollectiveJob job(Operation o, double bytes, std::uint32_t ranks, std::optional<Pattern> pattern = {}, std::optional<Protocol> protocol = {}) {
  return {o, bytes, ranks, pattern, protocol, false, {}};
}

CollectiveSimulator& simulator() {
  static CollectiveSimulator only;
  return only;
}

double us(const SystemConfig& s, const CollectiveJob& j) { return simulator().run(s, j).time.value * 1e6; }

/// Behind one switch nothing competes: simulation and closed form of a ring agree.
TEST(Collective, ARingBehindASwitchTakesItsClosedForm) {
  const SystemConfig s = system_of("dgx_a100");
  for (const double bytes : {64 * kKiB, 8 * kMiB, 1 * kGiB})
    for (const Protocol p : {Protocol::ll, Protocol::ll128, Protocol::simple}) {
      double expected = 0;
      for (const CollectiveEstimate& e : collective_candidates(s.scale_up.link, {workload::CollectiveKind::all_reduce, 8, bytes}))
        if (e.algorithm == Algorithm::ring && e.protocol == p) expected = e.time.value * 1e6;
      EXPECT_NEAR(us(s, job(Operation::all_reduce, bytes, 8, Pattern::ring, p)), expected, 0.01 * expected) << bytes;
    }
}

/// The simulated pipeline also has to fill: with the eight pieces of 8 MiB by 6%.
TEST(Collective, InSwitchSumsTakeTheirClosedForm) {
  const SystemConfig s = system_of("dgx_h100");
  for (const double bytes : {64 * kKiB, 8 * kMiB, 1 * kGiB}) {
    const double expected = collective_time(s.scale_up.link, {workload::CollectiveKind::all_reduce, 8, bytes}, {.only = Algorithm::in_switch}).value * 1e6;
    EXPECT_NEAR(us(s, job(Operation::all_reduce, bytes, 8, Pattern::in_switch)), expected, 0.07 * expected) << bytes;
  }
}

/// Payload that left all devices, by the counters of their channels.
double bytes_out(const SystemConfig& s, const CollectiveJob& j) {
  simulator().run(s, j);
  const Fabric& f = simulator().fabric();
  double sum = 0;
  for (ChannelId c = 0; c < f.graph().channels.size(); ++c)
    if (f.graph().channels[c].from < f.graph().devices) sum += f.counters_of(c).payload_bytes;
  return sum;
}

TEST(Collective, LinksCarryWhatTheAlgorithmMoves) {
  const double s = 8 * kMiB;
  const SystemConfig h100 = system_of("dgx_h100"), mesh = system_of("mi300x_8");
  EXPECT_NEAR(bytes_out(h100, job(Operation::all_reduce, s, 8, Pattern::ring)), 8 * s * 14 / 8, 8);
  EXPECT_NEAR(bytes_out(h100, job(Operation::all_reduce, s, 8, Pattern::in_switch)), 8 * s * 9 / 8, 1024);
  EXPECT_NEAR(bytes_out(h100, job(Operation::all_gather, s, 8, Pattern::ring)), 8 * s * 7 / 8, 8);
  EXPECT_NEAR(bytes_out(h100, job(Operation::all_to_all, s, 8)), 8 * s * 7 / 8, 8);
  EXPECT_NEAR(bytes_out(mesh, job(Operation::all_reduce, s, 8, Pattern::ring)), 8 * s * 14 / 8, 1024);
}

TEST(Collective, OneNodeStandsForAllWithinAPercent) {
  const SystemConfig s = system_of("dgx_h100_superpod");
  CollectiveJob j = job(Operation::all_reduce, 64 * kMiB, 128, Pattern::hierarchical);
  const CollectiveResult folded = simulator().run(s, j);
  j.unfolded = true;
  const CollectiveResult all = simulator().run(s, j);
  EXPECT_NEAR(folded.time.value, all.time.value, 0.01 * all.time.value);
  EXPECT_LT(folded.steps * 10, all.steps);
}

TEST(Collective, WhatIsNotSymmetricIsNotFolded) {
  const CollectiveJob j = job(Operation::all_reduce, 64 * kMiB, 128, Pattern::hierarchical);
  const Choice c{Pattern::hierarchical, Protocol::simple, {}, {}};
  EXPECT_TRUE(folds(system_of("dgx_h100_superpod"), j, c));
  EXPECT_FALSE(folds(system_of("dgx_h100_superpod", {"scale_out.spreading=hash"}), j, c));
  EXPECT_FALSE(folds(system_of("dgx_h100_superpod", {"scale_out.oversubscription=2"}), j, c));
  EXPECT_FALSE(folds(system_of("h100_dragonfly"), j, c));
}

struct Published {
  const char* what;
  const char* system;
  double bytes, us, tolerance;
  std::optional<Pattern> pattern{};
};

/// nccl-tests on Azure machines, published by Microsoft; what nothing was fitted on is every row but 8 GiB.
constexpr Published kPublished[] = {
    {"ND A100 v4", "nd_a100_v4", 64 * kKiB, 42.48, 0.10},
    {"ND A100 v4", "nd_a100_v4", 256 * kMiB, 2196.48, 0.05},
    {"ND A100 v4", "nd_a100_v4", 2 * kGiB, 16323.94, 0.05},
    {"ND H100 v5", "dgx_h100", 256 * kMiB, 1109.55, 0.05, Pattern::in_switch},
    {"ND H100 v5", "dgx_h100", 2 * kGiB, 7956.0, 0.05, Pattern::in_switch},
};

TEST(Collective, PublishedTimes) {
  for (const Published& p : kPublished)
    EXPECT_NEAR(us(system_of(p.system), job(Operation::all_reduce, p.bytes, 8, p.pattern)), p.us, p.tolerance * p.us) << p.what << " " << p.bytes;
}

/// Every system that ships: described with sources, connected, credits enough, and no collective beats its bound.
TEST(Systems, AreConnectedAndKeepTheirBounds) {
  for (const auto& [stem, path] : config::catalogue({test::kConfigs}, "systems")) {
    SCOPED_TRACE(stem);
    std::vector<config::Provenance> provenance;
    const SystemConfig s = system_of(stem, {}, &provenance);
    for (const auto& p : provenance) EXPECT_EQ(p.source.find('['), 0u) << p.path << " has the source '" << p.source << "'";
    const std::uint32_t ranks = std::min(s.devices(), s.scale_up.topology == UpTopology::torus ? 64u : 2 * s.scale_up.devices);
    EXPECT_TRUE(warnings(build_graph(part_for(s, ranks))).empty());
    if (ranks > 100) continue;
    for (const Operation o : {Operation::all_reduce, Operation::all_gather, Operation::all_to_all})
      for (const double bytes : {4 * kKiB, 16 * kMiB}) {
        const CollectiveJob j = job(o, bytes, ranks);
        EXPECT_GE(simulator().run(s, j).time, collective_bound(s, j)) << bytes;
      }
  }
}

void refused(const std::string& stem, const std::vector<std::string>& overrides, const std::string& message) {
  try {
    build_graph(system_of(stem, overrides));
    ADD_FAILURE() << overrides[0] << " was accepted";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
  }
}

TEST(Systems, WrongDegreesAreRefusedWithTheNumbers) {
  refused("tpu_v4_pod", {"scale_up.x=15"}, "x 15 times y 16 times z 16 is 3840, not the 4096 devices");
  refused("tpu_v5e_pod", {"scale_up.link.links=6"}, "a torus of 2 dimensions needs 4 links a device; the link has 6");
  refused("mi300x_8", {"scale_up.devices=6"}, "a mesh of 6 devices needs a multiple of 5 links each; the link has 7");
  refused("dgx_h100", {"scale_up.devices=16"}, "16 devices of 18 links need 288 ports; 4 switches of 64 have 256");
  refused("pcie_8", {"scale_up.group=3"}, "8 devices do not divide into groups of 3");
  refused("two_die", {"scale_up.wires=[{from: 0, to: 0}]"}, "a link joins device 0 to itself");
  refused("nvlink_bridge_pair", {"scale_up.devices=3"}, "the topology is disconnected: no links lead from device 0 to device 2");
  refused("nvlink_bridge_pair", {"scale_up.wires=[{from: 0, to: 1, links: 13}]"}, "device 0 ends 13 links; it has 12");
  refused("dgx_h100_superpod", {"scale_out.nics=3"}, "8 devices of a node do not divide among 3 NICs");
  refused("h100_dragonfly", {"scale_out.router_global_links=60"}, "a router needs 8 + 15 + 60 = 83 ports; it has 64");
}

TEST(Systems, TooFewCreditsAreWarnedOf) {
  const auto said = warnings(build_graph(system_of("dgx_h100", {"scale_up.link.credits=4 KiB"})));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("credits of 4096 B are too few for a round trip of 500 ns"), std::string::npos) << said[0];
}

TEST(Systems, JobsTakeWholeNodesOrBlocks) {
  const SystemConfig pod = part_for(system_of("tpu_v4_pod"), 64);
  EXPECT_EQ(pod.scale_up.x * 100 + pod.scale_up.y * 10 + pod.scale_up.z, 444u);
  EXPECT_THROW(part_for(system_of("tpu_v4_pod"), 17), InputError);
  EXPECT_EQ(part_for(system_of("dgx_h100_superpod"), 16).nodes(), 2u);
  EXPECT_THROW(part_for(system_of("dgx_h100_superpod"), 12), InputError);
  EXPECT_THROW(part_for(system_of("dgx_h100"), 9), InputError);
}

TEST(Systems, ARailKeepsToItsLeafAndOthersGoThroughTheSpine) {
  const Graph g = build_graph(part_for(system_of("dgx_h100_superpod"), 512));
  Router router(g);
  EXPECT_EQ(router.path(0, 8).size(), 4u);         // the same rail, the same leaf
  EXPECT_EQ(router.path(0, 32 * 8).size(), 6u);    // another leaf
  EXPECT_EQ(router.path(0, 1).size(), 2u);         // within the node
}

}  // namespace
}  // namespace presil::fabric
