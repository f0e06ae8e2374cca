// bad_input_references.cpp -- files and names that lead nowhere.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kReferencesCases{
    {"UnknownChip",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v44
model: gpt2
)"}},
     3,
     {"e.yaml:1:7: no chips named 'tpu_v44' in @HOME/configs/chips (did you mean 'tpu_v4'?)"}},
    {"UnknownModel",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gtp2
)"}},
     3,
     {"e.yaml:2:8: no model 'gtp2': expected a config.json or a file of @HOME/workloads/models (did you mean "
      "'gpt2'?)"}},
    {"UnknownMemory",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: hmb2
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:11: no memories named 'hmb2' in @HOME/configs/memories (did you mean 'hbm2'?)"}},
    {"UnknownTechnology",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  technology: 7mm
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:15: no technologies named '7mm' in @HOME/configs/technologies (did you mean '7nm'?)"}},
    {"IncludeCycle",
     {"run", "a.yaml"},
     {{"a.yaml", "include: b.yaml\n"}, {"b.yaml", "include: a.yaml\n"}},
     3,
     {"b.yaml:1:10: files include each other in a circle: a.yaml -> b.yaml -> a.yaml"}},
    {"IncludeOfItself",
     {"run", "a.yaml"},
     {{"a.yaml", "include: a.yaml\n"}},
     3,
     {"a.yaml:1:10: files include each other in a circle: a.yaml -> a.yaml"}},
    {"IncludeOfNothingNear",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
include: nowhere.yaml
model: gpt2
)"}},
     3,
     {"e.yaml:1:10: no file 'nowhere.yaml' beside this one or in @HOME/configs"}},
    {"IncludeMisspelt",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
include: bsae.yaml
model: gpt2
)"},
      {"base.yaml", kExperiment}},
     3,
     {"e.yaml:1:10: no file 'bsae.yaml' beside this one or in @HOME/configs (did you mean 'base.yaml'?)"}},
    {"IncludeOfAFolder",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
include: sub
model: gpt2
)"},
      {"sub/x.yaml", "a: 1\n"}},
     3,
     {"e.yaml:1:10: 'sub' is a folder; expected the name of a file"}},
    {"IncludeOfAList",
     {"run", "e.yaml"},
     {{"e.yaml", "include: [a, b]\n"}},
     3,
     {"e.yaml:1:10: include: expected the name of a file, found a sequence"}},
    {"IncludeOfNoName",
     {"run", "e.yaml"},
     {{"e.yaml", "include: ''\n"}},
     3,
     {"e.yaml:1:10: an empty name; expected the name of a file"}},
    {"MistakeInIncludedFile",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
include: base.yaml
model: gpt2
)"},
      {"base.yaml", R"(
chip: tpu_v4
workload:
  batch: none
)"}},
     3,
     {"base.yaml:3:10: workload.batch: 'none' is not a number; expected a whole number"}},
    {"NoSuchFile",
     {"run", "expriment.yaml"},
     {{"experiment.yaml", kExperiment}},
     3,
     {"expriment.yaml: no such file (did you mean 'experiment.yaml'?)"}},
    {"NoSuchFolder",
     {"run", "nowhere/e.yaml"},
     {},
     3,
     {"nowhere/e.yaml: no such file; the folder 'nowhere' does not exist"}},
    {"FolderForFile",
     {"run", "sub"},
     {{"sub/e.yaml", kExperiment}},
     3,
     {"sub: is a folder; expected a file"}},
    {"ExtensionLeftOut",
     {"run", "experiment"},
     {{"experiment.yaml", kExperiment}},
     3,
     {"experiment: no such file (did you mean 'experiment.yaml'?)"}},
    {"EmptyFileName", {"run", ""}, {}, 3, {"an empty name; expected the name of a file"}},
    {"Device", {"run", "/dev/null"}, {}, 3, {"/dev/null:1:1: the document is empty"}},
    {"ModelMisspeltBeside",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: mdoel.json
)"},
      {"model.json", "{}"}},
     3,
     {"e.yaml:2:8: no model 'mdoel.json': expected a config.json or a file of @HOME/workloads/models (did "
      "you mean 'model.json'?)"}},
    {"ModelIsAFolder",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: sub
)"},
      {"sub/m.json", "{}"}},
     3,
     {"e.yaml:2:8: 'sub' is a folder; expected a config.json or a file of @HOME/workloads/models"}},
    {"ModelWithoutName",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: ''
)"}},
     3,
     {"e.yaml:2:8: an empty name; expected a config.json or a file of @HOME/workloads/models"}},
    {"ModelIsANumber",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: 5
)"}},
     3,
     {"e.yaml:2:8: no model '5': expected a config.json or a file of @HOME/workloads/models"}},
    {"ModelWithABell",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: tpu_v4\nmodel: gp\007t2\n"}},
     3,
     {"e.yaml:2:10: a control character ('\\x07'); expected text"}},
    {"ModelNameTooLong",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: tpu_v4\nmodel: " + repeat("x", 5000) + "\n"}},
     3,
     {"e.yaml:2:8: no model 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...': expected a "
      "config.json or a file of @HOME/workloads/models"}},
    {"ModelIsNotAModel",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: e.yaml
)"}},
     3,
     {"e.yaml:1:1: config.json field 'model_type' is missing; expected text"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(References, BadInput, testing::ValuesIn(kReferencesCases), case_name);

}  // namespace presil::test
