// Exchanges of many groups at a time: where they lie, that they meet on what they share, that what is left out changes nothing.
#include "models/fabric/group_simulator.h"

#include <gmock/gmock.h>

#include "models/fabric/collective_time.h"
#include "models/fabric/exchange_times.h"
#include "models/fabric/topology.h"
#include "sim/base/error.h"
#include "tests/unit/models/fabric/links.h"

namespace presil::fabric::at_once {
namespace {

using testing::ElementsAre;

constexpr double kMebibyte = 1024.0 * 1024;

SystemConfig machine(const std::string& stem, const std::vector<std::string>& overrides = {}) {
  SystemConfig system;
  config::read(config::load(test::kConfigs / "systems" / (stem + ".yaml"), overrides, {"link"}, {test::kConfigs}), system, nullptr);
  return system;
}

GroupResult played(const SystemConfig& system, std::uint32_t devices, const GroupExchange& x, bool whole = false) {
  static GroupSimulator simulator;
  simulator.place(system, devices);
  return simulator.run(x, whole);
}

TEST(DeviceGroups, LieInNodesAsTheirStrideSays) {
  const SystemConfig pod = machine("dgx_h100_superpod");
  const auto nodes_of = [&](DeviceGroups g) { const Shape s = shape_of(pod, g); return std::vector<std::uint32_t>{s.in_node, s.nodes(), s.channels}; };
  EXPECT_THAT(nodes_of({8, 1}), ElementsAre(8, 1, 1));
  EXPECT_THAT(nodes_of({4, 2}), ElementsAre(4, 1, 1));
  EXPECT_THAT(nodes_of({16, 8}), ElementsAre(1, 16, 1));
  EXPECT_THAT(nodes_of({16, 4}), ElementsAre(2, 8, 2));
  EXPECT_THAT(nodes_of({64, 1}), ElementsAre(8, 8, 8));
  EXPECT_THAT(nodes_of({2, 896}), ElementsAre(1, 2, 1));
  EXPECT_THROW(nodes_of({3, 1}), InputError);   // the third group would span two nodes
  EXPECT_THROW(nodes_of({12, 1}), InputError);  // half of a node
}

TEST(DeviceGroups, AreBlocksOfATorusWhereTheyCan) {
  SystemConfig torus = machine("tpu_v4_pod");
  torus = part_for(torus, 64);
  EXPECT_THAT(shape_of(torus, {4, 1}).extents, ElementsAre(4));
  EXPECT_THAT(shape_of(torus, {8, 1}).extents, ElementsAre(4, 2));
  EXPECT_THAT(shape_of(torus, {16, 4}).extents, ElementsAre(4, 4));
  EXPECT_THAT(shape_of(torus, {2, 2}).extents, ElementsAre(2));
  EXPECT_THAT(shape_of(torus, {64, 1}).extents, ElementsAre(4, 4, 4));
  EXPECT_TRUE(shape_of(torus, {3, 1}).extents.size() == 1);
  EXPECT_TRUE(shape_of(torus, {5, 3}).extents.empty());
}

TEST(DeviceGroups, FewDevicesOfATorusArePartOfThePod) {
  const SystemConfig pod = machine("tpu_v4_pod");
  EXPECT_EQ(machine_for(pod, 64).devices(), 64u);
  EXPECT_EQ(machine_for(pod, 2).devices(), pod.devices());
  EXPECT_THROW(machine_for(pod, 2 * pod.devices()), InputError);
  const GroupResult r = played(pod, 2, {Operation::all_gather, 64 * kMebibyte, {2, 1}});
  EXPECT_EQ(r.groups, 1u);
}

TEST(DeviceGroups, StartWhereTheOthersLeaveRoom) {
  const SystemConfig pod = machine("dgx_h100_superpod");
  EXPECT_THAT(first_devices(pod, 8, {4, 2}), ElementsAre(0, 1));
  EXPECT_THAT(first_devices(pod, 8, {2, 1}), ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(first_devices(pod, 16, {2, 12}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(first_devices(pod, 6, {4, 1}), ElementsAre(0));
}

TEST(GroupSimulator, AWholeNodeIsTheCollectiveOfThatNode) {
  const SystemConfig h100 = machine("dgx_h100");
  for (const double bytes : {0.25 * kMebibyte, 64 * kMebibyte}) {
    const GroupResult r = played(h100, 8, {Operation::all_reduce, bytes, {8, 1}});
    const Seconds closed = collective_time(h100.scale_up.link, {workload::CollectiveKind::all_reduce, 8, bytes});
    EXPECT_NEAR(r.time.value, closed.value, 0.07 * closed.value) << bytes;
    EXPECT_EQ(r.groups, 1u);
  }
}

// Behind a switch every device has links of its own: groups side by side do not notice each other.
TEST(GroupSimulator, TensorGroupsSideBySideDoNotMeetBehindASwitch) {
  const SystemConfig h100 = machine("dgx_h100");
  const GroupExchange x{Operation::all_gather, 64 * kMebibyte, {2, 1}};
  const GroupResult one = played(h100, 2, x), four = played(h100, 8, x), all = played(h100, 8, x, true);
  EXPECT_EQ(one.groups, 1u);
  EXPECT_EQ(four.groups, 4u);
  EXPECT_EQ(four.played, 1u);
  EXPECT_EQ(all.played, 4u);
  EXPECT_EQ(one.time, four.time);
  EXPECT_EQ(one.time, all.time);
}

// Two devices at one NIC: data groups of both pass it. Large messages take twice as long.
TEST(GroupSimulator, DataGroupsShareTheNicsOfTheirNodes) {
  const GroupExchange x{Operation::send_receive, 512 * kMebibyte, {2, 8}};
  const GroupResult own = played(machine("dgx_h100_superpod"), 16, x);
  const GroupResult shared = played(machine("dgx_h100_superpod", {"scale_out.nics=4"}), 16, x);
  EXPECT_EQ(own.played, 1u);
  EXPECT_EQ(shared.played, 2u);
  EXPECT_NEAR(shared.time / own.time, 2, 0.02);
}

// Both ways of a pipeline at once: links are full duplex.
TEST(GroupSimulator, MessagesOfAPipelineTakeTheNicsRate) {
  const SystemConfig pod = machine("dgx_h100_superpod");
  const double bytes = 256 * kMebibyte;
  const GroupResult r = played(pod, 128, {Operation::send_receive, bytes, {2, 64}});
  const LinkConfig& nic = pod.scale_out.link;
  EXPECT_NEAR(r.time.value, bytes / effective_rate(nic, 2).value, 0.02 * r.time.value);
}

// A message of a pipeline passes the NIC that the gradients pass: they wait for what it takes of the rate, each way.
TEST(GroupSimulator, MessagesOfAPipelineDelayGradients) {
  const SystemConfig pod = machine("dgx_h100_superpod");
  static GroupSimulator simulator;
  simulator.place(pod, 256);
  const GroupExchange message{Operation::send_receive, 32 * kMebibyte, {2, 128}};
  const GroupMeeting meeting = simulator.meet(Operation::reduce_scatter, {16, 8}, message);
  const double passes = 32 * kMebibyte / effective_rate(pod.scale_out.link, 2).value;
  EXPECT_GT(meeting.delay.value, 0.8 * passes);
  EXPECT_LT(meeting.delay.value, 1.3 * passes);
  EXPECT_GE(meeting.beside.value, passes);
  EXPECT_EQ(simulator.meet(Operation::all_gather, {8, 1}, message).delay.value, 0);  // links of the node, not its NICs
}

TEST(GroupSimulator, WhatIsLeftOutChangesNothing) {
  struct Case { const char* system; std::uint32_t devices; GroupExchange exchange; };
  for (const Case& c : {Case{"dgx_h100_superpod", 256, {Operation::reduce_scatter, 256 * kMebibyte, {32, 8}}},    // rounds of a ring
                        Case{"dgx_h100_superpod", 256, {Operation::all_reduce, 512 * kMebibyte, {64, 4}}},
                        Case{"gb200_nvl72", 72, {Operation::all_gather, 256 * kMebibyte, {72, 1}}}}) {
    const GroupResult some = played(machine(c.system), c.devices, c.exchange), all = played(machine(c.system), c.devices, c.exchange, true);
    EXPECT_TRUE(some.folded) << c.system << c.exchange.groups.ranks << kPatternNames[static_cast<std::size_t>(some.choice.pattern)];
    EXPECT_FALSE(all.folded) << c.system;
    EXPECT_NEAR(some.time.value, all.time.value, 0.01 * all.time.value) << c.system << ' ' << c.exchange.groups.ranks;
  }
}

// Kernels of inference servers: on a fabric where nothing competes their closed form.
TEST(GroupSimulator, ShotsTakeTheirClosedForm) {
  const SystemConfig h100 = machine("dgx_h100");
  for (const double bytes : {16384.0, 262144.0}) {
    const CollectiveEstimate closed = collective_estimate(h100.scale_up.link, {workload::CollectiveKind::all_reduce, 8, bytes}, {.library = Library::serving});
    const GroupResult r = played(h100, 8, {Operation::all_reduce, bytes, {8, 1}, true});
    EXPECT_EQ(kPatternNames[static_cast<std::size_t>(r.choice.pattern)], kAlgorithmNames[static_cast<std::size_t>(closed.algorithm)]);
    EXPECT_NEAR(r.time.value, closed.time.value, 0.02 * closed.time.value) << bytes;
    EXPECT_NEAR(r.sent.value, bytes_sent({workload::CollectiveKind::all_reduce, 8, bytes}, closed.algorithm).value, 1) << bytes;
  }
}

TEST(ExchangeTimes, KeepsWhatItSimulatedAndSaysWhatItCouldNot) {
  ExchangeTimes times;
  times.place(machine("dgx_h100_superpod"), 48);
  const GroupExchange even{Operation::all_gather, kMebibyte, {2, 8}}, uneven{Operation::all_gather, kMebibyte, {12, 1}};
  const Seconds t = times.of(even, {1}).time();
  EXPECT_LT(t.value, 0.001);
  EXPECT_EQ(&times.of(even, {1}), &times.of(even, {1}));
  EXPECT_EQ(times.of(uneven, {1}).time().value, 1);
  EXPECT_THAT(times.of(uneven, {1}).obstacle, testing::HasSubstr("groups of 12 devices, each 1 after the one before, fill nodes of 8 in part"));
  EXPECT_EQ(times.known().size(), 2u);
}

TEST(ExchangeTimes, RefusesWhatTheSystemHasNot) {
  ExchangeTimes times;
  EXPECT_THROW(times.place(machine("dgx_h100"), 16), InputError);
  EXPECT_THROW(times.place(machine("dgx_h100_superpod"), 12), InputError);
}

}  // namespace
}  // namespace presil::fabric::at_once
