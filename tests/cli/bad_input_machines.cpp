// bad_input_machines.cpp -- chips that cannot be.
#include "tests/cli/bad_input_case.h"

namespace presil::test {

namespace {

// In raw texts the first line break only sets the text apart and is not part of the file.
const std::vector<BadInputCase> kMachinesCases{
    {"DieOverTheReticle",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {arrays: 32}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"a die of 2059 mm2 of TPU v4 is over the reticle limit of 858 mm2 (26 x 33 mm); expected die.chiplets "
      "of at least 3"}},
    {"CapUnderIdlePower",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  power: {cap: 50 W}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:11: chip.power.cap: a cap of 50 W is not above the 90 W drawn at rest"}},
    {"HeatSinkTooSmallForIdlePower",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  cooling: {kelvin_per_watt: 2, coolant_c: 30, limit_c: 90}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.cooling: a heat sink of 2 K/W takes 30 W away at 90 C, not more than the 90 W drawn at rest"}},
    {"TemperatureLimitUnderTheCoolant",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  cooling: {kelvin_per_watt: 0.1, coolant_c: 60, limit_c: 50}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.cooling.limit_c: a limit of 50 C is not above the coolant's 60 C"}},
    {"SupplyOutsideTheNodesCurve",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  power: {supply: 1.5 V}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:3: chip.power: a supply of 1.5 V is outside the curve of 7nm: 0.45 to 0.95 V"}},
    {"NegativeLeakage",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  technology: {include: 7nm, leakage: {logic_w_per_mm2: -0.01}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:57: chip.technology.leakage.logic_w_per_mm2: -0.01 is out of range; expected a number at "
      "least 0"}},
    {"DesignPowerUnderIdlePower",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  power: {tdp: 50 W}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:11: chip.power.tdp: a design power of 50 W is not above the 90 W drawn at rest"}},
    {"ZeroRates",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {array: {rate: {bf16: 0, int8: 0, fp32: 0}}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:18: chip.core.array.rate: the array supports no number format: give at least one a rate "
      "above 0"}},
    {"NegativeRate",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {array: {rate: {bf16: -1}}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:31: chip.core.array.rate.bf16: -1 is out of range; expected a number from 0 to 64"}},
    {"UnknownRate",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {array: {rate: {bf61: 1}}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:25: chip.core.array.rate: unknown name 'bf61' (did you mean 'bf16'?); expected one of "}},
    {"NoRows",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {array: {rows: 0}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:24: chip.core.array.rows: 0 is out of range; expected a whole number from 1 to 4096"}},
    {"TooManyRows",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {array: {rows: 1000000}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:24: chip.core.array.rows: 1000000 is out of range; expected a whole number from 1 to 4096"}},
    {"MeshWithoutSize",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  network: {topology: mesh}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:13: chip.network.topology: a mesh needs columns and rows"}},
    {"MeshTooSmall",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  network: {topology: mesh, columns: 1, rows: 1}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:3: chip.network: a mesh of 1 x 1 has 1 places, but 8 nodes need one: 2 cores, 4 memory "
      "ports, shared SRAM, host"}},
    {"SharedWithoutBandwidth",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  shared: {bandwidth: 0 GB/s}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:12: chip.shared.bandwidth: shared memory needs a bandwidth above 0"}},
    {"PartOfAFlit",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  network: {flit: 1.5 B}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:13: chip.network.flit: flit and header must be whole numbers of bytes"}},
    {"PacketNotInFlits",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  network: {packet: 100 B}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:13: chip.network.packet: packet must be a whole multiple of flit"}},
    {"BurstDoesNotDivide",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {burst: 33 B}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"@HOME/configs/chips/tpu_v4.yaml:",
      "chip.memory.interleave: interleave must be a whole multiple of burst"}},
    {"RefreshLongerThanInterval",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {refresh_time: 1 s}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:12: chip.memory.refresh_time: refresh_time (tRFC) must be shorter than refresh_interval "
      "(tREFI)"}},
    {"NoStacks",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {stacks: 0}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:20: chip.memory.stacks: 0 is out of range; expected a whole number from 1 to 64"}},
    {"UnknownGeneration",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  architecture: hoper
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:17: no architectures named 'hoper' in "}},
    {"KeyOfAnotherKind",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  cores: 2
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:3: unknown key 'chip.cores'; expected one of kind, name, "}},
    {"HalfATile",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  architecture: {include: hopper, library: {tiles: [{m: 128, k_step: 64}]}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"missing key 'chip.architecture.library.tiles.0.n'; expected a whole number from 1 to 1024"}},
    {"NoTiles",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  architecture: {include: hopper, library: {tiles: []}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.architecture.library.tiles: the library has no tile: give at least one"}},
    {"NoTileFits",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  architecture: {include: hopper, library: {tiles: [{m: 1024, n: 1024}]}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.architecture: no tile of the library fits an SM"}},
    {"LowClockAboveBoost",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  clocks: {low_clock: 3 GHz}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.clocks: low_clock is above the boost clock"}},
    {"AwakeBelowIdle",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: a40
  awake: 20 W
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.awake: 20 W awake are less than the 30 W drawn at rest"}},
    {"MoreThanAllIssueSlots",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  architecture: {include: hopper, fit: {tensor_efficiency: 1.5}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.architecture.fit.tensor_efficiency: 1.5 is out of range; expected a number more than 0, at most "
      "1"}},
    {"EnergyBelowThatOfItsParts",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: h100_sxm
  architecture: {include: hopper, fit: {energy_scale: 1.1}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"chip.architecture: fit.energy_scale 1.1 leaves nothing for control: a multiply-add and its registers "
      "alone take 1.18 times"}},
    {"UnknownKind",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  kind: npv
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:9: chip.kind: unknown chip kind 'npv' (did you mean 'npu'?); expected "}},
    {"PartOfAByte",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {scratchpad: {capacity: 1.5 B}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:23: chip.core.scratchpad.capacity: capacity must be a whole number of bytes"}},
    {"PartOfABankWord",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {scratchpad: {bank_width: 0.5 B}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:23: chip.core.scratchpad.bank_width: bank_width must be a whole number of bytes"}},
    {"ChunkTooSmall",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {dma: {chunk: 63 B}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:23: chip.core.dma.chunk: 63 B is out of range; expected from 64 B to 16 MiB"}},
    {"PartOfAChunk",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {dma: {chunk: 64.5 B}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:16: chip.core.dma.chunk: chunk must be a whole number of bytes"}},
    {"WeightBufferBelowATile",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {weight_buffer: 32 B}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:10: chip.core.weight_buffer: a weight buffer below 64 B cannot hold a tile"}},
    {"WeightBufferTooSmall",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {weight_buffer: 1 KiB}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     5,
     {"no tile of a 16 x 2304 x 768 product in bf16 fits the 12582912 B that chip.core.scratchpad has for it "
      "and the 1024 B of chip.core.weight_buffer"}},
    {"ScratchpadTooSmall",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {scratchpad: {capacity: 1 KiB}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     5,
     {"operator 'embedding' needs 1536 B on chip at once, but a core of TPU v4 has 1024 B "
      "(chip.core.scratchpad.capacity)"}},
    {"ScratchpadOfOneByte",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  core: {scratchpad: {capacity: 1 B}}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     5,
     {"operator 'embedding' needs 4 B on chip at once, but a core of TPU v4 has 1 B "
      "(chip.core.scratchpad.capacity)"}},
    {"ClockOfOneHertz",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  clock: 1 Hz
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"mm2 of TPU v4 is over the reticle limit of 858 mm2 (26 x 33 mm)"}},  // its rates, one bit a wire and
                                                                            // cycle
    {"MemoryTooSlow",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {channel_bandwidth: 1 B/s, model: channels}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     1,
     {"the simulated time passes what 64 bits of femtoseconds hold (one action 19 minutes, one pass 2.6 "
      "hours): a clock or bandwidth of the machine is far too low for the work"}},
    {"MemoryTooSlowForItsRefresh",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {channel_bandwidth: 1 B/s}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     3,
     {"e.yaml:3:12: chip.memory.channel_bandwidth: a burst takes 32 s, so that tREFI is 2.44e-07 ticks of "
      "the clock; "
      "expected at least 100"}},
    {"LinkTooSlow",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  network: {link_bandwidth: 1 B/s}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     1,
     {"the simulated time passes what 64 bits of femtoseconds hold (one action 19 minutes, one pass 2.6 "
      "hours): a clock or bandwidth of the machine is far too low for the work"}},
    {"AlmostNoBandwidth",
     {"run", "e.yaml"},
     {{"e.yaml", R"(
chip:
  include: tpu_v4
  memory: {channel_bandwidth: 1e-300 B/s, model: channels}
model: gpt2
workload: {batch: 1, in_len: 16, out_len: 2}
)"}},
     1,
     {"the simulated time passes what 64 bits of femtoseconds hold (one action 19 minutes, one pass 2.6 "
      "hours): a clock or bandwidth of the machine is far too low for the work"}},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Machines, BadInput, testing::ValuesIn(kMachinesCases), case_name);

}  // namespace presil::test
