// bad_input_in_memory.cpp -- chips of macros, units in memory and functional runs that cannot be.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

std::string experiment(const std::string& chip, const std::string& model, const std::string& more = "") {
  return "chip: " + chip + "\nmodel: " + model +
         "\nworkload: {in_len: 8, out_len: 2, formats: {weights: int8, activations: int8, kv: int8, "
         "accumulate: int32}}\n" +
         more;
}
std::string sixteen(const std::string& chip, const std::string& model, const std::string& more = "") {
  return "chip: " + chip + "\nmodel: " + model + "\nworkload: {in_len: 8, out_len: 2}\n" + more;
}
std::string header(const std::string& text) {
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(text.size() & 0xFF), bytes[1] = static_cast<char>(text.size() >> 8);
  return bytes + text;
}

const std::string kSmall =
    R"({"model_type": "gpt2", "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "n_embd": 64, "n_head": 1, "n_layer": 1, "n_positions": 64, "n_ctx": 64, "vocab_size": 128})";

const std::vector<BadInputCase> kInMemoryCases{
    {"MoreLevelsThanTheRatioAllowsInAChip",
     {"run", "e.yaml", "--set", "chip.tile.macro.cell.bits=8"},
     {{"e.yaml", experiment("isaac", "m.json")}, {"m.json", kSmall}},
     3,
     {"cell.bits 8 needs 256 levels, but r_off / r_on tells 150 apart"}},
    {"ConverterBeyondFullScaleInAChip",
     {"run", "e.yaml", "--set", "chip.tile.macro.noise.full_scale=2"},
     {{"e.yaml", experiment("hermes_like", "m.json")}, {"m.json", kSmall}},
     3,
     {"noise.full_scale", "out of range"}},
    {"TilesWithoutFormats",
     {"run", "e.yaml", "--set", "chip.tile.formats={int8: 0}"},
     {{"e.yaml", experiment("hermes_like", "m.json")}, {"m.json", kSmall}},
     3,
     {"the macros take no format"}},
    {"RowsThatDoNotTakeTurnsEvenly",
     {"run", "e.yaml", "--set", "chip.tile.macro.rows_active=60"},
     {{"e.yaml", experiment("dcim_npu_28nm", "m.json")}, {"m.json", kSmall}},
     3,
     {"rows of the macro must be a multiple of rows_active"}},
    {"AChainWithoutLinks",
     {"run", "e.yaml", "--set", "chip.chain.chips=2"},
     {{"e.yaml", experiment("hermes_like", "m.json")}, {"m.json", kSmall}},
     3,
     {"chips that follow one another need a bandwidth between them"}},
    {"UnknownMacroOfAChip",
     {"run", "e.yaml", "--set", "chip.tile.macro=isac_reram"},
     {{"e.yaml", experiment("isaac", "m.json")}, {"m.json", kSmall}},
     3,
     {"isac_reram", "did you mean"}},
    {"AFormatThatNeitherHas",
     {"run", "e.yaml", "--set", "workload.formats.weights=fp8", "--set", "workload.formats.activations=fp8",
      "--set", "workload.formats.kv=fp8"},
     {{"e.yaml", sixteen("hermes_like", "m.json")}, {"m.json", kSmall}},
     3,
     {"fp8 weights and fp8 activations are multiplied in fp8, which the tiles of HERMES-like do not support; "
      "they support bf16, int8"}},
    {"UnitsOfAnotherMemory",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("a100_sxm_40gb", "m.json", "pim: hbm_pim\n")}, {"m.json", kSmall}},
     3,
     {"pim.memory (HBM2 of HBM-PIM: 64 channels", "is not the memory of A100"}},
    {"WeightsThatDoNotFitAtTheUnits",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("{include: a100_sxm_40gb, memory: hbm2_pim}", "llama2_13b", "pim: hbm_pim\n")}},
     5,
     {"GiB of weights; HBM-PIM has 16 GiB where its units are"}},
    {"UnitsInTraining",
     {"run", "e.yaml"},
     {{"e.yaml",
       "chip: {include: a100_sxm_40gb, memory: hbm2_pim}\nmodel: m.json\nworkload: {phase: training, "
       "sequence: 16}\npim: hbm_pim\n"},
      {"m.json", kSmall}},
     3,
     {"pim.name is for inference"}},
    {"FunctionalRunOfAnotherFamily",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("tpu_v4i", "qwen3_0_6b", "functional: true\n")}},
     3,
     {"functional: model 'qwen3_0_6b' is of family qwen3; functional runs compute GPT-2 alone"}},
    {"FunctionalRunOfALargeModel",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("tpu_v4i", "gpt2", "functional: true\n")}},
     3,
     {"model 'gpt2' has 124 million parameters; expected at most 50 million"}},
    {"FunctionalTokensBeyondTheContext",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("tpu_v4i", "m.json", "functional: true\nnumbers: {tokens: 100}\n")},
      {"m.json", kSmall}},
     3,
     {"100 tokens after a prompt of 8 do not fit in a context of 64"}},
    {"TruncatedHeaderOfARun",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("tpu_v4i", "m.json", "functional: true\nnumbers: {weights: w.safetensors}\n")},
      {"m.json", kSmall},
      {"w.safetensors", header("{}").substr(0, 9)}},
     3,
     {"w.safetensors: byte 0: the header has 2 bytes, the file only 1 after its length"}},
    {"OverlappingTensorsOfARun",
     {"run", "e.yaml"},
     {{"e.yaml", sixteen("tpu_v4i", "m.json", "functional: true\nnumbers: {weights: w.safetensors}\n")},
      {"m.json", kSmall},
      {"w.safetensors",
       header(
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})") +
           std::string(12, '\0')}},
     3,
     {"'b' overlaps"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(InMemory, BadInput, testing::ValuesIn(kInMemoryCases), case_name);

}  // namespace presil::test
