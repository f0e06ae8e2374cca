// bad_input_training.cpp -- training runs that cannot be.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

std::string training(const std::string& parallelism, const std::string& workload, const std::string& more = "network: infiniband_hdr\n") {
  return "chip: a100_sxm_80gb\nlink: nvlink3\n" + more + "parallelism: " + parallelism + "\nmodel: llama2_7b\nworkload: {phase: training, " + workload + "}\n";
}

const std::vector<BadInputCase> kTrainingCases{
    {"DegreesDoNotMakeTheDevices",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 4, pipeline: 2}", "global_batch: 8", "devices: 16\n")}},
     3,
     {"e.yaml:3:10: tensor 4 x context 1 x data 1 x pipeline 2 make 8 devices, but there are 16"}},
    {"LayersDoNotDivide",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 8, pipeline: 5}", "global_batch: 8")}},
     3,
     {"e.yaml:4:23: 32 layers do not divide over 5 stages with 1 pieces each", "(34)"}},
    {"BatchDoesNotDivide",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 8, data: 3}", "global_batch: 8")}},
     3,
     {"e.yaml:4:23: workload.global_batch is 8 sequences, which 3 replicas with micro-batches of 1 do not divide"}},
    {"NoNetworkBetweenNodes",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 8, data: 2}", "global_batch: 8", "")}},
     3,
     {"16 devices do not fit in a node of 8, and nothing joins nodes; expected a `network`"}},
    {"VirtualStagesNeedRounds",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 8, pipeline: 4, virtual_stages: 2}", "global_batch: 6")}},
     3,
     {"parallelism.virtual_stages is 2 with 4 stages and 6 micro-batches"}},
    {"NoExperts",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 4, data: 2, expert: 2}", "global_batch: 8")}},
     3,
     {"2 devices share experts, but the model has none"}},
    {"KeysOfInference",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 8}", "in_len: 8")}},
     3,
     {"workload.in_len is for inference; workload.phase is training"}},
    {"KeysOfTraining",
     {"run", "e.yaml"},
     {{"e.yaml", "chip: a100_sxm_80gb\nmodel: llama2_7b\nworkload: {global_batch: 8}\n"}},
     3,
     {"e.yaml:3:26: workload.global_batch is for training; workload.phase is inference"}},
    {"SearchWithoutDevices",
     {"run", "e.yaml"},
     {{"e.yaml", training("auto", "global_batch: 8")}},
     3,
     {"a search needs the number of devices: `devices`"}},
    {"DoesNotFit",
     {"run", "e.yaml"},
     {{"e.yaml", training("{tensor: 1}", "global_batch: 8")}},
     5,
     {"stage 1 of 1 does not fit in the memory of A100 SXM 80 GB", "gradients", "optimiser", "short of"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Training, BadInput, testing::ValuesIn(kTrainingCases), case_name);

}  // namespace presil::test
