// kernel_test.cpp -- which operators are fused, and which tensors then stay inside.
#include "sim/mapping/kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/mapping/replay.h"

namespace presil::mapping {
namespace {

using testing::ElementsAre;
using workload::TensorId;
using workload::TensorRole;

/// norm, product, gelu, add of a residual, a reduction behind them.
struct Chain : Builder {
  TensorId x = activation("x", 64), scale = weight("scale", 8), normed = activation("normed", 64), w = weight("w", 64);
  TensorId product = activation("product", 64), gelu = activation("gelu", 64), sum = activation("sum", 64), out = activation("out", 64);
  Chain() {
    segment.entries = {x};
    add(vector_op("norm", 8, 8, true), {x}, {scale}, {normed});
    add(matmul_op(1, 8, 8, 8), {normed}, {w}, {product});
    add(vector_op("gelu", 8, 8, false), {product}, {}, {gelu});
    add(vector_op("residual", 8, 8, false), {gelu, x}, {}, {sum});
    add(vector_op("norm2", 8, 8, true), {sum}, {scale}, {out});
    segment.exits = {out};
  }
};

TEST(Fuse, ElementWiseWorkJoinsItsProducerAndReductionsDoNot) {
  const Chain c;
  const auto kernels = fuse(c.graph, c.segment, true);
  ASSERT_EQ(kernels.size(), 3u);
  EXPECT_EQ(kernels[1].main, 1u);
  EXPECT_THAT(kernels[1].epilogue, ElementsAre(2, 3));
  EXPECT_THAT(kernels[1].main_inputs, ElementsAre(c.normed));
  EXPECT_THAT(kernels[1].epilogue_inputs, ElementsAre(c.x));
  EXPECT_THAT(kernels[1].outputs, ElementsAre(c.sum));  // product and gelu stay inside
  EXPECT_THAT(kernels[2].outputs, ElementsAre(c.out));
}

TEST(Fuse, WithoutItEveryOperatorIsAKernel) {
  const Chain c;
  const auto kernels = fuse(c.graph, c.segment, false);
  ASSERT_EQ(kernels.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(kernels[i].main, i);
  EXPECT_THAT(kernels[1].outputs, ElementsAre(c.product));
  EXPECT_THAT(kernels[3].main_inputs, ElementsAre(c.gelu, c.x));
}

TEST(Fuse, WhatIsReadLaterLeavesTheKernel) {
  Chain c;
  c.add(vector_op("again", 8, 8, false), {c.gelu}, {}, {c.activation("more", 64)});
  const auto kernels = fuse(c.graph, c.segment, true);
  EXPECT_THAT(kernels[1].outputs, ElementsAre(c.gelu, c.sum));
}

TEST(Fuse, AnOperatorOnSomethingElseEndsTheKernel) {
  Chain c;
  workload::Op unrelated = vector_op("unrelated", 8, 8, false);
  unrelated.inputs = {c.x};
  unrelated.outputs = {c.activation("side", 64)};
  c.segment.ops.insert(c.segment.ops.begin() + 2, unrelated);
  const auto kernels = fuse(c.graph, c.segment, true);
  ASSERT_EQ(kernels.size(), 5u);
  EXPECT_TRUE(kernels[1].epilogue.empty());
  EXPECT_THAT(kernels[1].outputs, ElementsAre(c.product));
  EXPECT_TRUE(kernels[2].epilogue.empty());  // gelu does not read what `unrelated` makes
  EXPECT_EQ(kernels[3].main, 3u);
  EXPECT_THAT(kernels[3].epilogue, ElementsAre(4));
}

TEST(Fuse, CacheWritesJoinAndHostTransfersDoNot) {
  Builder b;
  const TensorId x = b.activation("x", 64), w = b.weight("w", 64), k = b.activation("k", 64), kv = b.cache("kv", 64);
  const TensorId logits = b.activation("logits", 64), out = b.tensor("out", TensorRole::output, 64);
  b.segment.entries = {x};
  workload::Op write;
  write.name = "kv_write";
  write.kind = workload::OpKind::transfer;
  b.add(matmul_op(1, 8, 8, 8), {x}, {w}, {k});
  b.add(write, {k}, {}, {kv});
  b.add(matmul_op(1, 8, 8, 8), {k}, {w}, {logits});
  write.name = "to_host";
  b.add(write, {logits}, {}, {out});
  const auto kernels = fuse(b.graph, b.segment, true);
  ASSERT_EQ(kernels.size(), 3u);
  EXPECT_THAT(kernels[0].epilogue, ElementsAre(1));
  EXPECT_THAT(kernels[0].outputs, ElementsAre(k, kv));
  EXPECT_EQ(kernels[2].main, 3u);
}

}  // namespace
}  // namespace presil::mapping
