// systolic_grid_test.cpp -- for any shape: closed forms equal the PE grid, products equal Eigen's.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <random>
#include <vector>

#include "models/systolic/fold_timing.h"
#include "models/systolic/pe_grid.h"

namespace presil::systolic {
namespace {

struct Case {
  GemmShape gemm;
  ArrayShape array;
  Dataflow dataflow;
};

void showValue(const Case& c, std::ostream& os) {
  os << c.gemm.m << "," << c.gemm.n << "," << c.gemm.k << " on " << c.array.rows << "x" << c.array.columns
     << " dataflow " << int(c.dataflow);
}

Matrix random_matrix(std::size_t rows, std::size_t columns, std::mt19937& random) {
  Matrix m{rows, columns, std::vector<std::int32_t>(rows * columns)};
  for (std::int32_t& v : m.data) v = std::int32_t(random() % 255) - 127;
  return m;
}

using Eigen64 = Eigen::Matrix<std::int64_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen64 to_eigen(const Matrix& m) {
  Eigen64 out(Eigen::Index(m.rows), Eigen::Index(m.columns));
  std::copy(m.data.begin(), m.data.end(), out.data());
  return out;
}

/// Row-major products of all GEMMs, one after the other.
std::vector<std::int64_t> products(const std::vector<Operands>& gemms) {
  std::vector<std::int64_t> all;
  for (const auto& [a, b] : gemms) {
    const Eigen64 product = to_eigen(a) * to_eigen(b);
    all.insert(all.end(), product.data(), product.data() + product.size());
  }
  return all;
}

/// S of the last fold after S of the first, and how much of it no fold's streaming explains.
void expect_starts(const Case& c, const BlockTiming& t, const Schedule& issued) {
  const std::uint64_t span = issued.stream.back() - issued.stream.front();
  EXPECT_EQ(t.folds, issued.stream.size());
  EXPECT_EQ(t.last_start, span);
  if (c.dataflow == Dataflow::os) return;
  const std::uint64_t streamed = c.dataflow == Dataflow::ws ? c.gemm.m : c.gemm.n;
  EXPECT_EQ(t.first_preload, issued.stream.front());
  EXPECT_EQ(t.stream, span + streamed);
  EXPECT_EQ(t.exposed_preload, span - (t.folds - 1) * streamed);
  EXPECT_EQ(std::vector(issued.preload.begin() + 1, issued.preload.end()),
            std::vector(issued.stream.begin(), issued.stream.end() - 1));  // P_{i+1} = S_i
}

void expect_equal(const Case& c) {
  std::mt19937 random{std::uint32_t(c.gemm.m * 2500 + c.gemm.n * 50 + c.gemm.k)};
  const Matrix a = random_matrix(c.gemm.m, c.gemm.k, random), b = random_matrix(c.gemm.k, c.gemm.n, random);
  const GridResult grid = run_grid(a, b, c.array, c.dataflow);
  const BlockTiming t = block_timing(c.gemm, c.array, c.dataflow);
  EXPECT_EQ(cycles(c.gemm, c.array, c.dataflow, Timing::overlapped), grid.cycles);
  EXPECT_EQ(t.macs, grid.macs);
  EXPECT_EQ(t.stationary_reads, grid.stationary_reads);
  EXPECT_EQ(t.streaming_reads, grid.streaming_reads);
  EXPECT_EQ(t.output_writes, grid.output_writes);
  EXPECT_EQ(t.output_reads, grid.output_reads);
  expect_starts(c, t, grid.schedule);
  EXPECT_EQ(grid.product, products({{a, b}}));
}

void check_random(Dataflow dataflow) {
  const auto extent = [] { return *rc::gen::inRange<std::uint64_t>(1, 51); };
  const auto side = [] { return *rc::gen::inRange<std::uint32_t>(1, 17); };
  const Case c{{extent(), extent(), extent()}, {side(), side()}, dataflow};
  expect_equal(c);
  if (testing::Test::HasFailure()) RC_FAIL(rc::toString(c));
}

RC_GTEST_PROP(SystolicGrid, WeightStationaryEqualsClosedForm, ()) { check_random(Dataflow::ws); }
RC_GTEST_PROP(SystolicGrid, OutputStationaryEqualsClosedForm, ()) { check_random(Dataflow::os); }
RC_GTEST_PROP(SystolicGrid, InputStationaryEqualsClosedForm, ()) { check_random(Dataflow::is); }

/// Two to four GEMMs back to back, chained by next_start alone.
void check_chain(Dataflow dataflow) {
  const auto extent = [] { return *rc::gen::inRange<std::uint64_t>(1, 31); };
  const auto side = [] { return *rc::gen::inRange<std::uint32_t>(1, 13); };
  const ArrayShape array{side(), side()};
  std::mt19937 random{1};
  std::vector<Operands> gemms;
  std::vector<BlockTiming> blocks;
  for (int count = *rc::gen::inRange(2, 5); count > 0; --count) {
    const GemmShape g{extent(), extent(), extent()};
    gemms.push_back({random_matrix(g.m, g.k, random), random_matrix(g.k, g.n, random)});
    blocks.push_back(block_timing(g, array, dataflow));
  }
  std::uint64_t start = blocks.front().first_preload, end = start + blocks.front().finish;
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    start += next_start(blocks[i - 1], blocks[i]);
    end = std::max(end, start + blocks[i].finish);
  }
  const GridResult grid = run_grid(gemms, array, dataflow);
  RC_ASSERT(grid.cycles == end);
  RC_ASSERT(grid.product == products(gemms));
}

RC_GTEST_PROP(SystolicGrid, WeightStationaryBlocksChain, ()) { check_chain(Dataflow::ws); }
RC_GTEST_PROP(SystolicGrid, OutputStationaryBlocksChain, ()) { check_chain(Dataflow::os); }
RC_GTEST_PROP(SystolicGrid, InputStationaryBlocksChain, ()) { check_chain(Dataflow::is); }

/// All arrays up to 3 x 3 with all GEMMs up to 5: every combination of full and edge folds.
TEST(SystolicGrid, EverySmallCaseEqualsClosedForm) {
  for (std::uint32_t i = 0; i < 3 * 3 * 125 * 3; ++i) {
    const std::uint32_t array = i % 9, gemm = i / 9 % 125;
    const Case c{{1 + gemm % 5, 1 + gemm / 5 % 5, 1 + gemm / 25},
                 {1 + array % 3, 1 + array / 3},
                 static_cast<Dataflow>(i / (9 * 125))};
    expect_equal(c);
    ASSERT_FALSE(testing::Test::HasFailure()) << rc::toString(c);
  }
}

}  // namespace
}  // namespace presil::systolic
