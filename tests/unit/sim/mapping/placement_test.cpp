// placement_test.cpp -- where tensors live, for how long, and within which budget.
#include "sim/mapping/placement.h"

#include <gtest/gtest.h>

#include "tests/unit/sim/mapping/replay.h"

namespace presil::mapping {
namespace {

using workload::TensorId;
using workload::TensorRole;

/// A chain of row reductions, which never fuse: t0 -> t1 -> ... of `values` bf16 each.
struct Pipe : Builder {
  std::vector<TensorId> t;
  Pipe(std::size_t stages, std::uint64_t values) {
    t.push_back(activation("t0", values));
    segment.entries = {t[0]};
    for (std::size_t i = 1; i <= stages; ++i) {
      t.push_back(activation("t", values));
      add(vector_op("step", 1, values, true), {t[i - 1]}, {}, {t[i]});
    }
    segment.exits = {t.back()};
  }
  Placement placed(const npu::ChipConfig& chip) const { return place(graph, segment, fuse(graph, segment, true), chip); }
};

npu::ChipConfig with_shared(double bytes) {
  npu::ChipConfig c = npu::small_chip();
  c.shared = {{bytes}, {100e9}, {10e-9}};
  return c;
}

TEST(Place, OnlyWhatIsAliveTogetherMustFitTogether) {
  const Pipe p(6, 500);  // 1000 B each; at any step one is read and one written
  const Placement fits = p.placed(with_shared(2000));
  for (const TensorId id : p.t) EXPECT_EQ(fits.home[id], Home::shared);
  EXPECT_EQ(fits.shared_bytes, 2000u);
  const Placement tight = p.placed(with_shared(1999));
  EXPECT_EQ(tight.home[p.t[0]], Home::shared);
  EXPECT_EQ(tight.home[p.t[1]], Home::memory);  // beside t0 there is no room
  EXPECT_EQ(tight.home[p.t[2]], Home::shared);  // t0 is dead by then
  EXPECT_LE(tight.shared_bytes, 1999u);
}

TEST(Place, ALongLivedTensorKeepsItsPlace) {
  Pipe p(4, 500);
  p.segment.ops.back().inputs.push_back(p.t[1]);  // read by the last step again
  const Placement placed = p.placed(with_shared(2000));
  EXPECT_EQ(placed.home[p.t[1]], Home::shared);
  EXPECT_EQ(placed.home[p.t[2]], Home::shared);
  EXPECT_EQ(placed.home[p.t[3]], Home::memory);  // t1 and t2 fill it
}

TEST(Place, OneCoreWithoutSharedMemoryKeepsTensorsInItsScratchpad) {
  const Pipe p(3, 500);
  npu::ChipConfig chip = npu::small_chip();
  const Placement local = p.placed(chip);
  EXPECT_EQ(local.home[p.t[1]], Home::local);
  EXPECT_EQ(local.local_bytes, 2000u);
  EXPECT_LE(static_cast<double>(local.local_bytes), kResidentShare * chip.core.scratchpad.capacity.value);
  chip.cores = 2;  // then the tensor is in no one scratchpad
  EXPECT_EQ(p.placed(chip).home[p.t[1]], Home::memory);
  EXPECT_EQ(p.placed(chip).local_bytes, 0u);
}

TEST(Place, RolesDecideTheRest) {
  Builder b;
  const TensorId in = b.tensor("ids", TensorRole::input, 10), w = b.weight("w", 100), kv = b.cache("kv", 100);
  const TensorId x = b.activation("x", 10), out = b.tensor("out", TensorRole::output, 10), unused = b.activation("unused", 10);
  b.add(vector_op("a", 1, 10, true), {in}, {w}, {x});
  b.add(vector_op("b", 1, 10, true), {x, kv}, {}, {out});
  const Placement p = place(b.graph, b.segment, fuse(b.graph, b.segment, true), with_shared(1e6));
  EXPECT_EQ(p.home[in], Home::host);
  EXPECT_EQ(p.home[w], Home::memory);
  EXPECT_EQ(p.home[kv], Home::memory);
  EXPECT_EQ(p.home[x], Home::shared);
  EXPECT_EQ(p.home[out], Home::host);
  EXPECT_EQ(p.home[unused], Home::nowhere);
}

TEST(Place, AddressesDoNotOverlap) {
  const Pipe p(9, 5000);
  const Placement placed = p.placed(with_shared(1e6));
  for (std::size_t i = 0; i + 1 < p.graph.tensors.size(); ++i) {
    EXPECT_GE(placed.address[i + 1], placed.address[i] + 10000);
    EXPECT_EQ(placed.address[i] % 4096, 0u);
  }
}

TEST(Place, WhatIsHandedOnLivesToTheEnd) {
  Pipe p(4, 500);
  p.segment.exits.push_back(p.t[1]);
  const Placement placed = p.placed(with_shared(2000));
  EXPECT_EQ(placed.home[p.t[1]], Home::shared);
  EXPECT_EQ(placed.home[p.t[3]], Home::memory);
}

}  // namespace
}  // namespace presil::mapping
