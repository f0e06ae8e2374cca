// register_moves_test.cpp -- the closed forms against the PE grid, whose every register is stepped, and against a walk over every fold.
#include "models/systolic/register_moves.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "models/systolic/pe_grid.h"

namespace presil::systolic {
namespace {

/// Every value through every register it visits, of the text of register_moves.h.
RegisterMoves walked_stationary(std::uint64_t streamed, std::uint64_t down, std::uint64_t across,
                                ArrayShape array) {
  RegisterMoves moves;
  for (std::uint64_t k0 = 0; k0 < down; k0 += array.rows)
    for (std::uint64_t n0 = 0; n0 < across; n0 += array.columns) {
      const auto rows = std::min<std::uint64_t>(array.rows, down - k0),
                 columns = std::min<std::uint64_t>(array.columns, across - n0);
      for (std::uint64_t r = 0; r < rows; ++r)
        for (std::uint64_t c = 0; c < columns; ++c) {
          moves.stationary += static_cast<double>(r + 1);
          moves.streamed += static_cast<double>(streamed);
        }
      moves.sums += static_cast<double>(streamed * columns * array.rows);
    }
  return moves;
}

TEST(RegisterMoves, WeightStationaryIsAWalkOverItsFolds) {
  for (const GemmShape& g : {GemmShape{5, 7, 9}, {1, 4, 4}, {16, 3, 21}, {100, 13, 8}}) {
    const ArrayShape array{4, 3};
    const RegisterMoves seen = register_moves(g, array, Dataflow::ws),
                        walked = walked_stationary(g.m, g.k, g.n, array);
    EXPECT_DOUBLE_EQ(seen.streamed, walked.streamed);
    EXPECT_DOUBLE_EQ(seen.stationary, walked.stationary);
    EXPECT_DOUBLE_EQ(seen.sums, walked.sums);
  }
}

TEST(RegisterMoves, InputStationaryIsItsTranspose) {
  const ArrayShape array{8, 8};
  const RegisterMoves is = register_moves({5, 70, 9}, array, Dataflow::is),
                      ws = register_moves({70, 5, 9}, array, Dataflow::ws);
  EXPECT_DOUBLE_EQ(is.streamed, ws.streamed);
  EXPECT_DOUBLE_EQ(is.stationary, ws.stationary);
  EXPECT_DOUBLE_EQ(is.sums, ws.sums);
}

TEST(RegisterMoves, OutputStationaryMovesBothOperandsAndShiftsResultsOut) {
  const RegisterMoves moves = register_moves({6, 5, 10}, {4, 4}, Dataflow::os);
  EXPECT_DOUBLE_EQ(moves.streamed, 2.0 * 6 * 5 * 10);
  EXPECT_DOUBLE_EQ(moves.stationary, 0);
  EXPECT_DOUBLE_EQ(moves.sums, 6.0 * 5 * 10 + 5 * (1 + 2 + 3 + 4 + 1 + 2));
}

Matrix all_ones(std::size_t rows, std::size_t columns) { return {rows, columns, std::vector<std::int32_t>(rows * columns, 1)}; }

TEST(RegisterMoves, AreThoseOfThePeGrid) {
  for (const Dataflow dataflow : {Dataflow::ws, Dataflow::os, Dataflow::is})
    for (const ArrayShape array : {ArrayShape{4, 4}, {3, 5}, {5, 2}, {1, 1}})
      for (const GemmShape& g : {GemmShape{1, 1, 1}, {4, 4, 4}, {7, 5, 9}, {1, 8, 8}, {12, 3, 2}, {6, 11, 13}}) {
        const RegisterMoves grid = run_grid(all_ones(g.m, g.k), all_ones(g.k, g.n), array, dataflow).moves, seen = register_moves(g, array, dataflow);
        const auto where = [&] {
          return testing::Message() << "dataflow " << static_cast<int>(dataflow) << ", " << array.rows << " x " << array.columns << ", " << g.m << ' ' << g.n << ' ' << g.k;
        };
        EXPECT_DOUBLE_EQ(seen.streamed, grid.streamed) << where();
        EXPECT_DOUBLE_EQ(seen.stationary, grid.stationary) << where();
        EXPECT_DOUBLE_EQ(seen.sums, grid.sums) << where();
      }
}

TEST(RegisterMoves, ALongStreamPaysForItsWeightsOnce) {
  const RegisterMoves one = register_moves({1, 128, 128}, {128, 128}, Dataflow::ws),
                      many = register_moves({1000, 128, 128}, {128, 128}, Dataflow::ws);
  EXPECT_DOUBLE_EQ(one.stationary, many.stationary);
  EXPECT_DOUBLE_EQ(many.sums, 1000 * one.sums);
}

}  // namespace
}  // namespace presil::systolic
