// memory_power.cpp -- implementation of memory_power.h.
#include "sim/run/memory_power.h"

#include "models/memory/dram_device.h"

namespace presil::run {

namespace {

/// What `count` commands of one kind cost.
memory::DramEnergy commands_energy(const memory::MemoryConfig& config, const memory::DramSpec& spec,
                                   api::dram::Command command, std::uint64_t count) {
  memory::DramCounters counters;
  counters.commands[static_cast<std::size_t>(command)] = count;
  return memory::dram_energy(config, spec, counters, 0);
}

/// A second of all channels with rows open.
Watts standby_power(const memory::MemoryConfig& config, const memory::DramSpec& spec) {
  const double ticks = config.dram.channels * config.stacks / spec.tick_s;
  memory::DramCounters counters;
  counters.open_ticks = static_cast<memory::Tick>(ticks);
  return {memory::dram_energy(config, spec, counters, ticks).background};
}

}  // namespace

ppa::MemoryEnergy memory_energy(const memory::MemoryConfig& config) {
  ppa::MemoryEnergy energy;
  energy.phy = config.phy;
  energy.tsv = config.tsv;
  energy.array = config.energy - config.phy - config.tsv;
  if (!config.dram.given() || !config.dram.currents.published()) return energy;
  const memory::DramSpec spec = memory::dram_spec(config);
  const double bits = 8 * config.burst.value;
  energy.activate = {commands_energy(config, spec, api::dram::Command::activate, 1).activate};
  energy.read = {commands_energy(config, spec, api::dram::Command::read, 1).read / bits};
  energy.write = {commands_energy(config, spec, api::dram::Command::write, 1).write / bits};
  energy.row = {config.dram.columns * config.burst.value};
  energy.background = standby_power(config, spec);
  if (spec.timing.refi > 0)
    energy.refresh = {commands_energy(config, spec, api::dram::Command::refresh_all, 1).refresh /
                      (static_cast<double>(spec.timing.refi) * spec.tick_s) * memory::channels(config)};
  return energy;
}

}  // namespace presil::run
