#include "sim/parallel/group_time.h"

#include <gtest/gtest.h>

#include "models/fabric/collective_time.h"
#include "sim/base/error.h"

namespace presil::parallel {
namespace {

using workload::CollectiveKind;

struct Machine {
  fabric::LinkConfig link;
  NetworkConfig network;
  Machine() {
    link.bandwidth = {25e9};
    link.links = 12;
    link.devices = 8;
    link.effective_share = 0.85;
    network.bandwidth = {25e9};
    network.effective_share = 1;
    network.header = {0};
  }
  Cluster cluster() const { return {&link, &network}; }
};

TEST(GroupTime, WithinANodeIsNccls) {
  const Machine m;
  for (const double bytes : {1e4, 1e6, 1e9}) {
    const Seconds t = exchange_time(m.cluster(), {8, 1}, CollectiveKind::all_reduce, {bytes});
    EXPECT_EQ(t.value, fabric::collective_time(m.link, {.kind = CollectiveKind::all_reduce, .ranks = 8, .bytes = bytes}).value);
  }
}

// Large messages: 2 (n - 1)/n S over the NICs of the group's members in a node, no more than the links carry.
TEST(GroupTime, AcrossNodesTheNicsDecide) {
  const Machine m;
  const double s = 100e9;
  const auto bus = [&](GroupShape g) { return 2.0 * (static_cast<double>(g.ranks) - 1) / static_cast<double>(g.ranks) * s / exchange_time(m.cluster(), g, CollectiveKind::all_reduce, {s}).value; };
  EXPECT_NEAR(bus({16, 8}), 25e9, 0.01 * 25e9);    // one member a node
  EXPECT_NEAR(bus({32, 4}), 50e9, 0.01 * 50e9);    // two
  EXPECT_NEAR(bus({64, 1}), 200e9, 0.01 * 200e9);  // eight NICs, below the links' 240 GB/s
}

TEST(GroupTime, ScatterAndGatherMakeAReduce) {
  const Machine m;
  const GroupShape g{16, 8};
  const Bytes s{10e9};
  const double both = exchange_time(m.cluster(), g, CollectiveKind::reduce_scatter, s).value + exchange_time(m.cluster(), g, CollectiveKind::all_gather, s).value;
  EXPECT_NEAR(both, exchange_time(m.cluster(), g, CollectiveKind::all_reduce, s).value, 0.001 * both);
}

TEST(GroupTime, AllToAllSendsWhatLeavesTheNode) {
  const Machine m;
  const double t = exchange_time(m.cluster(), {16, 1}, CollectiveKind::all_to_all, {16e9}).value;
  EXPECT_NEAR(t, 8e9 / 25e9, 0.001 * t);
}

TEST(GroupTime, NothingToDo) {
  const Machine m;
  EXPECT_EQ(exchange_time(m.cluster(), {1, 1}, CollectiveKind::all_reduce, {1e6}).value, 0);
  EXPECT_EQ(exchange_time(m.cluster(), {8, 1}, CollectiveKind::copy, {1e6}).value, 0);
}

TEST(GroupTime, AGroupThatLeavesItsNodeNeedsANetwork) {
  const Machine m;
  EXPECT_THROW(exchange_time({&m.link, nullptr}, {16, 1}, CollectiveKind::all_reduce, {1e6}), InputError);
}

}  // namespace
}  // namespace presil::parallel
