// attention_test.cpp -- fused attention computes every visible pair, little more, and reads keys and values as it should.
#include <random>

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/sim/mapping/replay.h"

namespace presil::mapping {
namespace {

using workload::Attention;
using workload::TensorId;

struct Case : Builder {
  TensorId q, k, v{workload::kNoTensor}, out;
  explicit Case(const Attention& a, bool bias = false, Format kv = Format::bf16) {
    q = cache("q", a.batch * a.heads * a.q_len * a.qk_dim);
    k = cache("k", a.batch * a.kv_heads * a.kv_len * a.qk_dim, kv);
    std::vector<TensorId> in{q, k};
    if (!a.shared_kv) in.push_back(v = cache("v", a.batch * a.kv_heads * a.kv_len * a.v_dim, kv));
    if (bias) in.push_back(cache("bias", a.heads * a.q_len * a.kv_len));
    out = cache("out", a.batch * a.heads * a.q_len * a.v_dim);
    workload::Op op;
    op.name = "attention";
    op.kind = workload::OpKind::attention;
    op.attention = a;
    add(op, in, {}, {out});
  }
};

Attention shape(std::uint64_t batch, std::uint64_t q, std::uint64_t kv, std::uint64_t heads, std::uint64_t kv_heads, std::uint64_t dim, bool causal) {
  Attention a;
  a.batch = batch;
  a.q_len = q;
  a.kv_len = kv;
  a.heads = heads;
  a.kv_heads = kv_heads;
  a.qk_dim = a.v_dim = dim;
  a.causal = causal;
  return a;
}

/// (query, key) pairs over all heads and sequences.
double pairs_of(const Replay& r, const Attention& a) { return r.all_macs() / static_cast<double>(a.qk_dim + a.v_dim); }
double rectangle(const Attention& a) { return static_cast<double>(a.batch * a.heads) * static_cast<double>(a.q_len * a.kv_len); }
double visible(const Attention& a) { return static_cast<double>(a.batch * a.heads) * static_cast<double>(a.pairs()); }

TEST(VisibleKeys, CausalAndWindowed) {
  Attention a = shape(1, 4, 10, 1, 1, 8, false);
  EXPECT_EQ(visible_keys(a, 0, 2).end, 10u);
  a.causal = true;
  EXPECT_EQ(visible_keys(a, 0, 1).end, 7u);   // six old keys and its own
  EXPECT_EQ(visible_keys(a, 2, 2).end, 10u);
  EXPECT_EQ(visible_keys(a, 2, 2).begin, 0u);
  a.window = 3;
  EXPECT_EQ(visible_keys(a, 0, 1).begin, 4u);  // keys 4, 5, 6
  EXPECT_EQ(visible_keys(a, 2, 2).begin, 6u);  // what the first of the two sees
}

TEST(AttentionProgram, AnyShapeOnAnyChip) {
  std::mt19937_64 random{21};
  const auto draw = [&](std::uint64_t least, std::uint64_t most) { return least + random() % (most - least + 1); };
  int mapped = 0;
  for (int i = 0; i < 400 && !testing::Test::HasFailure(); ++i) {
    npu::ChipConfig chip = npu::small_chip();
    chip.cores = static_cast<std::uint32_t>(draw(1, 4));
    chip.core.arrays = static_cast<std::uint32_t>(draw(1, 4));
    chip.core.scratchpad.capacity = {1024.0 * static_cast<double>(draw(32, 1024))};
    const std::uint64_t kv_heads = draw(1, 3), q_len = draw(0, 1) ? 1 : draw(1, 200);
    Attention a = shape(draw(1, 3), q_len, q_len + (draw(0, 1) ? 0 : draw(0, 300)), kv_heads * draw(1, 4), kv_heads, draw(4, 40), draw(0, 1));
    a.v_dim = draw(0, 1) ? a.qk_dim : draw(4, 40);
    a.shared_kv = draw(0, 4) == 0;
    if (a.shared_kv) a.v_dim = std::min(a.v_dim, a.qk_dim);
    if (draw(0, 3) == 0) a.window = draw(1, 100);
    SCOPED_TRACE(testing::Message() << "case " << i << ": batch " << a.batch << " q " << a.q_len << " kv " << a.kv_len << " heads "
                                    << a.heads << '/' << a.kv_heads << " dims " << a.qk_dim << '/' << a.v_dim << " causal " << a.causal
                                    << " window " << a.window << " shared " << a.shared_kv << " cores " << chip.cores << " arrays "
                                    << chip.core.arrays << " scratchpad " << chip.core.scratchpad.capacity.value);
    const Case c(a, draw(0, 4) == 0);
    Replay r;
    try {
      r = replay(c.graph, c.segment, chip);
    } catch (const CapacityError&) {
      continue;
    }
    ++mapped;
    EXPECT_GE(pairs_of(r, a), visible(a) * (1 - 1e-12));
    EXPECT_LE(pairs_of(r, a), rectangle(a) * (1 + 1e-12));
    EXPECT_GE(r.special[0], visible(a));  // an exponential for every pair
    EXPECT_GE(r.read_of.at(c.q), c.graph.tensors[c.q].bytes());
    if (a.window == 0) {
      EXPECT_GE(r.read_of.at(c.k), c.graph.tensors[c.k].bytes());
      if (!a.shared_kv) { EXPECT_GE(r.read_of.at(c.v), c.graph.tensors[c.v].bytes()); }
    }
    expect_stored_once(r, c.graph, c.out);
  }
  EXPECT_GT(mapped, 350);
}

/// dQ, dK, dV from dO: five products a tile, scores among them.
struct GradientCase : Builder {
  TensorId q, k, v, out, arriving, dq, dk, dv;
  explicit GradientCase(Attention a) {
    a.backward = true;
    q = cache("q", a.batch * a.heads * a.q_len * a.qk_dim);
    k = cache("k", a.batch * a.kv_heads * a.kv_len * a.qk_dim);
    v = cache("v", a.batch * a.kv_heads * a.kv_len * a.v_dim);
    out = cache("out", a.batch * a.heads * a.q_len * a.v_dim);
    arriving = cache("d_out", a.batch * a.heads * a.q_len * a.v_dim);
    dq = cache("dq", a.batch * a.heads * a.q_len * a.qk_dim);
    dk = cache("dk", a.batch * a.kv_heads * a.kv_len * a.qk_dim);
    dv = cache("dv", a.batch * a.kv_heads * a.kv_len * a.v_dim);
    workload::Op op;
    op.name = "attention_gradient";
    op.kind = workload::OpKind::attention;
    op.attention = a;
    add(op, {q, k, v, out, arriving}, {}, {dq, dk, dv});
  }
};

TEST(AttentionGradient, AnyShapeOnAnyChip) {
  std::mt19937_64 random{22};
  const auto draw = [&](std::uint64_t least, std::uint64_t most) { return least + random() % (most - least + 1); };
  int mapped = 0;
  for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
    npu::ChipConfig chip = npu::small_chip();
    chip.cores = static_cast<std::uint32_t>(draw(1, 3));
    chip.core.arrays = static_cast<std::uint32_t>(draw(1, 4));
    chip.core.scratchpad.capacity = {1024.0 * static_cast<double>(draw(64, 2048))};
    const std::uint64_t kv_heads = draw(1, 3), length = draw(1, 200);
    Attention a = shape(draw(1, 3), length, length, kv_heads * draw(1, 4), kv_heads, draw(4, 40), draw(0, 1));
    a.v_dim = draw(0, 1) ? a.qk_dim : draw(4, 40);
    SCOPED_TRACE(testing::Message() << "case " << i << ": batch " << a.batch << " length " << length << " heads " << a.heads << '/' << a.kv_heads
                                    << " dims " << a.qk_dim << '/' << a.v_dim << " causal " << a.causal);
    const GradientCase c(a);
    Replay r;
    try {
      r = replay(c.graph, c.segment, chip);
    } catch (const CapacityError&) {
      continue;
    }
    ++mapped;
    const double pairs = r.all_macs() / static_cast<double>(3 * a.qk_dim + 2 * a.v_dim);
    EXPECT_GE(pairs, visible(a) * (1 - 1e-12));
    EXPECT_LE(pairs, rectangle(a) * (1 + 1e-12));
    EXPECT_GE(r.special[0], visible(a));
    for (const TensorId id : {c.q, c.k, c.v, c.out, c.arriving}) EXPECT_GE(r.read_of.at(id), c.graph.tensors[id].bytes()) << id;
    expect_stored_once(r, c.graph, c.dq);
    // Sums of dK and dV in fp32 and, at the end, both as values.
    const double values = static_cast<double>(a.batch * a.kv_heads * a.kv_len * (a.qk_dim + a.v_dim));
    EXPECT_GE(r.written[static_cast<std::size_t>(api::Level::memory)], values * (4 + 2));
  }
  EXPECT_GT(mapped, 150);
}

TEST(AttentionProgram, CausalLeavesOutMostOfTheUpperTriangle) {
  npu::ChipConfig chip = npu::small_chip();
  const Attention a = shape(1, 2048, 2048, 2, 2, 32, true);
  const Replay r = replay(Case(a).graph, Case(a).segment, chip);
  EXPECT_LT(pairs_of(r, a), 0.75 * rectangle(a));
  EXPECT_GE(pairs_of(r, a), visible(a));
}

TEST(AttentionProgram, AWindowBoundsTheKeysRead) {
  npu::ChipConfig chip = npu::small_chip();
  Attention a = shape(1, 1, 4096, 4, 4, 32, true);
  a.window = 512;
  const Case c(a);
  const Replay r = replay(c.graph, c.segment, chip);
  EXPECT_EQ(pairs_of(r, a), visible(a));
  EXPECT_EQ(r.read_of.at(c.k), 512.0 * 4 * 32 * 2);
  EXPECT_EQ(r.read_of.at(c.v), 512.0 * 4 * 32 * 2);
}

TEST(AttentionProgram, GroupedHeadsReadTheirKeysOnce) {
  npu::ChipConfig chip = npu::small_chip();
  for (const std::uint32_t arrays : {1u, 4u}) {
    chip.core.arrays = arrays;
    const Attention a = shape(2, 1, 700, 8, 2, 32, true);
    const Case c(a);
    const Replay r = replay(c.graph, c.segment, chip);
    EXPECT_EQ(r.read_of.at(c.k), c.graph.tensors[c.k].bytes()) << arrays;
    EXPECT_EQ(r.read_of.at(c.v), c.graph.tensors[c.v].bytes()) << arrays;
    EXPECT_EQ(pairs_of(r, a), rectangle(a));
  }
}

TEST(AttentionProgram, LatentsAreReadOnceForKeysAndValues) {
  npu::ChipConfig chip = npu::small_chip();
  Attention a = shape(1, 1, 600, 16, 1, 72, true);
  a.v_dim = 64;
  a.shared_kv = true;
  const Case c(a);
  const Replay r = replay(c.graph, c.segment, chip);
  EXPECT_EQ(r.read_of.at(c.k), c.graph.tensors[c.k].bytes());
  EXPECT_EQ(r.all_macs(), 600.0 * 16 * (72 + 64));
}

TEST(AttentionProgram, NarrowCachesAreReadNarrowAndWidened) {
  npu::ChipConfig chip = npu::small_chip();
  const Attention a = shape(1, 1, 512, 4, 4, 32, true);
  const Case wide(a), narrow(a, false, Format::int8);
  const Replay w = replay(wide.graph, wide.segment, chip), n = replay(narrow.graph, narrow.segment, chip);
  EXPECT_EQ(2 * n.read_of.at(narrow.k), w.read_of.at(wide.k));
  EXPECT_EQ(n.simple[0] - w.simple[0], 2.0 * 512 * 4 * 32);
}

TEST(AttentionProgram, TooLittleSpaceIsACapacityError) {
  npu::ChipConfig chip = npu::small_chip();
  chip.core.scratchpad.capacity = {8192};
  const Case c(shape(1, 64, 4096, 64, 1, 128, true));
  EXPECT_THROW(SegmentMapping(c.graph, c.segment, chip, {}), CapacityError);
}

}  // namespace
}  // namespace presil::mapping
