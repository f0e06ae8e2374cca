// bad_input_values.cpp -- numbers, units and choices.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kValuesCases{
    {"WrongDimension",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1.05 GB
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'GB' is data, expected a frequency such as 'GHz'"}},
    {"NoUnit",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1.05
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 1.05 has no unit; expected a frequency such as 1.05 GHz"}},
    {"UnitInLowerCase",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1.05 ghz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'ghz' is not a unit of frequency (did you mean 'GHz'?); expected one of Hz, "
      "kHz, MHz, GHz"}},
    {"MilliForMega",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1.05 mHz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'mHz' is not a unit of frequency (did you mean 'MHz'?); expected one of Hz, "
      "kHz, MHz, GHz"}},
    {"UnitWithoutNumber",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: GHz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'GHz' is not a number; expected a frequency such as '1.05 GHz'"}},
    {"TextAfterUnit",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1.05 GHz 2
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'GHz 2' is not a unit of frequency (did you mean 'GHz'?); expected one of "
      "Hz, kHz, MHz, GHz"}},
    {"DecimalComma",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: '1,05 GHz'
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: '1,05 GHz' is not a number; expected a frequency such as '1.05 GHz'"}},
    {"NegativeSize",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {capacity_per_stack: -8 GiB}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:32: chip.memory.capacity_per_stack: -8 GiB is out of range; expected more than 0 B"}},
    {"ZeroClock",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 0 GHz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 0 GHz is out of range; expected more than 0 Hz"}},
    {"NanClock",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: .nan GHz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: '.nan GHz' is not a finite number; expected a frequency such as '1.05 GHz'"}},
    {"InfiniteClock",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: inf GHz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'inf GHz' is not a finite number; expected a frequency such as '1.05 GHz'"}},
    {"Exabytes",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {scratchpad: {capacity: 1e30 B}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:33: chip.core.scratchpad.capacity: '1e30 B' is beyond what makes sense for data; the most is "
      "1 EB (1e18 bytes)"}},
    {"ExaHertz",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1 EHz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: 'EHz' is not a unit of frequency (did you mean 'Hz'?); expected one of Hz, "
      "kHz, MHz, GHz"}},
    {"TooManyHertz",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1e18 Hz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: '1e18 Hz' is beyond what makes sense for frequency; the most is 1 THz"}},
    {"BeyondDouble",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1e999 Hz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.clock: '1e999 Hz' is too large or too small for a number"}},
    {"TooLongATime",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  host: {latency: 1e9 s}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:19: chip.host.latency: '1e9 s' is beyond what makes sense for time; the most is 1 year"}},
    {"UnitOnAPlainNumber",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {vector: {ops_per_lane: 2 GHz}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:33: chip.core.vector.ops_per_lane: '2 GHz' is not a number; expected a number without a "
      "unit"}},
    {"YearOutOfRange",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  year: 1900
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:9: chip.year: 1900 is out of range; expected a whole number from 1970 to 2100"}},
    {"UnknownChoice",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {array: {dataflow: wss}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:28: chip.core.array.dataflow: 'wss' is not known (did you mean 'ws'?); expected one of ws, "
      "os, is"}},
    {"FractionalInteger",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 1.5}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: '1.5' is not a whole number"}},
    {"IntegerWithExponent",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 1e3}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: '1e3' is not written as a whole number; write 1000"}},
    {"IntegerOf65Bits",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 18446744073709551616}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: '18446744073709551616' is not a whole number that fits in 64 bits"}},
    {"IntegerBeyond32Bits",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: {include: tpu_v4, cores: 4294967297}
model: gpt2
)"}},
     3,
     {"e.yaml:1:32: chip.cores: 4294967297 is out of range; expected a whole number from 1 to 1024"}},
    {"BatchZero",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 0}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: 0 is out of range; expected a whole number from 1 to 1048576"}},
    {"BatchNegative",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: -1}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: -1 is out of range; expected a whole number from 1 to 1048576"}},
    {"BatchTrue",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: true}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: 'true' is not a number; expected a whole number"}},
    {"BatchQuoted",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: '8'}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: '8' in quotes is text; expected a whole number from 1 to 1048576"}},
    {"BatchHexadecimal",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 0x10}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: '0x10' is not a number; expected a whole number"}},
    {"BatchUnderscore",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {batch: 1_000}
)"}},
     3,
     {"e.yaml:3:19: workload.batch: '1_000' is not a number; expected a whole number"}},
    {"FlagYes",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
simulation: {exact: yes}
)"}},
     3,
     {"e.yaml:3:21: simulation.exact: 'yes' is not a truth value; expected true or false"}},
    {"FlagOne",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
simulation: {exact: 1}
)"}},
     3,
     {"e.yaml:3:21: simulation.exact: '1' is not a truth value; expected true or false"}},
    {"UnknownFormat",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {formats: {weights: bf61}}
)"}},
     3,
     {"e.yaml:3:31: workload.formats.weights: 'bf61' is not known (did you mean 'bf16'?); expected one of "}},
    {"NarrowPartialSums",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
workload: {formats: {accumulate: fp16}}
)"}},
     3,
     {"e.yaml:3:22: workload.formats.accumulate: partial sums are 32 bits wide in every array; expected fp32 "
      "or int32"}},
    {"OneSample",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip: tpu_v4
model: gpt2
simulation: {kv_samples: 1}
)"}},
     3,
     {"e.yaml:3:26: simulation.kv_samples: 1 is out of range; expected a whole number from 2 to 1024"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Values, BadInput, testing::ValuesIn(kValuesCases), case_name);

}  // namespace presil::test
