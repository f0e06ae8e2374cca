// pim_device.cpp -- implementation of pim_device.h.
#include "sim/run/pim_device.h"

#include <algorithm>
#include <cmath>

#include "models/memory/dram_device.h"

namespace presil::run {

void PimDevice::describe(config::Visitor& v) {
  using config::optional;
  using config::required;
  v.text("name", name, required, "Shown in reports.");
  v.texts("aliases", aliases, optional, "Other names under which it is found.");
  v.object("memory", memory, required, "The memory around the units, with a dram section, or the name of its file.");
  auto index = static_cast<std::size_t>(units.kind);
  v.kinds("kind", "PIM", index, pim::kPimKindNames, [this](config::Visitor& fields, std::size_t kind) {
    units.describe(fields, static_cast<pim::PimKind>(kind));
  }, "Where the units are: bank_pairs (HBM-PIM), banks (AiM), processors (UPMEM).");
}

namespace {
pim::ChannelSpec spec_of(const PimDevice& device, const memory::DramSpec& dram) {
  pim::ChannelSpec spec;
  spec.geometry = {1, 1, dram.geometry.bank_groups, dram.geometry.banks};
  spec.rules = memory::constraints(dram.timing);
  spec.cl = dram.timing.cl;
  spec.cwl = dram.timing.cwl;
  spec.burst = dram.timing.burst;
  spec.refi = dram.timing.refi;
  spec.first_refresh = dram.timing.refi / dram.geometry.stack_ids;
  spec.sets = device.units.kind == pim::PimKind::bank_pairs ? 2 : 1;
  return spec;
}
}  // namespace

pim::ChannelSpec channel_spec(const PimDevice& device) { return spec_of(device, memory::dram_spec(device.memory)); }

pim::ChannelSpec mac_spec(const PimDevice& device) {
  memory::DramSpec dram = memory::dram_spec(device.memory);
  dram.timing.ccd_l = std::max<memory::Tick>(1, std::llround(std::ceil(device.units.mac_interval.value / dram.tick_s - 1e-3)));
  dram.timing.ccd_s = std::min(dram.timing.ccd_s, dram.timing.ccd_l);
  return spec_of(device, dram);
}

}  // namespace presil::run
