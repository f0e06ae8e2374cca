// small_chip.h -- a chip with round numbers, and programs that are lists, for tests.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/api/program.h"
#include "models/memory/make_memory.h"
#include "models/npu/chip.h"

namespace presil::npu {

/// 1 GHz, one core, one 8 x 8 ws array (bf16), 16 vector lanes, 64 KiB of scratchpad at 256 B a cycle, no shared
/// SRAM; 4 channels of 16 GB/s without refresh; links of 256 GB/s with 10 ns a hop.
inline ChipConfig small_chip() {
  ChipConfig c;
  c.name = "small";
  c.clock = {1e9};
  c.core.array.shape = {8, 8};
  c.core.array.rate[static_cast<std::size_t>(Format::bf16)] = 1;
  c.core.vector = {16, 1, 4};
  c.core.scratchpad = {{64.0 * 1024}, 16, {16}};
  c.core.dma = {{4096}, 8};
  c.network.link_bandwidth = {256e9};
  c.network.hop_latency = {10e-9};
  c.network.hop_length = {1};
  c.memory.name = "round";
  c.memory.standard = "test";
  c.memory.channels_per_stack = 4;
  c.memory.channel_bandwidth = {16e9};
  c.memory.capacity_per_stack = {1024.0 * 1024 * 1024};
  c.memory.burst = {32};
  c.memory.interleave = {256};
  c.memory.read_latency = {50e-9};
  c.memory.write_latency = {20e-9};
  c.memory.refresh_interval = {4000e-9};
  c.memory.refresh_time = {0};
  c.memory.queue_depth = 16;
  c.memory.energy = {4e-12};
  c.host = {{10e9}, {1e-6}, {5e-6}};
  c.technology.name = "test";
  for (double& pj : c.technology.mac_pj) pj = 0.5;
  c.technology.vector_op_pj = 1;
  c.technology.sram = {1e-13};
  c.technology.wire_per_mm = {1e-13};
  c.technology.density = {91.2, {0.027e-6}, 0.68, {40e-6}, 1};
  c.technology.voltage = {{0.75}, {0.45}, {0.95}, {0.3}, 1.3, 0.15};
  c.technology.wafer = {{9346}, 0.09, 2.15, 0.35};
  c.memory.standard = "DDR4";
  return c;
}

/// The one chip of a process.
struct Built {
  explicit Built(const ChipConfig& config) {
    kernel::initialise();
    memory = memory::make_memory("memory", config.memory);
    chip = std::make_unique<Chip>("chip", config, *memory);
  }
  std::unique_ptr<api::Memory> memory;
  std::unique_ptr<Chip> chip;
};

class ListedProgram : public api::ProgramSource {
 public:
  explicit ListedProgram(std::vector<api::Command> commands, std::uint64_t resident = 0)
      : commands_(std::move(commands)), resident_(resident) {}
  bool next(api::Command& command) override {
    if (next_ == commands_.size()) return false;
    command = commands_[next_++];
    return true;
  }
  std::uint64_t resident_bytes() const override { return resident_; }

 private:
  const std::vector<api::Command> commands_;
  const std::uint64_t resident_;
  std::size_t next_{0};
};

inline api::Command load(std::uint64_t address, std::uint64_t bytes, api::Level level = api::Level::memory, std::uint16_t core = 0) {
  api::Command c;
  c.kind = api::CommandKind::load;
  c.core = core;
  c.transfer = {level, address, 1, bytes, bytes};
  return c;
}

inline api::Command store(std::uint64_t address, std::uint64_t bytes, api::Level level = api::Level::memory, std::uint16_t core = 0) {
  api::Command c = load(address, bytes, level, core);
  c.kind = api::CommandKind::store;
  return c;
}

inline api::Command matmul(std::uint64_t m, std::uint64_t n, std::uint64_t k, std::uint16_t core = 0) {
  api::Command c;
  c.kind = api::CommandKind::matmul;
  c.core = core;
  c.array = {m, n, k, 1, Format::bf16, 0};
  return c;
}

inline api::Command lanes(double simple, double special = 0, double bytes = 0, std::uint16_t core = 0) {
  api::Command c;
  c.kind = api::CommandKind::vector;
  c.core = core;
  c.lanes = {simple, special, bytes};
  return c;
}

inline api::Command after(api::Command c, std::initializer_list<api::CommandId> ids) {
  for (const auto id : ids) c.after.push_back(id);
  return c;
}

}  // namespace presil::npu
