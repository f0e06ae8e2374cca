// bad_input_systems.cpp -- machines of many devices that cannot be, and runs on them.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

const std::vector<std::string> kSystemBench{"bench", "collective", "--system", "./s.yaml", "--bytes", "1024"};

std::string with_wires(const std::string& wires) {
  return "name: four\ndevice: H100-SXM\nscale_up:\n  topology: wires\n  link: nvlink4\n  devices: 4\n  wires: [" + wires + "]\n";
}

std::string run_on(const std::string& system, const std::string& parallelism, const std::string& more = "") {
  return "chip: h100_sxm\nsystem: " + system + "\nparallelism: " + parallelism + "\n" + more +
         "model: llama2_7b\nworkload: {phase: training, global_batch: 64, formats: {weights: bf16, activations: bf16}}\n";
}

std::string with_counts(const std::string& line) { return "0, 1, 2\n3, 0, 4\n" + line; }
const std::vector<std::string> kCountsBench{"bench", "collective", "--system", "dgx_h100", "--op", "all_to_all", "--n-devices", "3", "--counts", "c.csv"};

const std::vector<BadInputCase> kSystemsCases{
    {"Disconnected", kSystemBench, {{"s.yaml", with_wires("{from: 0, to: 1}, {from: 2, to: 3}")}}, 3,
     {"s.yaml:7:3: scale_up.wires: the topology is disconnected: no links lead from device 0 to device 2"}},
    {"SelfLoop", kSystemBench, {{"s.yaml", with_wires("{from: 0, to: 1}, {from: 1, to: 2}, {from: 3, to: 3}")}}, 3,
     {"s.yaml:7:", "joins device 3 to itself"}},
    {"WireToNoDevice", kSystemBench, {{"s.yaml", with_wires("{from: 0, to: 4}")}}, 3, {"s.yaml:7:", "4", "0 to 3"}},
    {"TorusOfOtherSize",
     kSystemBench,
     {{"s.yaml", "name: t\ndevice: TPU v4\nscale_up:\n  topology: torus\n  link: ici_v4\n  devices: 60\n  x: 4\n  y: 4\n  z: 4\n"}},
     3,
     {"s.yaml:7:3: scale_up.x: x 4 times y 4 times z 4 is 64, not the 60 devices"}},
    {"DevicesDoNotDivideAmongNics",
     kSystemBench,
     {{"s.yaml", "include: systems/dgx_h100_superpod\nscale_out: {nics: 3}\n"}},
     3,
     {"s.yaml:2:", "8 devices of a node do not divide among 3 NICs"}},
    {"MoreRanksThanDevices", {"bench", "collective", "--system", "dgx_h100", "--n-devices", "16", "--bytes", "1024"}, {}, 3, {"16 ranks on DGX H100, which has 8 devices"}},
    {"NodesInPart", {"bench", "collective", "--system", "dgx_h100_superpod", "--n-devices", "12", "--bytes", "1024"}, {}, 3,
     {"12 ranks on DGX H100 SuperPOD x 128 do not fill whole nodes of 8 devices"}},
    {"RunOnTooSmallASystem", {"run", "e.yaml"}, {{"e.yaml", run_on("dgx_h100", "{tensor: 8, data: 2}")}}, 3,
     {"e.yaml:3:23: 16 devices on DGX H100, which has 8"}},
    {"RunOnNodesInPart", {"run", "e.yaml"}, {{"e.yaml", run_on("dgx_h100_superpod", "{tensor: 4, data: 3}")}}, 3,
     {"e.yaml:3:23: 12 ranks on DGX H100 SuperPOD x 128 do not fill whole nodes of 8 devices"}},
    {"DegreesDoNotMakeTheDevicesOfASystem", {"run", "e.yaml"}, {{"e.yaml", run_on("dgx_h100_superpod", "{tensor: 8, data: 3}", "devices: 32\n")}}, 3,
     {"e.yaml:4:10: tensor 8 x context 1 x data 3 x pipeline 1 make 24 devices, but there are 32"}},
    {"LinkOfOtherNodes", {"run", "e.yaml"}, {{"e.yaml", run_on("dgx_h100_superpod", "{tensor: 8, data: 2}", "link: nvlink5_nvl72\n")}}, 3,
     {"joins 72 devices, and a node of DGX H100 SuperPOD x 128 has 8; leave the link out"}},
    {"SimulatedWithoutASystem", {"run", "e.yaml"}, {{"e.yaml", "chip: h100_sxm\nlink: nvlink4\nfabric: simulated\nparallelism: {tensor: 8}\nmodel: llama2_7b\n"}}, 3,
     {"e.yaml:3:9: the fabric cannot be simulated without a machine; expected a `system`, such as dgx_h100"}},
    {"DisconnectedUnderARun",
     {"run", "e.yaml"},
     {{"s.yaml", with_wires("{from: 0, to: 1}, {from: 2, to: 3}")}, {"e.yaml", run_on("s.yaml", "{tensor: 4}")}},
     3,
     {"s.yaml:7:3: system.scale_up.wires: the topology is disconnected: no links lead from device 0 to device 2"}},
    {"UnknownSystem", {"run", "e.yaml"}, {{"e.yaml", run_on("dgx_h10", "{tensor: 8}")}}, 3, {"e.yaml:2:9: no systems named 'dgx_h10'", "did you mean"}},
    {"CountsWithTooFewNumbers", kCountsBench, {{"c.csv", with_counts("5, 6\n")}}, 3, {"c.csv:3:5: 2 numbers in a line; expected 3"}},
    {"CountsWithTooManyNumbers", kCountsBench, {{"c.csv", with_counts("5, 6, 0, 7\n")}}, 3, {"c.csv:3:10: more than 3 numbers in a line"}},
    {"CountsThatAreNone", kCountsBench, {{"c.csv", with_counts("5, six, 0\n")}}, 3, {"c.csv:3:4: 'six' is no number of bytes"}},
    {"NegativeCounts", kCountsBench, {{"c.csv", with_counts("5, -6, 0\n")}}, 3, {"c.csv:3:4: '-6' is no number of bytes"}},
    {"CountsOfTooFewRanks", kCountsBench, {{"c.csv", with_counts("")}}, 3, {"c.csv:2:1: the file ends after 2 lines of numbers; expected 3"}},
    {"CountsOfTooManyRanks", kCountsBench, {{"c.csv", with_counts("5, 6, 0\n7, 8, 9\n")}}, 3, {"c.csv:4:1: more than 3 lines of numbers"}},
    {"CountsOfNothing", kCountsBench, {{"c.csv", "0 0 0\n0 0 0\n0 0 0\n"}}, 3, {"c.csv: nothing is sent"}},
    {"NoCountsThere", kCountsBench, {}, 3, {"c.csv: cannot be read; expected 3 lines of 3 numbers"}},
    {"CountsOfOtherOperations", {"bench", "collective", "--system", "dgx_h100", "--imbalance", "2", "--bytes", "1024"}, {}, 2, {"--counts and --imbalance are of all_to_all, not of all_reduce"}},
    {"ImbalanceBeyondTheRanks", {"bench", "collective", "--system", "dgx_h100", "--op", "all_to_all", "--imbalance", "9", "--bytes", "1024"}, {}, 2, {"--imbalance 9 among 8 ranks; expected 1 to 8"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Systems, BadInput, testing::ValuesIn(kSystemsCases), case_name);

}  // namespace presil::test
