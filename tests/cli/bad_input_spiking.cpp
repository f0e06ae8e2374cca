// bad_input_spiking.cpp -- spikes and spiking cores that cannot be.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

std::string spiking(const std::string& chip, const std::string& spikes, const std::string& more = "") {
  return "chip: " + chip +
         "\nmodel: m.json\nworkload: {in_len: 8, out_len: 2, formats: {weights: int8, activations: int8, kv: "
         "int8, accumulate: int32}" +
         (spikes.empty() ? "" : ", spikes: " + spikes) + "}\n" + more;
}

const std::string kTiny =
    R"({"model_type": "gpt2", "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "n_embd": 64, "n_head": 1, "n_layer": 1, "n_positions": 64, "n_ctx": 64, "vocab_size": 128})";
const std::string kCode = "{rate: 0.1, steps: 4}";

BadInputCase spiking_case(const char* name, const std::string& experiment, int status,
                          std::vector<std::string> says, std::vector<std::string> sets = {}) {
  std::vector<std::string> words{"run", "e.yaml"};
  for (const std::string& set : sets) words.insert(words.end(), {"--set", set});
  return {name, words, {{"e.yaml", experiment}, {"m.json", kTiny}}, status, std::move(says)};
}

const std::vector<BadInputCase> kSpikingCases{
    spiking_case("NoCode", spiking("loihi_2", ""), 3,
                 {"e.yaml:2:8", "Loihi 2 carries numbers by spikes", "expected workload.spikes"}),
    spiking_case("NoRate", spiking("loihi_2", "{steps: 4}"), 3,
                 {"e.yaml:3", "missing key 'workload.spikes.rate'"}),
    spiking_case("NoSteps", spiking("loihi_2", "{rate: 0.1}"), 3,
                 {"e.yaml:3", "missing key 'workload.spikes.steps'"}),
    spiking_case("ZeroSteps", spiking("loihi_2", "{rate: 0.1, steps: 0}"), 3,
                 {"workload.spikes.steps: 0 is out of range", "from 1"}),
    spiking_case("RateAboveOne", spiking("loihi_2", "{rate: 1.5, steps: 4}"), 3,
                 {"workload.spikes.rate: 1.5 is out of range", "from 0 to 1"}),
    spiking_case("NegativeRate", spiking("loihi_2", "{rate: -0.1, steps: 4}"), 3,
                 {"workload.spikes.rate: -0.1 is out of range"}),
    spiking_case("ACodeForAnotherKind", spiking("tpu_v4i", kCode), 3,
                 {"e.yaml:3", "workload.spikes is for chips of kind neuromorphic, and TPU v4i is none"}),
    spiking_case("MoreSynapsesThanMemory", spiking("loihi_2", kCode), 5,
                 {"does not fit in the memory of Loihi 2", "capacity"}, {"chip.core.synapse_memory=64 B"}),
    spiking_case("MoreBlocksThanCores", spiking("loihi_2", kCode), 5,
                 {"does not fit on the cores of Loihi 2", "there are", "chip.chips"}, {"chip.cores=3"}),
    spiking_case("AFormatWithoutSynapses", spiking("truenorth", kCode), 3,
                 {"TrueNorth do not support", "they support int4"}),
    spiking_case("Training",
                 spiking("loihi_2", kCode)
                     .replace(spiking("loihi_2", kCode).find("in_len: 8, out_len: 2"), 21, "phase: training"),
                 3, {"Loihi 2 carries numbers by spikes and does not train"}),
    spiking_case("RealNumbers", spiking("loihi_2", kCode, "functional: true\n"), 3,
                 {"e.yaml:4", "expected functional: false"}),
    spiking_case("ParallelDevices", spiking("loihi_2", kCode, "link: nvlink4\nparallelism: {tensor: 2}\n"), 3,
                 {"shares a model by chip.chips"}),
    spiking_case("AMeshTooSmall", spiking("loihi_2", kCode), 3,
                 {"a mesh of 8 x 3 tiles of 4 has places for 96 cores, not 128"}, {"chip.mesh.rows=3"}),
    spiking_case("ChipsWithoutCrossings", spiking("loihi_2", kCode), 3,
                 {"chips that act as one need mesh.crossing"},
                 {"chip.chips=2", "chip.mesh.crossing_spikes_per_s=0"}),
    spiking_case("MoreSynapsesThanSram", spiking("loihi_2", kCode), 3,
                 {"bytes of synapses are more than the core's"}, {"chip.core.synapse_memory=256 KiB"}),
    spiking_case("AWeightThatDoesNotDivide", spiking("loihi_2", kCode), 3, {"its bits divide among them"},
                 {"chip.core.synapses_per_weight.int8=3"}),
    spiking_case("ABarrierOfAllThatIsShorter", spiking("loihi_2", kCode), 3,
                 {"cannot take less than that of one"}, {"chip.mesh.full_barrier=1 ns"}),
    spiking_case("TimelessSynapses", spiking("loihi_2", kCode), 3, {"chip.core.synapse_time", "out of range"},
                 {"chip.core.synapse_time=0 s"}),
    {"ABenchHasNoCode",
     {"bench", "gemm", "--device", "loihi_2", "--dtype", "int8", "--m", "8", "--n", "8", "--k", "8"},
     {},
     3,
     {"Loihi 2 carries numbers by spikes", "expected an experiment with workload.spikes"}},
};

INSTANTIATE_TEST_SUITE_P(Spiking, BadInput, testing::ValuesIn(kSpikingCases), case_name);

}  // namespace
}  // namespace presil::test
