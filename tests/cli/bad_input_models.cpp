// bad_input_models.cpp -- config.json.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kModelsCases{
    {"Truncated",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{"model_type": "gpt2",
 "n_embd": 768,
 )"}},
     3,
     {"m.json:3:2: not valid JSON: while parsing object key - unexpected end of input; expected string "
      "literal"}},
    {"DuplicateField",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{"model_type": "gpt2",
 "n_embd": 768,
 "n_head": 12,
 "n_head": 12})"}},
     3,
     {"m.json:4:2: the key 'n_head' is given twice; first at m.json:3:2"}},
    {"TrailingComma",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{"model_type": "gpt2",
 "n_embd": 768,
 "n_head": 12,
})"}},
     3,
     {"m.json:4:1: not valid JSON: while parsing object key - unexpected '}'; expected string literal"}},
    {"Empty",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", ""}},
     3,
     {"m.json:1:1: the document is empty"}},
    {"List",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", "[1]"}},
     3,
     {"m.json:1:1: a config.json must be an object, found a list"}},
    {"Comment",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
// x
"model_type": "gpt2"})"}},
     3,
     {"m.json:2:1: not valid JSON: while parsing object key - invalid literal; last read: '{<U+000A>/'; "
      "expected string literal"}},
    {"NotANumber",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{"model_type": "gpt2",
 "n_embd": NaN,
 "n_head": 12})"}},
     3,
     {"m.json:2:12: not valid JSON: while parsing value - invalid literal; last read: '\"n_embd\": N'"}},
    {"TextAfterTheEnd",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{"model_type": "gpt2",
 "n_embd": 768,
 "n_head": 12}
{})"}},
     3,
     {"m.json:4:1: not valid JSON: while parsing value - unexpected '{'; expected end of input"}},
    {"TooDeep",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", repeat("{\"a\":", 100) + "1" + repeat("}", 100)}},
     3,
     {"m.json:1:321: nested more than 64 deep"}},
    {"Latin1",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", "{\"model_type\": \"\351\"}"}},
     3,
     {"m.json:1:17: not UTF-8; save the file as UTF-8"}},
    {"NoHiddenSize",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:1:1: config.json field 'hidden_size' is missing; expected a whole number from 1 to 10000000"}},
    {"HeadsDoNotDivide",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 30,
 "num_key_value_heads": 30,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:3:17: config.json field 'hidden_size' is 2048, which 'num_attention_heads' = 30 does not "
      "divide; expected a multiple of it"}},
    {"KeyHeadsDoNotDivide",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 7,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:4:25: config.json field 'num_attention_heads' is 32, which 'num_key_value_heads' = 7 does not "
      "divide; expected a multiple of it"}},
    {"MoreKeyHeadsThanHeads",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 64,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:4:25: config.json field 'num_attention_heads' is 32, which 'num_key_value_heads' = 64 does not "
      "divide; expected a multiple of it"}},
    {"NegativeLayers",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": -2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:6:23: config.json field 'num_hidden_layers' is -2; expected a whole number from 1 to 100000"}},
    {"NoVocabulary",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 0,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:8:16: config.json field 'vocab_size' is 0; expected a whole number from 1 to 10000000"}},
    {"FloatingLayers",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2.5,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:6:23: config.json field 'num_hidden_layers' is 2.5; expected a whole number from 1 to 100000"}},
    {"WholeFloatingLayers",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2.0,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:6:23: config.json field 'num_hidden_layers' is 2.0; expected a whole number from 1 to 100000"}},
    {"TextForNumber",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": "2048",
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:3:17: config.json field 'hidden_size' is the text \"2048\"; expected a whole number from 1 to "
      "10000000"}},
    {"FalseForNumber",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": false,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:3:17: config.json field 'hidden_size' is false; expected a whole number from 1 to 10000000"}},
    {"MisspeltType",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "lama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:2:16: config.json field 'model_type' is \"lama\"; expected one of ",
      "(did you mean 'llama'?)"}},
    {"UnknownType",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "mamba",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:2:16: config.json field 'model_type' is \"mamba\"; expected one of "}},
    {"NumberForType",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": 5,
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:2:16: config.json field 'model_type' is 5; expected text"}},
    {"NoType",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:1:1: config.json field 'model_type' is missing; expected text"}},
    {"MisspeltActivation",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "sliu"
}
)"}},
     3,
     {"m.json:9:16: config.json field 'hidden_act' is \"sliu\"; expected one of ", "(did you mean 'silu'?)"}},
    {"TrueForActivation",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": true
}
)"}},
     3,
     {"m.json:9:16: config.json field 'hidden_act' is true; expected text"}},
    {"BillionLayers",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 1000000000,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:6:23: config.json field 'num_hidden_layers' is 1000000000; expected a whole number from 1 to "
      "100000"}},
    {"ThirtyDigits",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 1000000000000000000000000000000,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:6:23: config.json field 'num_hidden_layers' is 1000000000000000000000000000000; expected a "
      "whole number from 1 to 100000"}},
    {"TooManyParameters",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "llama",
 "hidden_size": 10000000,
 "num_attention_heads": 10000,
 "num_key_value_heads": 8,
 "num_hidden_layers": 100000,
 "intermediate_size": 10000000,
 "vocab_size": 1000,
 "hidden_act": "silu"
}
)"}},
     3,
     {"m.json:2:16: config.json field 'model_type' heads a description of 5e+19 parameters; expected at most "
      "1e+15"}},
    {"MoreChosenThanExperts",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "mixtral",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu",
 "num_local_experts": 8,
 "num_experts_per_tok": 9
}
)"}},
     3,
     {"m.json:11:25: config.json field 'num_experts_per_tok' is 9, but 'num_local_experts' is 8; expected at "
      "most that many"}},
    {"NoExpertChosen",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "mixtral",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu",
 "num_local_experts": 8,
 "num_experts_per_tok": 0
}
)"}},
     3,
     {"m.json:11:25: config.json field 'num_experts_per_tok' is 0; expected a whole number from 1 to 10000"}},
    {"NoExperts",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: m.json
)"},
      {"m.json", R"(
{
 "model_type": "mixtral",
 "hidden_size": 2048,
 "num_attention_heads": 32,
 "num_key_value_heads": 8,
 "num_hidden_layers": 2,
 "intermediate_size": 8192,
 "vocab_size": 1000,
 "hidden_act": "silu",
 "num_local_experts": 0,
 "num_experts_per_tok": 2
}
)"}},
     3,
     {"m.json:10:23: config.json field 'num_local_experts' is 0; expected a whole number from 1 to 10000"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Models, BadInput, testing::ValuesIn(kModelsCases), case_name);

}  // namespace presil::test
