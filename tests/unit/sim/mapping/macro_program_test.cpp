// macro_program_test.cpp -- for any product with weights on any chip of macros: all of the work, once, and no
// weight moves that stays.
#include <random>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "sim/base/integers.h"
#include "tests/unit/sim/mapping/replay.h"

namespace presil::mapping {
namespace {

npu::ChipConfig macro_chip(std::uint32_t cores, std::uint32_t macros) {
  npu::ChipConfig c = npu::small_chip();
  c.cores = cores;
  c.shared = {{1 << 20}, {100e9}, {10e-9}};
  imc::MacroGroup& group = c.core.macros;
  group.macros = macros;
  group.macro.name = "m";
  group.macro.rows = 64;
  group.macro.rows_active = 16;
  group.macro.columns = 64;  // 8 weights
  c.core.macro_formats[static_cast<std::size_t>(Format::int8)] = 1;
  return c;
}

struct MacroProduct : Builder {
  std::uint64_t batch, m, n, k;
  workload::TensorId b, out;
  MacroProduct(std::uint64_t batch_, std::uint64_t m_, std::uint64_t n_, std::uint64_t k_)
      : batch(batch_), m(m_), n(n_), k(k_) {
    const auto a = tensor("a", workload::TensorRole::activation, batch * m * k, Format::int8);
    b = weight("b", batch * n * k, Format::int8);
    out = tensor("out", workload::TensorRole::activation, batch * m * n, Format::int8);
    workload::Op op = matmul_op(batch, m, n, k);
    op.compute = Format::int8;
    add(op, {a}, {b}, {out});
    segment.entries = {a};
    segment.exits = {out};
    graph.segments = {segment};
  }
  double blocks() const { return static_cast<double>(batch * ceil_div(k, 16) * ceil_div(n, 8)); }
};

TEST(MacroProgram, AResidentProductMovesNoWeights) {
  const MacroProduct p(1, 10, 70, 100);
  const npu::ChipConfig chip = macro_chip(4, 30);
  ASSERT_LE(p.blocks(), 4 * chip.core.macros.blocks());
  const Replay r = replay(p.graph, p.segment, chip);
  EXPECT_EQ(r.all_macs(), 10.0 * 70 * 100);
  EXPECT_EQ(r.passes, 10 * p.blocks());
  EXPECT_EQ(r.programmed, 0);
  EXPECT_FALSE(r.read_of.contains(p.b));
  expect_stored_once(r, p.graph, p.out);
}

TEST(MacroProgram, WhatDoesNotFitIsWrittenOncePerProduct) {
  const MacroProduct p(1, 10, 800, 160);
  const npu::ChipConfig chip = macro_chip(2, 20);
  const double present = 2 * chip.core.macros.blocks();
  ASSERT_GT(p.blocks(), present);
  const WeightPlacement placed = place_weights(p.graph, chip);
  EXPECT_DOUBLE_EQ(placed.needed, p.blocks());
  EXPECT_DOUBLE_EQ(placed.resident, present / 2 / p.blocks());
  const Replay r = replay(p.graph, p.segment, chip);
  EXPECT_EQ(r.all_macs(), 10.0 * 800 * 160);
  EXPECT_EQ(r.passes, 10 * p.blocks());
  // Whole strips stay: at most one of each core less than its share.
  const double moved = 1 - placed.resident;
  EXPECT_GE(r.programmed, moved * p.blocks());
  EXPECT_LE(r.programmed, moved * p.blocks() + 2 * 10);
  EXPECT_NEAR(r.read_of.at(p.b), r.programmed / p.blocks() * 800 * 160, 200);
  expect_stored_once(r, p.graph, p.out);
}

TEST(MacroProgram, CopiesShareVectors) {
  const MacroProduct p(1, 64, 64, 64);
  const npu::ChipConfig chip = macro_chip(8, 8);  // 32 blocks of 256
  EXPECT_EQ(place_weights(p.graph, chip).copies, 8u);
  const SegmentMapping mapping(p.graph, p.segment, chip, {});
  const MacroPlan& plan = mapping.kernels().front().macro;
  EXPECT_EQ(plan.cores * plan.copies, 8u);
  EXPECT_EQ(replay(p.graph, p.segment, chip).all_macs(), 64.0 * 64 * 64);
}

TEST(MacroProgram, AStripDeeperThanACoreIsCutAndItsSumsAdded) {
  const MacroProduct p(1, 3, 16, 1600);           // 100 blocks under one another
  const npu::ChipConfig chip = macro_chip(8, 8);  // 32 of a core
  const Replay r = replay(p.graph, p.segment, chip);
  EXPECT_EQ(r.passes, 3 * p.blocks());
  EXPECT_NEAR(r.all_macs(), 3.0 * 16 * 1600, 1e-9);
  EXPECT_GT(r.written[static_cast<std::size_t>(api::Level::shared)], 3.0 * 16 * 4);
  expect_stored_once(r, p.graph, p.out);
}

TEST(MacroProgram, AnyProductIsDoneOnce) {
  std::mt19937_64 random(7);
  const auto draw = [&](std::uint64_t least, std::uint64_t most) {
    return least + random() % (most - least + 1);
  };
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    const MacroProduct p(draw(0, 3) == 0 ? draw(2, 5) : 1, draw(1, 40), draw(1, 300), draw(1, 300));
    npu::ChipConfig chip =
        macro_chip(static_cast<std::uint32_t>(draw(1, 6)), static_cast<std::uint32_t>(draw(1, 12)));
    chip.core.scratchpad.capacity = {1024.0 * static_cast<double>(draw(32, 256))};
    try {
      const Replay r = replay(p.graph, p.segment, chip);
      EXPECT_NEAR(r.all_macs(), static_cast<double>(p.batch * p.m * p.n * p.k),
                  0.2 * static_cast<double>(p.batch * p.m * p.n * p.k));
      EXPECT_GE(r.passes, static_cast<double>(p.m) * p.blocks());
      EXPECT_EQ(r.programmed == 0, place_weights(p.graph, chip).resident == 1);
      expect_stored_once(r, p.graph, p.out);
      ++done;
    } catch (const CapacityError&) {
    }
  }
  EXPECT_GT(done, 150);
}

// 2 sequences of 40 keys, 4 query heads on 2 key heads of 32: keys of a head take 2 x 5 blocks, values 3 x 4.
TEST(MacroProgram, AttentionWritesWhatIsNewAndSeesEveryKey) {
  Builder b;
  const auto q = b.tensor("q", workload::TensorRole::activation, 2 * 4 * 32, Format::int8);
  const auto k = b.cache("k", 2 * 2 * 40 * 32, Format::int8), v = b.cache("v", 2 * 2 * 40 * 32, Format::int8);
  const auto out = b.tensor("out", workload::TensorRole::activation, 2 * 4 * 32, Format::int8);
  workload::Op op;
  op.name = "attention";
  op.kind = workload::OpKind::attention;
  op.compute = Format::int8;
  op.attention = {2, 1, 40, 4, 2, 32, 32, true, 0, false, false};
  b.add(op, {q, k, v}, {}, {out});
  b.segment.entries = {q};
  b.segment.exits = {out};
  b.graph.segments = {b.segment};
  npu::ChipConfig chip = macro_chip(2, 20);  // 80 blocks of a core
  chip.core.attention = npu::AttentionUnit::macros;
  const auto expect = [&](double written_each, double tokens) {
    const Replay r = replay(b.graph, b.segment, chip);
    EXPECT_EQ(r.all_macs(), 2.0 * 4 * 40 * (32 + 32));
    EXPECT_EQ(r.passes, 2 * 4 * (10 + 12));
    EXPECT_EQ(r.programmed, 2 * 2 * written_each);
    EXPECT_EQ(r.read_of.at(k), 2 * 2 * tokens * 32);
    expect_stored_once(r, b.graph, out);
  };
  ASSERT_TRUE(place_weights(b.graph, chip).cache_stays);
  expect(2 * 1 + 1 * 4, 1);
  chip.core.macros.macros = 10;  // 40 of a core: 88 are needed
  ASSERT_FALSE(place_weights(b.graph, chip).cache_stays);
  expect(10 + 12, 40);
}

}  // namespace
}  // namespace presil::mapping
