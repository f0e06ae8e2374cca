// pim_device.h -- a memory that computes: a file of configs/pim.
#pragma once

#include <string>
#include <vector>

#include "models/memory/memory_config.h"
#include "models/pim/command_channel.h"
#include "models/pim/pim_config.h"

namespace presil::run {

struct PimDevice {
  std::string name;
  std::vector<std::string> aliases;
  memory::MemoryConfig memory;
  pim::PimConfig units;

  void describe(config::Visitor& v);
};

/// One channel of the device as its host sees it. The ranks of a channel (stack IDs) are refreshed in turn, and the work
/// is in the first: its first refresh falls due a fraction 1/ranks of tREFI after the start. Throws InputError when the
/// memory's file does not give banks and timings.
pim::ChannelSpec channel_spec(const PimDevice& device);
/// The same as units at every bank see it: their multiply-accumulates follow each other after mac_interval.
pim::ChannelSpec mac_spec(const PimDevice& device);

}  // namespace presil::run
