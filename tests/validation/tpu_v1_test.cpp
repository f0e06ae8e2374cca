// tpu_v1_test.cpp -- the MLPs of TPU v1 against measurements: Jouppi et al., In-Datacenter Performance Analysis of a
// Tensor Processing Unit, ISCA 2017 (arXiv:1704.04760), table 3 (where the matrix unit's time went, measured TOPS).
// Nothing was fitted to these rows. The paper gives weights and layers but not their shapes; square layers are assumed.
#include <gtest/gtest.h>

#include "sim/run/run.h"
#include "tests/support/files.h"

namespace presil::run {
namespace {

struct Measured {
  const char* experiment;
  double tops;
  double active, weight_stall, weight_shift;  ///< shares of the matrix unit's time
};

void expect_near_paper(const Measured& paper) {
  const RunOutcome run = run_experiment(test::source_directory() / "configs" / "experiments" / paper.experiment, {});
  const double tops = run.result["metrics"]["achieved_tops"].get<double>();
  const auto& time = run.result["array_time"];
  EXPECT_NEAR(tops, paper.tops, 0.15 * paper.tops);
  EXPECT_NEAR(time["wait_memory"].get<double>(), paper.weight_stall, 0.10);
  EXPECT_NEAR(time["active"].get<double>(), paper.active, 0.05);
  EXPECT_NEAR(time["preload"].get<double>(), paper.weight_shift, 0.05);
}

TEST(TpuV1, Mlp0) { expect_near_paper({"tpu_v1_mlp0.yaml", 12.3, 0.127, 0.539, 0.159}); }
TEST(TpuV1, Mlp1) { expect_near_paper({"tpu_v1_mlp1.yaml", 9.7, 0.106, 0.442, 0.134}); }

}  // namespace
}  // namespace presil::run
