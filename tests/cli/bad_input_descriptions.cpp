// bad_input_descriptions.cpp -- files of chips, memories and technologies by themselves.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kDescriptionsCases{
    {"MemoryKeyMisspelt",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
standard: HBM2
channels_per_stack: 16
channel_bandwidth: 18.75 GB/s
capacity_per_stack: 8 GiB
brust: 32 B
read_latency: 48 ns
write_latency: 10 ns
refresh_interval: 3900 ns
refresh_time: 350 ns
energy: 3.9 pJ/bit
)"}},
     3,
     {"c.yaml:1:1: missing key 'burst'; expected data such as '16 MiB' (Smallest access of a channel; a "
      "partial burst moves whole.)",
      "c.yaml:6:1: unknown key 'brust' (did you mean 'burst'?); expected one of "}},
    {"MemoryTimeInHertz",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
standard: HBM2
channels_per_stack: 16
channel_bandwidth: 18.75 GB/s
capacity_per_stack: 8 GiB
burst: 32 B
read_latency: 48 ns
write_latency: 10 ns
refresh_interval: 3900 GHz
refresh_time: 350 ns
energy: 3.9 pJ/bit
)"}},
     3,
     {"c.yaml:9:19: refresh_interval: 'GHz' is a frequency, expected a time such as 'ns'"}},
    {"MemoryCapacityInGib",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
standard: HBM2
channels_per_stack: 16
channel_bandwidth: 18.75 GB/s
capacity_per_stack: 8 gib
burst: 32 B
read_latency: 48 ns
write_latency: 10 ns
refresh_interval: 3900 ns
refresh_time: 350 ns
energy: 3.9 pJ/bit
)"}},
     3,
     {"c.yaml:5:21: capacity_per_stack: 'gib' is not a unit of data (did you mean 'GiB'?); expected one "
      "of "}},
    {"MemoryEnergyWithoutBits",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
standard: HBM2
channels_per_stack: 16
channel_bandwidth: 18.75 GB/s
capacity_per_stack: 8 GiB
burst: 32 B
read_latency: 48 ns
write_latency: 10 ns
refresh_interval: 3900 ns
refresh_time: 350 ns
energy: 3.9 pJ
)"}},
     3,
     {"c.yaml:11:9: energy: 'pJ' is energy, expected energy per bit such as 'pJ/bit'"}},
    {"TechnologyKeyMisspelt",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
mac_pj: {bf16: 0.6}
vector_op_pj: 0.8
srm: 0.2 pJ/bit
wire_per_mm: 0.08 pJ/bit
)"}},
     3,
     {"c.yaml:1:1: missing key 'sram'; expected energy per bit such as '3.9 pJ/bit' (Energy per bit of a "
      "read or write of a 1 MiB SRAM.)",
      "c.yaml:4:1: unknown key 'srm' (did you mean 'sram'?); expected one of name, transistor, projected, "
      "mac_pj, vector_op_pj, sram, sram_small, flip_flop, register_file, wire_per_mm, density, voltage, leakage, wafer"}},
    {"TechnologyNegative",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
mac_pj: {bf16: 0.6}
vector_op_pj: -0.8
sram: 0.2 pJ/bit
wire_per_mm: 0.08 pJ/bit
)"}},
     3,
     {"c.yaml:3:15: vector_op_pj: -0.8 is out of range; expected a number at least 0"}},
    {"TechnologyUnknownFormat",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
name: X
mac_pj: {bf61: 0.6}
vector_op_pj: 0.8
sram: 0.2 pJ/bit
wire_per_mm: 0.08 pJ/bit
)"}},
     3,
     {"c.yaml:2:10: mac_pj: unknown name 'bf61' (did you mean 'bf16'?); expected one of "}},
    {"ChipUnit",
     {"describe", "c.yaml"},
     {{"c.yaml", R"(
include: chips/tpu_v4
clock: 1.05 GHZ
)"}},
     3,
     {"c.yaml:2:8: clock: 'GHZ' is not a unit of frequency (did you mean 'GHz'?); expected one of Hz, kHz, "
      "MHz, GHz"}},
    {"NothingKnown",
     {"describe", "c.yaml"},
     {{"c.yaml", "a: 1\n"}},
     3,
     {"c.yaml:1:1: missing key 'name'; expected text (Name in reports.)",
      "c.yaml:1:1: missing key 'technology'; expected a mapping (Technology node: a file of configs/technologies, or its fields.)",
      "c.yaml:1:1: missing key 'clock'; expected a frequency such as '1.05 GHz' (Clock of arrays, vector "
      "units and scratchpads.)"}},
    {"List",
     {"describe", "c.yaml"},
     {{"c.yaml", "[1]\n"}},
     3,
     {"c.yaml:1:1: expected a mapping of keys to values, found a sequence"}},
    {"UnknownName",
     {"describe", "tpu_v44"},
     {},
     3,
     {"no configuration or model 'tpu_v44' (did you mean 'tpu_v4'?); 'presil list "
      "chips|systems|models|"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Descriptions, BadInput, testing::ValuesIn(kDescriptionsCases), case_name);

}  // namespace presil::test
