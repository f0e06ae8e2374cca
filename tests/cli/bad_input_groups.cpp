// bad_input_groups.cpp -- devices that cannot share a model.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

std::string shared_by(const std::string& devices, const std::string& link, const std::string& chip = "h100_sxm") {
  return "chip: " + chip + "\nparallelism: {tensor: " + devices + "}\n" + link +
         "model: llama2_7b\nworkload: {batch: 1, in_len: 16, out_len: 2}\n";
}

const std::vector<BadInputCase> kGroupsCases{
    {"NoLink",
     {"run", "e.yaml"},
     {{"e.yaml", shared_by("4", "")}},
     3,
     {"e.yaml:2:23: 4 devices share the model, and nothing joins them; expected a `link`, such as nvlink4"}},
    {"HeadsDoNotDivide",
     {"run", "e.yaml"},
     {{"e.yaml", shared_by("3", "link: nvlink4\n")}},
     3,
     {"e.yaml:2:23: llama: tensor_parallel is 3, which does not divide 32 attention heads; the nearest that works is 2"}},
    {"MoreThanTheLinksJoin",
     {"run", "e.yaml"},
     {{"e.yaml", shared_by("16", "link: nvlink4\n")}},
     3,
     {"e.yaml:2:23: 16 devices share the model, but NVLink4 joins 8"}},
    {"UnknownLink",
     {"run", "e.yaml"},
     {{"e.yaml", shared_by("2", "link: nvlnk4\n")}},
     3,
     {"e.yaml:3:7: no links named 'nvlnk4' in ", "(did you mean 'nvlink4'?)"}},
    {"ChipsThatRunAlone",
     {"run", "e.yaml"},
     {{"e.yaml", shared_by("2", "link: nvlink4\n", "hybrid_cim_5nm")}},
     3,
     {"exchanges data between 2 chips, but this kind of chip runs alone"}},
    {"NoDevices",
     {"run", "e.yaml"},
     {{"e.yaml", shared_by("0", "link: nvlink4\n")}},
     3,
     {"e.yaml:2:23: parallelism.tensor: 0 is out of range; expected a whole number from 1 to 4096"}},
    {"TooLargeEvenForTwo",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: a100_sxm_80gb\nparallelism: {tensor: 2}\nlink: nvlink3\nmodel: llama3_1_405b\n"}},
     5,
     {"the model does not fit in the memory of A100 SXM 80 GB"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Groups, BadInput, testing::ValuesIn(kGroupsCases), case_name);

}  // namespace presil::test
