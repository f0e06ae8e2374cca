// llama3_8b_test.cpp -- Llama 3 8B on TPU v4 against what arithmetic and the memory allow.
//
// Decoding one sequence reads every weight but the embedding table once a token (Pope et al., Efficiently Scaling
// Transformer Inference, MLSys 2023, section 2), so weights / bandwidth bounds it from below and is close to it.
#include <gtest/gtest.h>

#include "sim/run/passes.h"
#include "sim/run/run.h"
#include "tests/support/files.h"

namespace presil::run {
namespace {

const std::filesystem::path kFile = test::source_directory() / "configs" / "experiments" / "llama3_8b_on_tpu_v4.yaml";

TEST(Llama3On4, DecodingIsReadingTheWeights) {
  const LoadedExperiment loaded = load_experiment(kFile, {});
  const auto graphs = graphs_of(loaded.architecture, loaded.experiment.workload, loaded.experiment.simulation);
  const workload::Graph& decode = graphs.back();
  ASSERT_EQ(decode.phase, "decode");
  // 8.03 B parameters less 128256 x 4096 of the embedding, 2 B each.
  EXPECT_NEAR(decode.weight_bytes(), 2 * (8.030e9 - 128256.0 * 4096), 0.001 * decode.weight_bytes());
  const double least = decode.weight_bytes() / memory::sustained(loaded.experiment.chip->memory()).value;
  const double tpot = run_experiment(kFile, {}).result["metrics"]["tpot_s"].get<double>();
  EXPECT_GE(tpot, least);
  EXPECT_LE(tpot, 1.10 * least);
}

TEST(Llama3On4, PrefillKeepsTheArraysBusy) {
  const RunOutcome run = run_experiment(kFile, {{"workload.out_len=1"}, false});
  const double mfu = run.result["metrics"]["prefill.mfu"].get<double>();
  EXPECT_GT(mfu, 0.5);
  EXPECT_LT(mfu, 1.0);
  // 32 layers x 32 heads x (queries, keys) with key <= query x (128 for scores, 128 for values) multiply-adds.
  const double pairs = 2048.0 * 2049 / 2;
  double attention = 0, all = 0;
  for (const auto& op : run.result["ops"]) {
    if (op["name"] == "attention") attention += op["flops"].get<double>();
    all += op["flops"].get<double>();
  }
  EXPECT_DOUBLE_EQ(attention, 32 * 32 * pairs * 256 * 2);
  // 2 x matrix parameters of the layers x tokens, the LM head for the last token alone.
  const double layers = 2048.0 * 32 * (4096.0 * (4096 + 2 * 1024) + 4096.0 * 4096 + 3 * 4096.0 * 14336);
  EXPECT_NEAR(all, 2 * (layers + 4096.0 * 128256) + attention, 1e-6 * all);
}

}  // namespace
}  // namespace presil::run
