// Every field of every shipped model, spoilt one at a time: it is refused with its place, or it says nothing
// about the shape; and the fields that a family needs are missed by name.
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/workloads/transformer/models.h"

namespace presil::workload {
namespace {

using config::Node;
using testing::HasSubstr;
using testing::StartsWith;

Node document(const std::string& name) {
  return config::parse_file(test::models_directory() / (name + ".json"));
}

/// What is said about a document; empty when it is accepted.
std::string refusal(const Node& document) {
  try {
    read_architecture(document);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

Node without(Node node, const std::string& field) {
  for (std::size_t i = 0; i < node.members.size(); ++i)
    if (node.members[i].first == field) {
      node.members.erase(node.members.begin() + static_cast<std::ptrdiff_t>(i));
      node.key_marks.erase(node.key_marks.begin() + static_cast<std::ptrdiff_t>(i));
      return node;
    }
  return node;
}

/// The fields without which a family has no shape, beside model_type.
const std::map<std::string, std::set<std::string>>& required() {
  static const std::set<std::string> rotary{"hidden_size",       "num_hidden_layers", "num_attention_heads",
                                            "intermediate_size", "vocab_size",        "hidden_act"};
  static const auto with = [](std::set<std::string> fields, const std::set<std::string>& more) {
    fields.insert(more.begin(), more.end());
    return fields;
  };
  static const std::set<std::string> gpt{"n_embd", "n_head", "n_layer", "vocab_size", "activation_function"};
  static const std::map<std::string, std::set<std::string>> table{
      {"llama2_7b", rotary},
      {"mistral_7b", rotary},
      {"phi3_mini", rotary},
      {"qwen2_7b", rotary},
      {"qwen3_8b", rotary},
      {"gemma_2b", rotary},
      {"mixtral_8x7b", with(rotary, {"num_local_experts", "num_experts_per_tok"})},
      {"qwen3_30b_a3b", with(rotary, {"num_experts", "num_experts_per_tok", "moe_intermediate_size"})},
      {"gpt_oss_20b", with(rotary, {"num_local_experts", "num_experts_per_tok", "sliding_window"})},
      {"deepseek_v3", with(rotary, {"n_routed_experts", "num_experts_per_tok", "moe_intermediate_size",
                                    "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"})},
      {"gpt2", with(gpt, {"n_positions"})},
      {"gptj_6b", gpt},
      {"falcon_7b", {"hidden_size", "num_attention_heads", "num_hidden_layers", "vocab_size"}},
      {"bert_base", with(rotary, {"max_position_embeddings"})},
      {"vit_b16",
       {"hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
        "image_size", "patch_size"}},
      {"t5_large", {"d_model", "d_kv", "d_ff", "num_heads", "num_layers", "vocab_size"}},
      {"whisper_tiny",
       {"d_model", "vocab_size", "max_source_positions", "max_target_positions", "num_mel_bins",
        "encoder_layers", "encoder_attention_heads", "encoder_ffn_dim", "decoder_layers",
        "decoder_attention_heads", "decoder_ffn_dim", "activation_function"}},
      {"tpu_v1_mlp0", {"hidden_size", "num_hidden_layers", "hidden_act"}},
  };
  return table;
}

TEST(RequiredFields, AreMissedByName) {
  for (const auto& [name, fields] : required()) {
    const Node whole = document(name);
    EXPECT_EQ(refusal(whole), "") << name;
    for (const std::string& field : fields) {
      ASSERT_NE(whole.find(field), nullptr) << name << ": " << field;
      EXPECT_THAT(refusal(without(whole, field)),
                  HasSubstr(name + ".json:1:1: config.json field '" + field + "' is missing; expected "));
      Node null = whole;
      *null.find(field) = Node{};
      EXPECT_THAT(refusal(null), HasSubstr("config.json field '" + field + "' is null; expected ")) << name;
    }
  }
}

TEST(RequiredFields, AllOthersMayBeAbsentOneByOne) {
  for (const auto& [name, fields] : required()) {
    const Node whole = document(name);
    for (const auto& [field, value] : whole.members)
      if (!fields.contains(field) && field != "model_type") {
        EXPECT_EQ(refusal(without(whole, field)), "") << field;
      }
  }
}

/// The document with the value of one field replaced, at the same place.
Node spoilt(Node node, const std::string& field, const std::string& scalar, bool quoted = false) {
  Node& value = *node.find(field);
  value.items.clear();
  value.members.clear();
  value.kind = Node::Kind::scalar;
  value.scalar = scalar;
  value.quoted = quoted;
  return node;
}

TEST(WrongFields, AreRefusedAtTheirPlace) {
  const std::vector<std::string> bad{"0",
                                     "-1",
                                     "-0",
                                     "1.5",
                                     "1e3",
                                     "0x10",
                                     "+7",
                                     " 7",
                                     "",
                                     ".inf",
                                     "nan",
                                     "true",
                                     "18446744073709551616",
                                     "99999999999999999999999999"};
  for (const auto& [name, fields] : required()) {
    const Node whole = document(name);
    for (const std::string& field : fields) {
      const Node& value = *whole.find(field);
      const std::string place = value.mark.text() + ": config.json field '" + field + "' is ";
      EXPECT_THAT(refusal(spoilt(whole, field, "x", true)), HasSubstr(place)) << name;
      if (value.quoted) continue;
      for (const std::string& wrong : bad)
        EXPECT_THAT(refusal(spoilt(whole, field, wrong)),
                    StartsWith(place + wrong + "; expected a whole number from 1"))
            << name;
    }
  }
}

TEST(WrongFields, NoneOfAnyShippedModelEndsInAnythingButAnInputError) {
  // Fields that say nothing about the shape are accepted whatever they hold.
  const std::vector<std::string> values{"0", "1", "3", "-1", "7.5", "10000000", "100000", "true", "1e99"};
  for (const std::string& name : test::shipped_names()) {
    const Node whole = document(name);
    for (const auto& [field, value] : whole.members)
      for (const bool quoted : {false, true})
        for (const std::string& scalar : values) {
          if (scalar.size() > 5 && value.quoted) continue;
          const std::string said = refusal(spoilt(whole, field, scalar, quoted));
          if (!said.empty()) {
            EXPECT_THAT(said, HasSubstr(".json:")) << name << ", " << field << " = " << scalar;
          }
        }
  }
}

std::string refused(const std::string& json) { return refusal(config::parse_json(json, "model.json")); }

TEST(ModelType, NamesTheNearestOfAllFamilies) {
  const std::vector<std::pair<std::string, std::string>> near{
      {"Llama", "llama"},    {"lama", "llama"},         {"gpt-2", "gpt2"},
      {"gptoss", "gpt_oss"}, {"mistrall", "mistral"},   {"mixtrall", "mixtral"},
      {"qwen_2", "qwen2"},   {"qwen3moe", "qwen3_moe"}, {"deepseek_v2", "deepseek_v3"},
      {"wisper", "whisper"}, {"falcn", "falcon"},       {"gema", "gemma"}};
  for (const auto& [wrong, right] : near)
    EXPECT_THAT(refused("{\"model_type\": \"" + wrong + "\"}"), HasSubstr("did you mean '" + right + "'?"))
        << wrong;
}

TEST(ModelType, NothingIsSuggestedForWhatIsFarFromAll) {
  const std::string said = refused(R"({"model_type": "rwkv-something-else"})");
  EXPECT_THAT(
      said, StartsWith(
                "model.json:1:16: config.json field 'model_type' is \"rwkv-something-else\"; expected one of "
                "bert, deepseek_v3, distilbert, falcon, gemma"));
  EXPECT_THAT(said, testing::Not(HasSubstr("did you mean")));
}

TEST(ModelType, MustBeText) {
  EXPECT_THAT(refused(R"({"model_type": 7})"),
              StartsWith("model.json:1:16: config.json field 'model_type' is 7; expected text"));
  EXPECT_THAT(refused(R"({"model_type": ["llama"]})"), HasSubstr("is a list; expected text"));
  EXPECT_THAT(refused(R"({"model_type": null})"), HasSubstr("is null"));
}

/// A small model of a family with one more field.
std::string qwen(const std::string& type, const std::string& more) {
  return "{\"model_type\": \"" + type +
         "\", \"hidden_size\": 64, \"num_hidden_layers\": 4, \"num_attention_heads\": 4, "
         "\"num_key_value_heads\": 2, \"intermediate_size\": 96, \"vocab_size\": 50, \"hidden_act\": "
         "\"silu\", "
         "\"num_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 20" +
         more + "}";
}

std::vector<std::uint64_t> windows(const std::string& json) {
  std::vector<std::uint64_t> found;
  const Architecture model = test::inline_model(json);
  for (const LayerKind& layer : model.decoder->layers) found.push_back(layer.window);
  return found;
}

TEST(SlidingLayers, OfQwenStartAfterTheFirstOnes) {
  using Windows = std::vector<std::uint64_t>;
  EXPECT_EQ(windows(qwen("qwen2", R"(, "sliding_window": 8)")), (Windows{0, 0, 0, 0}));
  EXPECT_EQ(
      windows(qwen("qwen2", R"(, "use_sliding_window": true, "sliding_window": 8, "max_window_layers": 3)")),
      (Windows{0, 0, 0, 8}));
  // The default of configuration_qwen2.py is 28 layers.
  EXPECT_EQ(windows(qwen("qwen2", R"(, "use_sliding_window": true, "sliding_window": 8)")),
            (Windows{0, 0, 0, 0}));
  // A list of layers says it all.
  EXPECT_EQ(
      windows(qwen("qwen3", R"(, "use_sliding_window": true, "sliding_window": 8, "max_window_layers": 3,
      "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"])")),
      (Windows{8, 0, 8, 0}));
}

std::vector<bool> routed(const std::string& json) {
  std::vector<bool> found;
  const Architecture model = test::inline_model(json);
  for (const LayerKind& layer : model.decoder->layers) found.push_back(layer.moe);
  return found;
}

TEST(RoutedLayers, OfQwenAreEverySoMany) {
  EXPECT_EQ(routed(qwen("qwen3_moe", "")), (std::vector<bool>{true, true, true, true}));
  EXPECT_EQ(routed(qwen("qwen3_moe", R"(, "decoder_sparse_step": 2)")),
            (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(routed(qwen("qwen3_moe", R"(, "mlp_only_layers": [0, 3])")),
            (std::vector<bool>{false, true, true, false}));
}

TEST(RoutedLayers, ThatDoNotExistAreRefused) {
  EXPECT_THAT(refused(qwen("qwen3_moe", R"(, "mlp_only_layers": [4])")),
              HasSubstr("'mlp_only_layers' is 4; expected a whole number from 0 to 3"));
  EXPECT_THAT(refused(qwen("qwen3_moe", R"(, "mlp_only_layers": 3)")), HasSubstr("is 3; expected a list"));
}

TEST(RoutedLayers, InAHugeListTakeNoLongerThanReadingIt) {
  std::string list = "0";
  for (int i = 0; i < 400'000; ++i) list += ",1";
  std::string json = qwen("qwen3_moe", ", \"mlp_only_layers\": [" + list + "]");
  json.replace(json.find("\"num_hidden_layers\": 4"), 22, "\"num_hidden_layers\": 100000");
  EXPECT_EQ(routed(json).size(), 100'000u);
}

TEST(LatentFields, BiasOfDeepSeekIsCounted) {
  const Node with = spoilt(document("deepseek_v3"), "attention_bias", "true");
  // modeling_deepseek_v3.py: q_a_proj, kv_a_proj_with_mqa and o_proj have it.
  EXPECT_EQ(parameter_count(read_architecture(with)), 671'026'419'200u + 61u * (1536 + 576 + 7168));
}

TEST(AbsurdExperts, AreRefusedBeforeAnyProductOverflows) {
  // 100 million tokens, each in 10,000 experts of 10 million values, are more than 64 bits can count.
  std::string json = qwen("qwen3_moe", "");
  const auto replace = [&](const std::string& from, const std::string& to) {
    json.replace(json.find(from), from.size(), to);
  };
  replace("\"num_experts\": 4", "\"num_experts\": 10000");
  replace("\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 10000");
  replace("\"moe_intermediate_size\": 20", "\"moe_intermediate_size\": 10000000");
  EXPECT_THAT(refused(json), HasSubstr("'num_experts_per_tok' is 10000, times 10000000 values per expert"));
  EXPECT_THAT(
      refusal(spoilt(document("deepseek_v3"), "n_shared_experts", "10000")),
      HasSubstr(
          "'n_shared_experts' is 10000, times 2048 values per expert; expected at most 10000000 in all"));
}

TEST(LabelTable, GivesTheClassesOfAVisionModel) {
  const std::string vit =
      R"({"model_type": "vit", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
      "intermediate_size": 16, "hidden_act": "gelu", "image_size": 32, "patch_size": 16)";
  EXPECT_EQ(test::inline_model(vit + R"(, "id2label": {"0": "cat", "1": "dog", "2": "owl"}})").labels, 3u);
  EXPECT_EQ(test::inline_model(vit + "}").labels, 0u);
  EXPECT_THAT(refused(vit + R"(, "id2label": 3})"), HasSubstr("'id2label' is 3; expected an object"));
  EXPECT_THAT(refused(vit + R"(, "id2label": ["cat"]})"),
              HasSubstr("'id2label' is a list; expected an object"));
}

TEST(RotaryDim, OfGptJIsAtMostAHead) {
  const std::string gptj =
      R"({"model_type": "gptj", "n_embd": 64, "n_head": 4, "n_layer": 2, "vocab_size": 50,
      "activation_function": "gelu_new", "rotary_dim": )";
  EXPECT_EQ(test::inline_model(gptj + "8}").decoder->attention.rope_dim, 8u);
  EXPECT_THAT(refused(gptj + "17}"),
              HasSubstr("'rotary_dim' is 17; expected at most the 16 values of a head"));
}

}  // namespace
}  // namespace presil::workload
