// Wrong config.json files and what is said about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using test::inline_model;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// A small correct file of a family, one field of which can be replaced or removed (with an empty value).
std::string file(const std::string& type, const std::string& field = "", const std::string& value = "") {
  std::vector<std::pair<std::string, std::string>> fields{{"model_type", '"' + type + '"'},
                                                          {"hidden_size", "64"},
                                                          {"num_hidden_layers", "2"},
                                                          {"num_attention_heads", "8"},
                                                          {"num_key_value_heads", "4"},
                                                          {"intermediate_size", "128"},
                                                          {"vocab_size", "100"},
                                                          {"hidden_act", "\"silu\""}};
  if (type == "mixtral") {
    fields.emplace_back("num_local_experts", "8");
    fields.emplace_back("num_experts_per_tok", "2");
  }
  std::string text = "{";
  bool replaced = false;
  const auto append = [&](const std::string& name, const std::string& written) {
    if (written.empty()) return;
    text += (text.size() > 1 ? ",\n\"" : "\n\"") + name + "\": " + written;
  };
  for (const auto& [name, usual] : fields) {
    append(name, name == field ? value : usual);
    replaced |= name == field;
  }
  if (!replaced && !field.empty()) append(field, value);
  return text + "\n}";
}

std::string refusal(const std::string& json) {
  try {
    inline_model(json);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Fields, ACorrectFileIsRead) {
  const Architecture model = inline_model(file("llama"));
  EXPECT_EQ(model.hidden, 64u);
  EXPECT_EQ(model.decoder->attention.head_dim, 8u);
  EXPECT_EQ(model.decoder->layers.size(), 2u);
  EXPECT_EQ(model.model_type, "llama");
}

TEST(Fields, UnknownOnesAreAllowed) {
  EXPECT_EQ(refusal(file("llama", "initializer_range", "0.02")), "accepted");
  EXPECT_EQ(refusal(file("llama", "some_future_thing", "{\"a\": [1]}")), "accepted");
}

TEST(Fields, MissingOneIsNamed) {
  EXPECT_THAT(refusal(file("llama", "vocab_size", "")),
              AllOf(StartsWith("config.json:1:1: config.json field 'vocab_size' is missing"),
                    HasSubstr("expected a whole number from 1 to 10000000")));
  EXPECT_THAT(refusal(file("llama", "vocab_size", "null")), HasSubstr("'vocab_size' is null"));
}

TEST(Fields, PlaceOfTheValueIsGiven) {
  EXPECT_THAT(refusal(file("llama", "num_attention_heads", "-8")),
              AllOf(StartsWith("config.json:5:24: config.json field 'num_attention_heads' is -8"),
                    HasSubstr("expected a whole number from 1 to 10000")));
}

TEST(Fields, WrongTypesAreRefused) {
  EXPECT_THAT(refusal(file("llama", "hidden_size", "\"64\"")), HasSubstr("is the text \"64\"; expected a whole number"));
  EXPECT_THAT(refusal(file("llama", "hidden_size", "64.5")), HasSubstr("is 64.5; expected a whole number"));
  EXPECT_THAT(refusal(file("llama", "hidden_size", "[64]")), HasSubstr("is a list; expected a whole number"));
  EXPECT_THAT(refusal(file("llama", "hidden_size", "true")), HasSubstr("expected a whole number"));
  EXPECT_THAT(refusal(file("llama", "tie_word_embeddings", "1")), HasSubstr("expected true or false"));
  EXPECT_THAT(refusal(file("llama", "hidden_act", "3")), HasSubstr("is 3; expected text"));
}

TEST(Fields, AbsurdSizesAreRefused) {
  EXPECT_THAT(refusal(file("llama", "vocab_size", "0")), HasSubstr("is 0; expected a whole number from 1"));
  EXPECT_THAT(refusal(file("llama", "vocab_size", "10000001")), HasSubstr("to 10000000"));
  EXPECT_THAT(refusal(file("llama", "num_hidden_layers", "100001")), HasSubstr("to 100000"));
  EXPECT_THAT(refusal(file("llama", "vocab_size", "99999999999999999999999999")), HasSubstr("to 10000000"));
  EXPECT_THAT(refusal(file("llama", "head_dim", "9999999")), HasSubstr("values in all heads"));
  EXPECT_THAT(refusal(R"({"model_type": "mlp", "hidden_size": 10000000, "num_hidden_layers": 100000,
                          "hidden_act": "relu"})"),
              HasSubstr("1e+19 parameters"));
}

TEST(Fields, HeadsMustDivide) {
  EXPECT_THAT(refusal(file("llama", "hidden_size", "63")),
              HasSubstr("'hidden_size' is 63, which 'num_attention_heads' = 8 does not divide"));
  EXPECT_THAT(refusal(file("llama", "num_key_value_heads", "3")),
              HasSubstr("'num_attention_heads' is 8, which 'num_key_value_heads' = 3 does not divide"));
}

TEST(Fields, NoMoreExpertsAreChosenThanThereAre) {
  EXPECT_EQ(refusal(file("mixtral")), "accepted");
  EXPECT_THAT(refusal(file("mixtral", "num_experts_per_tok", "9")),
              HasSubstr("'num_experts_per_tok' is 9, but 'num_local_experts' is 8"));
}

TEST(Fields, UnknownActivationNamesTheNearest) {
  EXPECT_THAT(refusal(file("llama", "hidden_act", "\"sillu\"")),
              AllOf(HasSubstr("is \"sillu\"; expected one of relu"), HasSubstr("did you mean 'silu'?")));
}

TEST(Fields, UnknownModelTypeNamesTheNearest) {
  EXPECT_THAT(refusal(file("llamma")), AllOf(HasSubstr("'model_type' is \"llamma\""), HasSubstr("did you mean 'llama'?")));
  EXPECT_THAT(refusal("{\"hidden_size\": 3}"), HasSubstr("'model_type' is missing"));
  EXPECT_THAT(refusal("[1, 2]"), HasSubstr("must be an object"));
}

TEST(Fields, LayerTypesMustCoverEveryLayer) {
  const std::string three = R"(["full_attention", "full_attention", "full_attention"])";
  EXPECT_THAT(refusal(file("mistral", "layer_types", three)), HasSubstr("lists 3 layers; expected 2"));
  EXPECT_THAT(refusal(file("mistral", "layer_types", R"(["full_attention", "half_attention"])")),
              HasSubstr("holds \"half_attention\""));
  EXPECT_THAT(refusal(file("mistral", "layer_types", R"(["full_attention", "sliding_attention"])")),
              HasSubstr("'sliding_window' is missing"));
}

TEST(Readers, FalconVariants) {
  const Architecture seven = test::shipped("falcon_7b"), forty = test::shipped("falcon_40b");
  EXPECT_EQ(seven.decoder->attention.kv_heads, 1u);
  EXPECT_EQ(forty.decoder->attention.kv_heads, 8u);
  EXPECT_EQ(seven.decoder->placement, NormPlacement::parallel);
  EXPECT_EQ(forty.decoder->placement, NormPlacement::parallel_two);
}

TEST(Readers, SlidingWindows) {
  EXPECT_EQ(test::shipped("mistral_7b").decoder->layers[31].window, 4096u);
  EXPECT_EQ(test::shipped("qwen2_7b").decoder->layers[0].window, 0u);
  EXPECT_EQ(test::shipped("gpt_oss_20b").decoder->layers[0].window, 128u);
  EXPECT_EQ(test::shipped("gpt_oss_20b").decoder->layers[1].window, 0u);
  EXPECT_EQ(test::shipped("mixtral_8x7b").decoder->layers[0].window, 0u);
}

}  // namespace
}  // namespace presil::workload
