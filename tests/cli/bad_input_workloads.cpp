// bad_input_workloads.cpp -- what a model or a chip cannot do.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kWorkloadsCases{
    {"ModelTooLarge",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt3_175b
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     5,
     {"the model does not fit in the memory of TPU v4:", "  weights        325.226 GiB",
      "  KV cache         0.079 GiB", "  capacity        32.000 GiB",
      "smaller formats (workload.formats.weights), a smaller batch or more memory (chip.memory.stacks) would "
      "help"}},
    {"BatchTooLarge",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: llama3_8b
workload: {batch: 1000, in_len: 4000, out_len: 2}
)"}},
     5,
     {"the model does not fit in the memory of TPU v4:", "  weights         14.958 GiB",
      "  KV cache       488.525 GiB", "  capacity        32.000 GiB",
      "smaller formats (workload.formats.weights), a smaller batch or more memory (chip.memory.stacks) would "
      "help"}},
    {"HugeBatchAndPrompt",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: llama3_8b
workload: {batch: 1000000, in_len: 10000000, out_len: 0}
)"}},
     5,
     {"the model does not fit in the memory of TPU v4:", "  weights         14.958 GiB",
      "  KV cache    1220703125.000 GiB", "  capacity        32.000 GiB",
      "smaller formats (workload.formats.weights), a smaller batch or more memory (chip.memory.stacks) would "
      "help"}},
    {"HugeBatchOfAnEncoder",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: bert_base
workload: {batch: 1000000, in_len: 500}
)"}},
     5,
     {"the model does not fit in the memory of TPU v4:", "  weights          0.204 GiB",
      "  KV cache         0.000 GiB", "  capacity        32.000 GiB",
      "smaller formats (workload.formats.weights), a smaller batch or more memory (chip.memory.stacks) would "
      "help"}},
    {"PromptAboveTheMost",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: llama3_8b
workload: {batch: 1, in_len: 16777216}
)"}},
     3,
     {"e.yaml:3:30: workload.in_len: 16777216 is out of range; expected a whole number from 1 to 10000000"}},
    {"PromptAndAnswerAboveTheMost",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: llama3_8b
workload: {in_len: 9999999, out_len: 9999999}
)"}},
     3,
     {"e.yaml:3:38: workload.in_len + workload.out_len - 1 is 19999997 tokens; expected at most 10000000"}},
    {"PromptBeyondPositions",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {in_len: 4000, out_len: 2}
)"}},
     3,
     {"e.yaml:3:20: workload.in_len is 4000 tokens, but gpt2 has learned 1024 positions"}},
    {"AnswerBeyondPositions",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {in_len: 1024, out_len: 5000}
)"}},
     3,
     {"e.yaml:3:35: workload.in_len + workload.out_len - 1 is 6023 tokens, but gpt2 has learned 1024 "
      "positions"}},
    {"DefaultPromptBeyondPositions",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
)"}},
     3,
     {"e.yaml:2:8: workload.in_len is 2048 tokens, but gpt2 has learned 1024 positions"}},
    {"EncoderBeyondPositions",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: bert_base
workload: {in_len: 513}
)"}},
     3,
     {"e.yaml:3:20: workload.in_len is 513 tokens, but bert has learned 512 positions"}},
    {"TranscriptBeyondPositions",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: whisper_tiny
workload: {out_len: 450}
)"}},
     3,
     {"e.yaml:3:21: workload.out_len is 450 tokens, but whisper has learned 448 positions"}},
    {"EncoderGeneratesNothing",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: bert_base
workload: {in_len: 384, out_len: 128}
)"}},
     3,
     {"e.yaml:3:34: workload.out_len is 128 tokens, but bert has no decoder and generates none; leave it "
      "out"}},
    {"PictureGeneratesNothing",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: vit_b16
workload: {out_len: 128}
)"}},
     3,
     {"e.yaml:3:21: workload.out_len is 128 tokens, but vit has no decoder and generates none; leave it "
      "out"}},
    {"LayersGenerateNothing",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: tpu_v1_mlp0
workload: {in_len: 1, out_len: 9}
)"}},
     3,
     {"e.yaml:3:32: workload.out_len is 9 tokens, but mlp has no decoder and generates none; leave it out"}},
    {"PictureHasItsOwnLength",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: vit_b16
workload: {in_len: 128}
)"}},
     3,
     {"e.yaml:3:20: workload.in_len is 128 tokens, but vit makes 197 of each picture; leave it out"}},
    {"RecordingHasItsOwnLength",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: whisper_tiny
workload: {in_len: 9999}
)"}},
     3,
     {"e.yaml:3:20: workload.in_len is 9999 tokens, but whisper makes 1500 of each recording; leave it out"}},
    {"Fp8OnBf16Arrays",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {in_len: 16, formats: {weights: fp8, activations: fp8}}
)"}},
     3,
     {"e.yaml:3:43: workload.formats: fp8 weights and fp8 activations are multiplied in fp8, which the "
      "arrays of TPU v4 do not support; they support fp32, bf16, int8"}},
    {"Int4OnInt8Arrays",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {in_len: 16, formats: {weights: int4, activations: int4}}
)"}},
     3,
     {"e.yaml:3:43: workload.formats: int4 weights and int4 activations are multiplied in int4, which the "
      "arrays of TPU v4 do not support; they support fp32, bf16, int8"}},
    {"DefaultFormatsOnInt8Arrays",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v1
model: gpt2
workload: {in_len: 16}
)"}},
     3,
     {"e.yaml:1:1: workload.formats: bf16 weights and bf16 activations are multiplied in bf16, which the "
      "arrays of TPU v1 do not support; they support int8"}},
    {"WideKeysOnInt8Arrays",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v1
model: gpt2
workload: {in_len: 16, formats: {weights: int8, activations: int8, kv: bf16}}
)"}},
     3,
     {"e.yaml:3:72: workload.formats: bf16 keys and values and int8 activations are multiplied in bf16, "
      "which the arrays of TPU v1 do not support; they support int8"}},
    {"TenMillionTokensThroughOneLayer",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v5p
model: m.json
workload: {batch: 1, in_len: 10000000, out_len: 0}
)"},
      {"m.json",
       "{\"model_type\": \"llama\", \"hidden_size\": 64, \"num_attention_heads\": 1, \"num_hidden_layers\": "
       "1, \"intermediate_size\": 64, \"vocab_size\": 1000, \"hidden_act\": \"silu\"}"}},
     3,
     {"operator 'attention' of 10000000 queries and 10000000 keys for each of 1 sequences moves 1.5e+09 "
      "chunks; expected at most 1e+08, which take minutes to simulate: make workload.in_len or "
      "workload.batch smaller, or chip.core.dma.chunk larger"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Workloads, BadInput, testing::ValuesIn(kWorkloadsCases), case_name);

}  // namespace presil::test
