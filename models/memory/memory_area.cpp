// memory_area.cpp -- implementation of memory_area.h.
#include "models/memory/memory_area.h"

namespace presil::memory {

void add_interfaces(ppa::Inventory& inventory, const ppa::DieConfig& die, const MemoryConfig& memory) {
  const bool by_stack = memory.standard.starts_with("HBM") || memory.standard.starts_with("GDDR");
  const std::uint32_t used = by_stack ? memory.stacks : channels(memory);
  inventory.interfaces = die.memory_interfaces > 0 ? die.memory_interfaces : used;
  inventory.interface_phy = die.memory_phy.value > 0 ? die.memory_phy : ppa::memory_phy(memory.standard);
  inventory.memory = peak(memory) * (static_cast<double>(inventory.interfaces) / used);
}

}  // namespace presil::memory
