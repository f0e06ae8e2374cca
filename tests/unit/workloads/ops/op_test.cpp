// The work of one operator: pairs of attention against brute force, FLOPs, vector operations.
#include <gtest/gtest.h>

#include "workloads/ops/op.h"
#include "workloads/ops/vector_costs.h"

namespace presil::workload {
namespace {

/// Query i of q is position kv - q + i; it sees keys j <= its position (causal) that lie within the window.
std::uint64_t counted_pairs(std::uint64_t q, std::uint64_t kv, std::uint64_t window) {
  std::uint64_t pairs = 0;
  for (std::uint64_t i = 0; i < q; ++i)
    for (std::uint64_t j = 0; j < kv; ++j) {
      const std::uint64_t at = kv - q + i;
      if (j <= at && (window == 0 || at - j < window)) ++pairs;
    }
  return pairs;
}

Attention attention(std::uint64_t q, std::uint64_t kv, std::uint64_t window, bool causal) {
  Attention a;
  a.q_len = q;
  a.kv_len = kv;
  a.window = window;
  a.causal = causal;
  return a;
}

TEST(AttentionPairs, CausalEqualsBruteForce) {
  for (std::uint64_t kv = 1; kv <= 12; ++kv)
    for (std::uint64_t q = 1; q <= kv; ++q)
      for (std::uint64_t window = 0; window <= kv + 1; ++window)
        EXPECT_EQ(attention(q, kv, window, true).pairs(), counted_pairs(q, kv, window))
            << "q " << q << ", kv " << kv << ", window " << window;
}

TEST(AttentionPairs, BidirectionalIsTheWholeRectangle) {
  EXPECT_EQ(attention(7, 11, 0, false).pairs(), 77u);
  EXPECT_EQ(attention(1500, 1500, 0, false).pairs(), 1500u * 1500u);
}

TEST(AttentionPairs, LongSequencesDoNotOverflow) {
  const std::uint64_t n = 10'000'000;
  EXPECT_EQ(attention(n, n, 0, true).pairs(), n * (n + 1) / 2);
}

TEST(OpFlops, AMatrixProductCountsTwoForEachMultiplyAdd) {
  Op op;
  op.kind = OpKind::matmul;
  op.matmul = {.batch = 3, .m = 5, .n = 7, .k = 11};
  EXPECT_EQ(op.flops(), 2.0 * 3 * 5 * 7 * 11);
  op.matmul.useful_fraction = 0.5;
  EXPECT_EQ(op.flops(), 3.0 * 5 * 7 * 11);
  EXPECT_EQ(op.vector_ops(), 0);
}

TEST(OpFlops, PaddingRowsOfExpertsAreNotWorkOfTheModel) {
  Op op;
  op.kind = OpKind::matmul;
  op.matmul = {.batch = 4, .m = 3, .n = 7, .k = 11, .routed_rows = 10};
  EXPECT_EQ(op.flops(), 2.0 * 10 * 7 * 11);
}

TEST(OpFlops, AttentionIsTwoProducts) {
  Op op;
  op.kind = OpKind::attention;
  op.attention = attention(4, 6, 0, true);
  op.attention.batch = 2;
  op.attention.heads = 8;
  op.attention.kv_heads = 2;
  op.attention.qk_dim = 192;
  op.attention.v_dim = 128;
  EXPECT_EQ(op.flops(), 2.0 * 2 * 8 * (3 + 4 + 5 + 6) * (192 + 128));
}

TEST(OpFlops, OtherKindsHaveNone) {
  for (const OpKind kind : {OpKind::vector, OpKind::gather, OpKind::transfer, OpKind::collective}) {
    Op op;
    op.kind = kind;
    op.matmul = {.batch = 1, .m = 2, .n = 3, .k = 4};
    EXPECT_EQ(op.flops(), 0);
  }
}

TEST(VectorWork, CountsElementsAndRows) {
  Op op;
  op.kind = OpKind::vector;
  op.vector = vector_work(10, 100, cost::kSoftmax);
  EXPECT_EQ(op.vector_ops(), 10 * (100 * 5 + 1));
  EXPECT_TRUE(op.vector.reduces);
}

TEST(VectorCosts, AddUp) {
  const VectorCost both = cost::kLayerNorm + cost::kAdd;
  EXPECT_EQ(both.simple, 7);
  EXPECT_EQ(both.row_special, 1);
  EXPECT_TRUE(both.reduces);
  EXPECT_FALSE((cost::kSilu + cost::kMultiply).reduces);
}

TEST(VectorCosts, SumsAndChoicesGrowWithTheirNumber) {
  EXPECT_EQ(cost::sum_of(3).simple, 2);
  EXPECT_EQ(cost::weighted_sum(8).simple, 15);
  EXPECT_EQ(cost::top_k(8).simple, 8);
}

TEST(TensorBytes, FollowTheFormat) {
  Tensor t{"w", TensorRole::weight, Format::bf16, 1024};
  EXPECT_EQ(t.bytes(), 2048);
  t.format = Format::int4;  // with a 16-bit scale for every 128 values
  EXPECT_EQ(t.bytes(), 512 + 16);
  t.format = Format::fp4;  // with an 8-bit scale for every 32 values
  EXPECT_EQ(t.bytes(), 512 + 32);
}

}  // namespace
}  // namespace presil::workload
