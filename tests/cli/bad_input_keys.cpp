// bad_input_keys.cpp -- keys, and values of the wrong kind.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kKeysCases{
    {"UnknownKey",
     {"run", "e.yaml"},
     {{"e.yaml", kExperiment + "wrokload: {batch: 2}\n"}},
     3,
     {"e.yaml:4:1: unknown key 'wrokload' (did you mean 'workload'?); expected one of "}},
    {"UnknownNestedKey",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload:
  batchs: 2
)"}},
     3,
     {"e.yaml:4:3: unknown key 'workload.batchs' (did you mean 'batch'?); expected one of batch, in_len, "
      "out_len, formats"}},
    {"UnknownKeyAfterCrLf",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: tpu_v4\015\nmodel: gpt2\015\nworkload:\015\n  batchs: 1\015\n"}},
     3,
     {"e.yaml:4:3: unknown key 'workload.batchs' (did you mean 'batch'?); expected one of batch, in_len, "
      "out_len, formats"}},
    {"EmptyKey",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
'': 1
model: gpt2
)"}},
     3,
     {"e.yaml:2:1: unknown key ''; expected one of "}},
    {"DuplicateKey",
     {"run", "e.yaml"},
     {{"e.yaml", kExperiment + "model: gpt2\n"}},
     3,
     {"e.yaml:4:1: the key 'model' is given twice; first at e.yaml:2:1"}},
    {"DuplicateNestedKey",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload:
  batch: 2
  in_len: 3
  batch: 2
)"}},
     3,
     {"e.yaml:6:3: the key 'batch' is given twice; first at e.yaml:4:3"}},
    {"MissingChip",
     {"run", "e.yaml"},
     {{"e.yaml", "model: gpt2\n"}},
     3,
     {"e.yaml:1:1: missing key 'chip'; expected a mapping (The machine: a file of configs/chips, or its "
      "fields.)"}},
    {"MissingModel",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: tpu_v4\n"}},
     3,
     {"e.yaml:1:1: missing key 'model'; expected text (A config.json, or the name of a file in "
      "workloads/models.)"}},
    {"ListForMapping",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: [1, 2]
)"}},
     3,
     {"e.yaml:3:11: workload: expected a mapping, found a sequence"}},
    {"MappingForText",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: {name: gpt2}
)"}},
     3,
     {"e.yaml:2:8: model: expected text, found a mapping"}},
    {"NumberForMapping",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: 8
)"}},
     3,
     {"e.yaml:3:11: workload: expected a mapping, found a number"}},
    {"NothingForMapping",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload:
)"}},
     3,
     {"e.yaml:3:1: workload: expected a mapping, found nothing"}},
    {"NothingForText",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model:
)"}},
     3,
     {"e.yaml:2:1: model: expected text, found nothing"}},
    {"ListForChip",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: [tpu_v4]
model: gpt2
)"}},
     3,
     {"e.yaml:1:7: chip: expected a mapping, found a sequence"}},
    {"NumberForList",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: {include: tpu_v4, aliases: 5}
model: gpt2
)"}},
     3,
     {"e.yaml:1:34: chip.aliases: expected a sequence of texts such as [a, b], found a number"}},
    {"MappingInAList",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: {include: tpu_v4, aliases: [{a: 1}]}
model: gpt2
)"}},
     3,
     {"e.yaml:1:35: chip.aliases.0: expected text, found a mapping"}},
    {"ListForTable",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: {include: tpu_v4, core: {array: {rate: [1]}}}
model: gpt2
)"}},
     3,
     {"e.yaml:1:46: chip.core.array.rate: expected a mapping from names (fp32, tf32, bf16, fp16, fp8, fp4, "
      "int8, int4, int32) to numbers, found a sequence"}},
    {"ExtraKeyBesideValue",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload:
  batch: {value: 1, note: x}
)"}},
     3,
     {"e.yaml:4:21: workload.batch: unknown key 'note'; expected a whole number from 1 to 1048576, or "
      "{value: ..., source: ...}"}},
    {"SourceWithoutValue",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload:
  batch: {source: x}
)"}},
     3,
     {"e.yaml:4:10: workload.batch: expected a whole number from 1 to 1048576, found a mapping"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Keys, BadInput, testing::ValuesIn(kKeysCases), case_name);

}  // namespace presil::test
