// Parameter counts of the shipped models equal the published ones, to the last parameter.
#include <ostream>

#include <gtest/gtest.h>

#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

struct Published {
  const char* name;
  std::uint64_t parameters;
  std::uint64_t active;  ///< of one token; 0 where all of them are
};

void PrintTo(const Published& p, std::ostream* out) { *out << p.name; }

/// Numbers of elements in the published checkpoints; GPT-3 from its shapes (arXiv:2005.14165, table 2.1), TPU
/// v1's MLPs from their layers (20 M and 5 M in table 1 of arXiv:1704.04760). The active ones of gpt-oss and
/// Qwen3-235B-A22B are the published totals less the experts that a token does not choose.
const Published kPublished[] = {
    {"bert_base", 109'482'240, 0},
    {"bert_large", 335'141'888, 0},
    {"deepseek_v3", 671'026'419'200, 37'552'297'472},
    {"distilbert_base", 66'362'880, 0},
    {"falcon_40b", 41'303'293'952, 0},
    {"falcon_7b", 6'921'720'704, 0},
    {"flan_t5_xl", 2'849'757'184, 0},
    {"gemma_2b", 2'506'172'416, 0},
    {"gemma_7b", 8'537'680'896, 0},
    {"gpt2", 124'439'808, 0},
    {"gpt2_xl", 1'557'611'200, 0},
    {"gpt3_175b", 174'604'259'328, 0},
    {"gpt_oss_120b", 116'829'156'672, 5'711'982'912},
    {"gpt_oss_20b", 20'914'757'184, 4'187'440'704},
    {"gptj_6b", 6'050'882'784, 0},
    {"llama2_13b", 13'015'864'320, 0},
    {"llama2_70b", 68'976'648'192, 0},
    {"llama2_7b", 6'738'415'616, 0},
    {"llama3_1_405b", 405'853'388'800, 0},
    {"llama3_2_1b", 1'235'814'400, 0},
    {"llama3_70b", 70'553'706'496, 0},
    {"llama3_8b", 8'030'261'248, 0},
    {"mistral_7b", 7'241'732'096, 0},
    {"mixtral_8x22b", 140'620'634'112, 39'152'031'744},
    {"mixtral_8x7b", 46'702'792'704, 12'879'925'248},
    {"phi3_mini", 3'821'079'552, 0},
    {"qwen2_5_72b", 72'706'203'648, 0},
    {"qwen2_7b", 7'615'616'512, 0},
    {"qwen3_0_6b", 596'049'920, 0},
    {"qwen3_235b_a22b", 235'093'634'560, 22'190'763'520},
    {"qwen3_30b_a3b", 30'532'122'624, 3'353'032'704},
    {"qwen3_8b", 8'190'735'360, 0},
    {"t5_large", 737'668'096, 0},
    {"tinyllama_1_1b", 1'100'048'384, 0},
    {"tpu_v1_mlp0", 5 * 2000 * 2000, 0},
    {"tpu_v1_mlp1", 4 * 1118 * 1118, 0},
    {"vit_b16", 86'567'656, 0},
    {"vit_l16", 304'326'632, 0},
    {"whisper_large_v3", 1'543'490'560, 0},
    {"whisper_tiny", 37'760'640, 0},
};

class ParameterCount : public testing::TestWithParam<Published> {};

TEST_P(ParameterCount, EqualsThePublishedOne) {
  const Architecture model = test::shipped(GetParam().name);
  EXPECT_EQ(parameter_count(model), GetParam().parameters);
  EXPECT_EQ(active_parameter_count(model),
            GetParam().active != 0 ? GetParam().active : GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(ShippedModels, ParameterCount, testing::ValuesIn(kPublished),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ParameterCounts, EveryShippedModelIsInTheTable) {
  std::vector<std::string> listed;
  for (const Published& p : kPublished) listed.emplace_back(p.name);
  EXPECT_EQ(test::shipped_names(), listed);
}

/// The same config.json with one field replaced.
std::string edited(const std::string& name, const std::string& field, const std::string& value) {
  std::string text = presil::test::read_text(test::models_directory() / (name + ".json"));
  const std::size_t begin = text.find("\"" + field + "\":");
  if (begin != std::string::npos) text.erase(begin, text.find_first_of(",}", begin) + 1 - begin);
  return text.replace(text.find('{'), 1, "{\"" + field + "\": " + value + ",");
}

TEST(ParameterCounts, AStoredHeadAddsTheVocabulary) {
  EXPECT_EQ(parameter_count(test::inline_model(edited("falcon_7b", "tie_word_embeddings", "false"))),
            7'217'189'760u);
  EXPECT_EQ(parameter_count(test::inline_model(edited("llama3_8b", "tie_word_embeddings", "true"))),
            8'030'261'248u - 128'256u * 4096u);
}

TEST(ParameterCounts, ATiedEmbeddingOfAnEncoderDecoderIsCountedOnce) {
  EXPECT_EQ(parameter_count(test::inline_model(edited("flan_t5_xl", "tie_word_embeddings", "true"))),
            2'849'757'184u - 32'128u * 2048u);
}

TEST(ParameterCounts, WithoutLabelsAVisionModelHasNoClassifier) {
  EXPECT_EQ(parameter_count(test::inline_model(edited("vit_b16", "num_labels", "null"))),
            86'567'656u - 769'000u);
}

TEST(ParameterCounts, ALatentWithoutAQueryRankProjectsDirectly) {
  // 61 layers: 7168 x 1536 + 1536 + 1536 x 128 x 192 become 7168 x 128 x 192.
  const std::uint64_t low_rank = 7168ull * 1536 + 1536 + 1536ull * 128 * 192, direct = 7168ull * 128 * 192;
  EXPECT_EQ(parameter_count(test::inline_model(edited("deepseek_v3", "q_lora_rank", "null"))),
            671'026'419'200u + 61 * (direct - low_rank));
}

TEST(ParameterCounts, AnInnerWidthReplacesFourTimesTheHiddenOne) {
  EXPECT_EQ(parameter_count(test::inline_model(edited("gpt2", "n_inner", "1024"))),
            124'439'808u - 12u * (2048u * (2 * 768u + 1)));
}

TEST(ParameterCounts, SomeLayersOfAMixtureMayBeDense) {
  // Qwen3-30B-A3B with layers 0 and 5 dense: 128 experts of 768 and a router become one MLP of 6144.
  const std::uint64_t moe = 2048ull * 128 + 128ull * 3 * 2048 * 768, dense = 3ull * 2048 * 6144;
  EXPECT_EQ(parameter_count(test::inline_model(edited("qwen3_30b_a3b", "decoder_sparse_step", "2"))),
            30'532'122'624u - 24 * (moe - dense));
}

}  // namespace
}  // namespace presil::workload
