// gpu_config.cpp -- the fields of gpu_config.h with their meaning.
#include "models/gpu/gpu_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/gpu/matmul_kernel.h"
#include "models/gpu/register_energy.h"

namespace presil::gpu {

using config::non_negative;
using config::optional;
using config::positive;
using config::Range;
using config::required;

void TileConfig::describe(config::Visitor& v) {
  v.integer("m", m, required, 1, 1024, "Rows of the output tile of one thread block.");
  v.integer("n", n, required, 1, 1024, "Columns of the output tile.");
  v.integer("k_step", k_step, optional, 8, 512, "Inner extent of one pipeline stage.");
  v.integer("stages", stages, optional, 1, 16, "Pipeline stages in shared memory.");
  v.integer("threads", threads, optional, 32, 1024, "Threads of the block.");
  v.integer("most_splits", most_splits, optional, 0, 64, "Largest split-K that there are kernels of this tile for; 0: the library's.");
}

Hertz GpuConfig::peak_clock() const {
  const double best = std::max(architecture.fit.tensor_efficiency, architecture.fit.attention_efficiency);
  return tensor_clock.value > 0 ? std::clamp(tensor_clock, clock * best, clock) : clock;
}

void LibraryConfig::describe(config::Visitor& v) {
  v.list("tiles", tiles, required, "Output tiles that the matrix library has kernels for.");
  v.check(!tiles.empty(), "tiles", "the library has no tile: give at least one");
  v.integer("most_splits", most_splits, optional, 1, 64, "Largest number of blocks that share one output tile along K (split-K).");
  v.quantity("workspace", workspace, optional, non_negative, "Memory that callers lend the library: partial sums of split-K, in the format of the result, must fit in it.");
  v.flag("persistent", persistent, optional, "Resident blocks take tile after tile, so that one tile's epilogue hides behind the next one's main loop.");
  v.flag("stream_k", stream_k, optional, "The last, partial wave is cut along K over all SMs.");
  v.integer("attention_rows", attention_rows, optional, 16, 512, "Queries of one thread block of fused attention.");
  v.integer("attention_columns", attention_columns, optional, 16, 512, "Keys of one step of fused attention.");
  v.integer("swizzle_rows", swizzle_rows, optional, 1, 1024, "Tiles along M that are visited before the next column of tiles.");
  v.integer("cluster", cluster, optional, 1, 16, "Blocks along M that fetch their common panel of B once (multicast).");
}

void TensorInstructionConfig::describe(config::Visitor& v) {
  v.integer("rows", rows, required, 1, 4096, "Rows of its sums.");
  v.integer("columns", columns, required, 1, 4096, "Columns of its sums.");
  v.quantity("depth", depth, required, positive, "Bytes of an operand that are summed over: 32 B are 16 values of 16 bits.");
  v.integer("fp8_sum_bits", fp8_sum_bits, optional, 8, 24, "Bits of the significand that sums of fp8 products keep; 24: fp32.");
  v.flag("operands_in_registers", operands_in_registers, optional, "false: operands come from shared memory, and sums alone lie in registers.");
}

void FitConfig::describe(config::Visitor& v) {
  const Range share{0, 1, true};
  v.real("tensor_efficiency", tensor_efficiency, required, share, "Share of the tensor cores' issue slots that a good main loop fills.");
  v.real("tile_overhead", tile_overhead, required, non_negative, "A tile of m x n runs at m n / (m n + tile_overhead (m + n)) of that: operands cross shared memory once per edge.");
  v.real("memory_efficiency", memory_efficiency, required, share, "Share of the pins' rate at which matrix and attention kernels load.");
  v.real("stream_efficiency", stream_efficiency, required, share, "Share of the pins' rate at which element-wise and row-wise kernels load and store.");
  v.real("attention_efficiency", attention_efficiency, required, share, "As tensor_efficiency, for fused attention and its gradient.");
  v.quantity("kernel_latency", kernel_latency, required, non_negative, "Start of a kernel with a software pipeline to its first data, and its drain.");
  v.quantity("simple_latency", simple_latency, required, non_negative, "The same of an element-wise or row-wise kernel.");
  v.quantity("operator_overhead", operator_overhead, required, non_negative, "Host time of one framework operator in eager mode.");
  v.real("access_instructions", access_instructions, required, positive, "Instructions of a thread for each value that scalar kernels load or store.");
  v.real("energy_scale", energy_scale, required, positive, "Energy of a tensor core's multiply-add in bf16, operands and control included, over the technology's bare one; in other formats the surplus goes by the bytes of a value.");
  v.real("operand_activity", operand_activity, optional, Range{0.1, 10}, "Energy of the tensor cores on the operands of a model at work over that on those of benchmarks of single operators, which energy_scale is of.");
}

void ArchitectureConfig::describe(config::Visitor& v) {
  v.text("name", name, required, "Name of the generation.");
  v.integer("max_threads", max_threads, optional, 32, 65536, "Threads that can be resident on one SM.");
  v.integer("max_blocks", max_blocks, optional, 1, 1024, "Thread blocks that can be resident on one SM.");
  v.quantity("registers", registers, optional, positive, "Register file of one SM.");
  v.quantity("shared_memory", shared_memory, required, positive, "Shared memory of one SM that thread blocks can take.");
  v.quantity("shared_bandwidth", shared_bandwidth, optional, positive, "Bytes per clock of one SM's shared memory.");
  v.integer("special_lanes", special_lanes, optional, 1, 1024, "Transcendental functions per clock and SM.");
  v.real("l2_latency_cycles", l2_latency_cycles, optional, non_negative, "Clocks from a load to its data when L2 holds it.");
  v.quantity("memory_latency", memory_latency, optional, positive, "From a load to its data when it comes from DRAM.");
  v.quantity("port_bandwidth", port_bandwidth, optional, positive, "Bytes per clock that one SM takes in from L2, however few SMs ask.");
  v.real("widened_instructions", widened_instructions, optional, Range{1, 8, false}, "Instructions of a lane for a multiply-add of 16-bit values that tensor cores lack: they are widened to fp32 first.");
  v.real("sparse_speedup", sparse_speedup, optional, Range{1, 4, false}, "Of tensor cores on weights with 2:4 structured sparsity; 1: not supported.");
  v.real("full_rate", full_rate, optional, non_negative, "Dense 16-bit multiply-adds per clock and SM of the chips that efficiencies were fitted on; chips that multiply slower lose less of it. 0: every chip's own.");
  v.object("tensor_instruction", tensor_instruction, required, "What one instruction of the tensor cores multiplies.");
  v.object("library", library, required, "Kernels that libraries have for this generation.");
  v.object("fit", fit, required, "Constants fitted on measurements.");
}

void L2Config::describe(config::Visitor& v) {
  v.quantity("capacity", capacity, required, positive, "Bytes of L2, all partitions.");
  v.integer("partitions", partitions, optional, 1, 64, "Partitions; what is read through a far one is held in both.");
  v.quantity("bytes_per_clock", bytes_per_clock, required, positive, "Bytes a clock from all slices to all SMs.");
}

void LaunchConfig::describe(config::Visitor& v) {
  v.flag("graph", graph, optional, "Passes are captured as graphs; false: the host launches every kernel.");
  v.quantity("host", host, optional, non_negative, "Host time of one kernel launch.");
  v.quantity("gap", gap, optional, non_negative, "Between two kernels of a stream.");
  v.quantity("graph_gap", graph_gap, optional, non_negative, "Between two kernels of a captured graph.");
}

void ClockConfig::describe(config::Visitor& v) {
  v.quantity("low_clock", low_clock, optional, non_negative, "Clock below which the voltage falls no further; 0: half of the boost clock.");
  v.quantity("step", step, optional, positive, "Between two voltage-frequency states.");
  v.real("low_voltage", low_voltage, optional, Range{0.3, 1, false}, "Voltage at low_clock relative to that at the boost clock.");
}

void GpuConfig::describe(config::Visitor& v) {
  describe_identity(v);
  v.object("architecture", architecture, required, "Generation: what all its chips share.");
  v.quantity("clock", clock, required, positive, "Boost clock: the highest under load.");
  v.quantity("tensor_clock", tensor_clock, optional, non_negative, "Clock at which the data sheet counts the peaks of tensor cores, where power keeps them from the boost clock; 0, or above that: the boost clock. No lower than kernels at the boost clock need to stay under their peak.");
  v.integer("sms", sms, required, 1, 65536, "Streaming multiprocessors (compute units).");
  v.table("tensor", tensor, required, kFormatNames, non_negative, "Dense multiply-adds per clock and SM by format; absent: converted to a format that is there.");
  v.integer("lanes", lanes, required, 1, 65536, "fp32 fused multiply-adds per clock and SM outside the tensor cores.");
  v.object("l2", l2, required, "Last-level cache between SMs and memory.");
  v.object("memory", memory, required, "DRAM.");
  v.real("ecc_overhead", ecc_overhead, optional, Range{0, 0.5, false}, "Traffic of inline error correction over that of the data, for loads of 256 bytes at a time; tiles, which load 128, have twice that. 0 for HBM, which has bits of its own.");
  v.object("launch", launch, optional, "What starting a kernel costs.");
  v.object("clocks", clocks, optional, "Voltage-frequency states.");
  v.quantity("awake", awake, optional, non_negative, "Power of the board while a process holds it, measured cool and without work, clocks up; 0: computed from area and technology.");
  const auto fits = [this](const TileConfig& tile) { return can_run(*this, MatmulShape{}, tile); };
  v.check(std::any_of(architecture.library.tiles.begin(), architecture.library.tiles.end(), fits), "architecture",
          "no tile of the library fits an SM: its accumulators need registers, its stages shared memory");
  const double least = least_energy_scale(*this);
  v.check(architecture.fit.energy_scale >= least, "architecture",
          fmt::format("fit.energy_scale {:g} leaves nothing for control: a multiply-add and its registers alone take {:.3g} times the technology's bare one in bf16",
                      architecture.fit.energy_scale, least));
  v.check(clocks.low_clock <= clock, "clocks", "low_clock is above the boost clock");
  describe_board(v);
  v.check(awake.value == 0 || awake >= power.idle, "awake",
          fmt::format("{:g} W awake are less than the {:g} W drawn at rest", awake.value, power.idle.value));
}

}  // namespace presil::gpu
