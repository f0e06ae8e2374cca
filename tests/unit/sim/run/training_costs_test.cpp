// training_costs_test.cpp -- products cut into pieces so that exchanges run beside them.
#include "sim/run/training_costs.h"

#include <gtest/gtest.h>

#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/config/tree_builder.h"
#include "sim/run/product.h"

namespace presil::run {
namespace {

Chip h100() {
  const config::SearchPath search{home() / "configs"};
  Chip chip;
  config::read(config::load(config::find_config(search, "chips", "h100_sxm"), {}, reference_keys(), search), chip);
  return chip;
}

workload::Graph graph(std::uint64_t rows) { return product_graph({rows, 3072, 8192, 1, Format::bf16}); }
workload::Op product(std::uint64_t rows) { return graph(rows).segments.front().ops.front(); }

double time_of(Machine& machine, std::uint64_t rows) {
  const workload::Graph g = graph(rows);
  return machine.run(g, g.segments.front(), {}, true).time_s();
}

// 512 rows make 96 tiles of 128 x 128, fewer than the 132 SMs; 4,096 fill them several times over.
TEST(CutProducts, SmallPiecesLeaveUnitsIdle) {
  Machine machine(h100());
  EXPECT_EQ(cutting_s(machine, product(4096), 1), 0);
  EXPECT_GT(cutting_s(machine, product(4096), 8), 0.1 * time_of(machine, 4096));
  EXPECT_LT(cutting_s(machine, product(32768), 8), 0.05 * time_of(machine, 32768));
}

TEST(CutProducts, CrowdingIsTheShareOfUnitsHeld) {
  EXPECT_DOUBLE_EQ(crowding_s(h100(), 1), 16.0 / 132);
  EXPECT_EQ(crowding_s(Chip(), 1), 0);  // a TPU's links have engines of their own
}

}  // namespace
}  // namespace presil::run
