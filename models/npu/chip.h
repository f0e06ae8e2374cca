// chip.h -- a software-managed accelerator in SystemC: cores, on-chip network, shared SRAM, DRAM, host link.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/api/device.h"
#include "models/npu/chip_config.h"
#include "models/npu/dma.h"
#include "models/npu/macro_unit.h"
#include "models/npu/sequencer.h"
#include "models/systolic/systolic_array.h"
#include "models/vector/vector_unit.h"

namespace presil::npu {

/// One core's units. They share the scratchpad's port: work that moves more bytes than the port gives in its time
/// is stretched to the port's time.
struct Core {
  Core(const ChipConfig& config, api::NodeId node, std::array<Endpoint*, api::kLevels> endpoints);
  Scratchpad scratchpad;
  std::vector<systolic::SystolicArray> arrays;
  vector::VectorUnit vector;
  std::optional<MacroUnit> macros;
  Dma fetch, load, store;  ///< three queues: what waits for results in one does not hold up the others
};

/// Network nodes: cores first, then one for each memory port, then shared SRAM and host link.
/// The memory is any api::Memory: bound at its TLM socket, created by the caller.
class Chip : public sc_core::sc_module, public api::Device, private Executor {
 public:
  Chip(sc_core::sc_module_name name, const ChipConfig& config, api::Memory& memory);
  ~Chip() override;

  api::DeviceCounters run(api::ProgramSource& program, bool canonical) override;

  /// Arrays, vector units and scratchpads at another clock than the configuration's, from the next program on. Network,
  /// shared SRAM and DRAM have clocks of their own.
  void set_clock(Hertz clock);

 private:
  std::size_t units() const override;
  std::size_t unit_of(const api::Command& command) const override;
  void start(api::CommandId id, const api::Command& command, WaitReason reason) override;
  void start_array(api::CommandId id, const api::Command& command, WaitReason reason);
  void start_vector(api::CommandId id, const api::Command& command);
  void start_macro(api::CommandId id, const api::Command& command, WaitReason reason);
  void start_program(api::CommandId id, const api::Command& command);
  void done(std::uint64_t id);
  void account(const api::Command& command);
  void reset_units(bool canonical);
  std::size_t units_of_core() const { return 6 + config_.core.arrays; }
  api::OpCounters& op(std::uint32_t index);
  api::DeviceCounters collect(sc_core::sc_time started);
  std::array<Endpoint*, api::kLevels> endpoints();

  const ChipConfig config_;
  api::Memory& memory_;
  kernel::Agenda agenda_{"agenda"};
  std::unique_ptr<api::Network> network_;
  std::unique_ptr<MemoryNode> memory_node_;
  std::unique_ptr<ServerNode> shared_node_, host_node_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::unique_ptr<Sequencer> sequencer_;
  sc_core::sc_time started_, finished_;
  api::DeviceCounters counters_;
  api::MemoryCounters memory_before_;
  api::NetworkCounters network_before_;
};

}  // namespace presil::npu
