// program_test.cpp -- for any product, vector operator or gather on any small chip: the commands do the work, all of
// it and once, within the space there is.
#include <random>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/sim/mapping/replay.h"

namespace presil::mapping {
namespace {

using workload::TensorId;
using workload::TensorRole;

std::size_t at(api::Level level) { return static_cast<std::size_t>(level); }

npu::ChipConfig random_chip(std::mt19937_64& random) {
  const auto draw = [&](std::uint64_t least, std::uint64_t most) { return least + random() % (most - least + 1); };
  npu::ChipConfig c = npu::small_chip();
  c.cores = static_cast<std::uint32_t>(draw(1, 4));
  c.core.arrays = static_cast<std::uint32_t>(draw(1, 4));
  c.core.array.shape = {static_cast<std::uint32_t>(draw(1, 16)), static_cast<std::uint32_t>(draw(1, 16))};
  c.core.array.dataflow = static_cast<systolic::Dataflow>(draw(0, 2));
  c.core.array.timing = draw(0, 4) == 0 ? systolic::Timing::serialised : systolic::Timing::overlapped;
  c.core.array.rate[static_cast<std::size_t>(Format::bf16)] = 0.5 * static_cast<double>(draw(1, 4));
  c.core.array.rate[static_cast<std::size_t>(Format::int8)] = 1;
  c.core.scratchpad.capacity = {1024.0 * static_cast<double>(draw(24, 256))};
  if (draw(0, 3) == 0) c.core.weight_buffer = {1024.0 * static_cast<double>(draw(4, 64))};
  if (draw(0, 1) == 0) c.shared = {{1024.0 * static_cast<double>(draw(1, 512))}, {100e9}, {10e-9}};
  return c;
}

struct RandomProduct : Builder {
  std::uint64_t batch, m, n, k;
  Format stored;
  bool weighted;
  TensorId a, b, product, out, residual{workload::kNoTensor};

  explicit RandomProduct(std::mt19937_64& random) {
    const auto draw = [&](std::uint64_t least, std::uint64_t most) { return least + random() % (most - least + 1); };
    const auto extent = [&] { return draw(0, 2) == 0 ? draw(1, 8) : draw(1, 300); };
    batch = draw(0, 2) == 0 ? draw(2, 12) : 1;
    m = extent(), n = extent(), k = extent();
    weighted = draw(0, 2) != 0;
    stored = !weighted || draw(0, 2) != 0 ? Format::bf16 : draw(0, 1) ? Format::int8 : Format::int4;
    const auto role = [&] { return draw(0, 2) == 0 ? TensorRole::kv_cache : TensorRole::activation; };
    a = tensor("a", role(), batch * m * k);
    b = weighted ? weight("b", batch * n * k, stored) : tensor("b", role(), batch * n * k);
    for (const TensorId id : {a, b})
      if (graph.tensors[id].role == TensorRole::activation) segment.entries.push_back(id);
    product = activation("product", batch * m * n);
    add(matmul_op(batch, m, n, k), weighted ? std::vector{a} : std::vector{a, b}, weighted ? std::vector{b} : std::vector<TensorId>{}, {product});
    out = product;
    if (draw(0, 1) == 0) {
      residual = cache("residual", batch * m * n);
      out = tensor("out", draw(0, 2) == 0 ? TensorRole::kv_cache : TensorRole::activation, batch * m * n);
      add(vector_op("add", batch * m, n, false, 2, 0.5), {product, residual}, {}, {out});
    }
    segment.exits = {out};
  }
};

TEST(SegmentProgram, AnyProductOnAnyChip) {
  std::mt19937_64 random{42};
  int mapped = 0;
  for (int i = 0; i < 600 && !testing::Test::HasFailure(); ++i) {
    const npu::ChipConfig chip = random_chip(random);
    const RandomProduct p(random);
    const bool fused = random() % 3 != 0;
    SCOPED_TRACE(testing::Message() << "case " << i << ": " << p.batch << " x " << p.m << ',' << p.n << ',' << p.k << " weighted "
                                    << p.weighted << " cores " << chip.cores << " arrays " << chip.core.arrays << " of "
                                    << chip.core.array.shape.rows << 'x' << chip.core.array.shape.columns << " scratchpad "
                                    << chip.core.scratchpad.capacity.value << " weights " << chip.core.weight_buffer.value);
    const Replay r = replay(p.graph, p.segment, chip, {fused});
    ++mapped;
    EXPECT_EQ(r.macs[0], static_cast<double>(p.batch * p.m * p.n * p.k));
    const SegmentMapping mapping(p.graph, p.segment, chip, {fused});
    const auto& home = mapping.placement().home;
    for (const TensorId id : {p.a, p.b})
      if (outside(home[id])) { EXPECT_GE(r.read_of.at(id), p.graph.tensors[id].bytes()) << p.graph.tensors[id].name; }
    if (outside(home[p.out])) expect_stored_once(r, p.graph, p.out);
    if (p.residual != workload::kNoTensor) {
      EXPECT_EQ(r.read_of.at(p.residual), p.graph.tensors[p.residual].bytes());
      const double elements = static_cast<double>(p.batch * p.m * p.n);
      EXPECT_NEAR(r.simple[1], 2 * elements, 1e-6 * elements);
      EXPECT_NEAR(r.special[1], 0.5 * elements, 1e-6 * elements);
    }
  }
  EXPECT_EQ(mapped, 600);
}

TEST(SegmentProgram, WeightsStreamOnceWhenTheActivationsFit) {
  npu::ChipConfig chip = npu::small_chip();
  Builder b;
  const TensorId x = b.cache("x", 16 * 512), w = b.weight("w", 512 * 512), y = b.cache("y", 16 * 512);
  b.add(matmul_op(1, 16, 512, 512), {x}, {w}, {y});
  const Replay r = replay(b.graph, b.segment, chip);
  EXPECT_EQ(r.read_of.at(w), b.graph.tensors[w].bytes());
  EXPECT_EQ(r.read_of.at(x), b.graph.tensors[x].bytes());
  chip.cores = 2;  // cores split the columns rather than read all weights twice
  const Replay two = replay(b.graph, b.segment, chip);
  EXPECT_EQ(two.read_of.at(w), b.graph.tensors[w].bytes());
}

TEST(SegmentProgram, StoredFormatsAreReadAsStoredAndConverted) {
  npu::ChipConfig chip = npu::small_chip();
  Builder b;
  const TensorId x = b.cache("x", 16 * 128), w = b.weight("w", 128 * 128, Format::int8), y = b.cache("y", 16 * 128);
  b.add(matmul_op(1, 16, 128, 128), {x}, {w}, {y});
  const Replay r = replay(b.graph, b.segment, chip);
  EXPECT_EQ(r.read_of.at(w), 128.0 * 128);
  EXPECT_EQ(r.simple[0], 16.0 * 128 + 128 * 128);  // results leave through the vector unit, weights are widened there
}

TEST(SegmentProgram, ExpertsReadTheirShareOfTheWeights) {
  npu::ChipConfig chip = npu::small_chip();
  Builder b;
  const TensorId x = b.cache("x", 2 * 4 * 64), w = b.weight("w", 8 * 64 * 64), y = b.cache("y", 2 * 4 * 64);
  b.add(matmul_op(2, 4, 64, 64), {x}, {w}, {y}).weight_fraction = 0.25;
  const Replay r = replay(b.graph, b.segment, chip);
  EXPECT_EQ(r.macs[0], 2.0 * 4 * 64 * 64);
  EXPECT_EQ(r.read_of.at(w), 2.0 * 64 * 64 * 2);
}

TEST(SegmentProgram, AnyVectorOperatorOnAnyChip) {
  std::mt19937_64 random{5};
  for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    const npu::ChipConfig chip = random_chip(random);
    Builder b;
    const std::uint64_t rows = 1 + random() % 200, columns = 1 + random() % 700;
    const bool two = random() % 2;
    const TensorId x = b.cache("x", rows * columns), z = b.cache("z", rows * columns), y = b.cache("y", rows * columns), scale = b.weight("scale", columns);
    b.add(vector_op("work", rows, columns, random() % 2, 3, 0.25), two ? std::vector{x, z} : std::vector{x}, {scale}, {y});
    b.segment.ops[0].vector.row_special = 1;
    SCOPED_TRACE(testing::Message() << "case " << i << ": " << rows << " x " << columns << " scratchpad " << chip.core.scratchpad.capacity.value);
    const Replay r = replay(b.graph, b.segment, chip);
    const double elements = static_cast<double>(rows * columns);
    EXPECT_NEAR(r.simple[0], 3 * elements, 1e-6 * elements);
    EXPECT_NEAR(r.special[0], 0.25 * elements + static_cast<double>(rows), 1e-6 * elements);
    EXPECT_EQ(r.read_of.at(x), 2 * elements);
    EXPECT_EQ(r.read_of.contains(z), two);
    EXPECT_EQ(r.read_of.at(scale), 2.0 * static_cast<double>(columns) * chip.cores);
    expect_stored_once(r, b.graph, y);
  }
}

TEST(SegmentProgram, ARowThatDoesNotFitIsReducedInPieces) {
  const npu::ChipConfig chip = npu::small_chip();
  Builder b;  // softmax over a vocabulary: rows of 256 KB through 64 KiB
  const TensorId x = b.cache("x", 3 * 128256), y = b.cache("y", 3 * 128256);
  b.add(vector_op("softmax", 3, 128256, true, 2, 1), {x}, {}, {y});
  const Replay r = replay(b.graph, b.segment, chip);
  EXPECT_EQ(r.read_of.at(x), 2.0 * 3 * 128256);
  EXPECT_NEAR(r.special[0], 3.0 * 128256, 1e-3);
  expect_stored_once(r, b.graph, y);
}

TEST(SegmentProgram, ATableOfPositionsIsReadOnceInPieces) {
  npu::ChipConfig chip = npu::small_chip();
  chip.cores = 3;
  Builder b;
  const TensorId x = b.cache("x", 1500 * 384), table = b.weight("positions", 1500 * 384), y = b.cache("y", 1500 * 384);
  b.add(vector_op("add_positions", 1500, 384, false), {x}, {table}, {y});  // 1.1 MB through 64 KiB scratchpads
  const Replay r = replay(b.graph, b.segment, chip);
  EXPECT_EQ(r.read_of.at(table), 1500.0 * 384 * 2);
  expect_stored_once(r, b.graph, y);
}

TEST(SegmentProgram, AGatherReadsItsRowsAndNoMore) {
  std::mt19937_64 random{6};
  for (int i = 0; i < 100 && !testing::Test::HasFailure(); ++i) {
    const npu::ChipConfig chip = random_chip(random);
    Builder b;
    const std::uint64_t width = 1 + random() % 500, vocabulary = 100 + random() % 1000, tokens = 1 + random() % 100;
    const TensorId ids = b.tensor("ids", TensorRole::input, tokens, Format::int32), table = b.weight("table", vocabulary * width);
    const TensorId y = b.cache("y", tokens * width);
    workload::Op op;
    op.name = "embed";
    op.kind = workload::OpKind::gather;
    op.gather = {tokens, 2.0 * static_cast<double>(width)};
    op.weight_fraction = static_cast<double>(tokens) / static_cast<double>(vocabulary);
    b.add(op, {ids}, {table}, {y});
    SCOPED_TRACE(testing::Message() << "case " << i << ": " << tokens << " of " << vocabulary << " x " << width);
    const Replay r = replay(b.graph, b.segment, chip);
    EXPECT_EQ(r.read[at(api::Level::memory)], 2.0 * static_cast<double>(tokens * width));
    EXPECT_EQ(r.read[at(api::Level::host)], 4.0 * static_cast<double>(tokens));
    expect_stored_once(r, b.graph, y);
  }
}

TEST(SegmentProgram, AGradientIsAddedToWhatIsThere) {
  const auto traffic = [](bool accumulate) {
    Builder b;
    const TensorId x = b.activation("x", 64 * 96), y = b.activation("y", 96 * 128);
    const TensorId sum = b.tensor("sum", TensorRole::kv_cache, 64 * 128, Format::fp32);
    b.segment.entries = {x, y};
    workload::Op op = matmul_op(1, 64, 128, 96);
    op.matmul.accumulate = accumulate;
    b.add(op, {x, y}, {}, {sum});
    const Replay r = replay(b.graph, b.segment, npu::small_chip());
    return std::pair{r.read[at(api::Level::memory)], r.simple[0]};
  };
  const auto [plain, converted] = traffic(false);
  const auto [added, summed] = traffic(true);
  EXPECT_EQ(added - plain, 4.0 * 64 * 128);
  EXPECT_EQ(summed, 2 * converted);
}

TEST(SegmentProgram, AnExchangeBetweenChipsIsRefused) {
  Builder b;
  const TensorId x = b.activation("x", 64), y = b.activation("y", 64);
  b.segment.name = "layer";
  b.segment.entries = {x};
  b.segment.exits = {y};
  workload::Op op;
  op.name = "all_reduce";
  op.kind = workload::OpKind::collective;
  op.collective = {workload::CollectiveKind::all_reduce, 4, 128};
  b.add(op, {x}, {}, {y});
  try {
    SegmentMapping(b.graph, b.segment, npu::small_chip(), {});
    FAIL() << "mapped";
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "operator 'all_reduce' of segment 'layer' exchanges data between 4 chips, but this kind of "
                           "chip runs alone: expected parallelism.tensor of 1");
  }
}

TEST(SegmentProgram, ProgramsOfOneMappingAreIndependent) {
  const npu::ChipConfig chip = npu::small_chip();
  std::mt19937_64 random{8};
  const RandomProduct p(random);
  const SegmentMapping mapping(p.graph, p.segment, chip, {});
  SegmentProgram one(mapping), two(mapping);
  for (api::Command c, d; one.next(c); c = {}, d = {}) {
    ASSERT_TRUE(two.next(d));
    EXPECT_EQ(c.kind, d.kind);
    EXPECT_EQ(c.transfer.address, d.transfer.address);
    EXPECT_EQ(c.reserve, d.reserve);
  }
}

TEST(SegmentProgram, WhatTheChipCannotComputeIsSaid) {
  const npu::ChipConfig chip = npu::small_chip();
  Builder b;
  workload::Op op = matmul_op(1, 8, 8, 8);
  op.compute = Format::fp8;
  b.add(op, {b.cache("x", 64)}, {b.weight("w", 64)}, {b.cache("y", 64)});
  try {
    SegmentMapping mapping(b.graph, b.segment, chip, {});
    FAIL();
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("small computes operator 'product' in fp8"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("they support bf16"), std::string::npos) << e.what();
  }
}

TEST(SegmentProgram, WhatNeverFitsIsACapacityError) {
  npu::ChipConfig chip = npu::small_chip();
  chip.core.array.shape = {128, 128};
  chip.core.scratchpad.capacity = {8192};
  Builder b;
  b.add(matmul_op(1, 512, 512, 512), {b.cache("x", 512 * 512)}, {b.weight("w", 512 * 512)}, {b.cache("y", 512 * 512)});
  EXPECT_THROW(SegmentMapping(b.graph, b.segment, chip, {}), CapacityError);
}

}  // namespace
}  // namespace presil::mapping
