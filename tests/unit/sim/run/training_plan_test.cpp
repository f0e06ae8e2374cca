#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "sim/config/tree_builder.h"
#include "sim/run/training_fit.h"
#include "sim/run/training_search.h"

namespace presil::run {
namespace {

workload::Architecture model(const char* name) {
  return workload::read_architecture(config::parse_file(find_model(name, home() / "workloads" / "models")));
}

std::size_t layers_in(const std::vector<std::vector<PieceOfModel>>& cut) {
  std::size_t sum = 0;
  for (const auto& stage : cut)
    for (const PieceOfModel& piece : stage) sum += piece.layers.size();
  return sum;
}

TEST(CutLayers, InEqualRuns) {
  const auto cut = cut_layers(model("gpt3_175b"), 8, 3);
  EXPECT_EQ(layers_in(cut), 96u);
  for (const auto& stage : cut)
    for (const PieceOfModel& piece : stage) EXPECT_EQ(piece.layers.size(), 4u);
  EXPECT_TRUE(cut[0][0].embed && !cut[0][1].embed && cut[7][2].head && !cut[7][1].head);
}

// Llama 3, arXiv:2407.21783, section 3.3.2: 126 layers on 16 stages, one less on the first and the last.
TEST(CutLayers, EmbeddingAndHeadCountWhereLayersDoNotDivide) {
  const auto cut = cut_layers(model("llama3_1_405b"), 16, 1);
  EXPECT_EQ(layers_in(cut), 126u);
  EXPECT_EQ(cut[0][0].layers.size(), 7u);
  EXPECT_EQ(cut[1][0].layers.size(), 8u);
  EXPECT_EQ(cut[15][0].layers.size(), 7u);
}

TEST(CutLayers, RefusesOthers) { EXPECT_THROW(cut_layers(model("llama2_7b"), 5, 1), InputError); }

TEST(VirtualStages, DivideTheLayers) {
  EXPECT_EQ(possible_virtual_stages(model("gpt3_175b"), 8, 8), (std::vector<std::uint32_t>{1, 2, 3, 4, 6}));
  EXPECT_EQ(possible_virtual_stages(model("gpt3_175b"), 1, 8), (std::vector<std::uint32_t>{1}));
}

TrainingPlan plan(const workload::Architecture& architecture, std::uint32_t data, std::uint32_t zero) {
  TrainingPlan p;
  p.model = &architecture;
  p.cut.data = data;
  p.cut.zero = zero;
  p.config.sequence = 512;
  p.config.global_batch = data;
  return p;
}

// ZeRO, arXiv:1910.02054, figure 1: weights, gradients and states, each over N replicas from its stage on.
TEST(TrainingFit, StatesAreSharedByStage) {
  const workload::Architecture architecture = model("llama2_7b");
  const double p = static_cast<double>(workload::parameter_count(architecture)), n = 8;
  const Chip chip;
  for (std::uint32_t zero = 0; zero <= 3; ++zero) {
    const TrainingPlan cut = plan(architecture, 8, zero);
    const TrainingModel shapes(cut);
    const TrainingFit fit = training_fit(chip, cut, shapes);
    EXPECT_NEAR(fit.weights_bytes, 2 * p / (zero >= 3 ? n : 1), 1);
    EXPECT_NEAR(fit.gradients_bytes, 4 * p / (zero >= 2 ? n : 1), 1);
    EXPECT_NEAR(fit.optimizer_bytes, 12 * p / (zero >= 1 ? n : 1), 1);
  }
}

// Interleaved, a piece sums what the micro-batches of a turn add before it scatters that: whole gradients of two pieces.
TEST(TrainingFit, SharedGradientsAreWholeForTwoPieces) {
  const workload::Architecture architecture = model("gpt3_175b");
  TrainingPlan p = plan(architecture, 8, 2);
  p.cut.pipeline = 8;
  p.config.global_batch = 64;
  EXPECT_EQ(p.passes_per_scatter(), 1u);
  const Chip chip;
  const double single = training_fit(chip, p, TrainingModel(p)).gradients_bytes;
  p.cut.virtual_stages = 6;
  EXPECT_EQ(p.passes_per_scatter(), 8u);
  const TrainingModel pieces(p);
  const auto cut = cut_layers(architecture, 8, 6);
  const TrainingFit fit = training_fit(chip, p, pieces);
  double most = 0;
  for (const PieceOfModel& piece : cut[fit.stage]) most = std::max(most, pieces.parameters({piece}).total());
  EXPECT_DOUBLE_EQ(fit.gradients_bytes, single + 2 * most * 4);
}

// 1F1B: the first of p stages holds p micro-batches of 1/p of the layers, as one device holds one of all.
TEST(TrainingFit, PipelinesKeepWhatOneDeviceKeeps) {
  const workload::Architecture architecture = model("llama2_7b");
  TrainingPlan one = plan(architecture, 1, 0), four = one;
  one.config.global_batch = four.config.global_batch = 16;
  four.cut.pipeline = 4;
  const TrainingModel a(one), b(four);
  double layer = a.layers.front().backward.kept_bytes, ends = a.head.backward.kept_bytes;
  const Chip chip;
  const double alone = training_fit(chip, one, a).activations_bytes, piped = training_fit(chip, four, b).activations_bytes;
  EXPECT_GT(alone, 32 * layer + ends);
  EXPECT_NEAR(piped, alone - ends, 0.2 * alone);
}

}  // namespace
}  // namespace presil::run
