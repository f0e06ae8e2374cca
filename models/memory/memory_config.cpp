// memory_config.cpp -- the fields of MemoryConfig and the rules between them (see memory_config.h).
#include "models/memory/memory_config.h"

#include <cmath>

#include <fmt/format.h>

#include "models/memory/dram_device.h"

namespace presil::memory {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

namespace {

bool whole(Bytes size) { return size.value >= 1 && size.value == std::floor(size.value); }

void describe_geometry(config::Visitor& v, MemoryConfig& c) {
  v.integer("stacks", c.stacks, optional, 1, 64, "HBM stacks; for DDR and LPDDR, modules or packages.");
  v.integer("channels_per_stack", c.channels_per_stack, required, 1, 256,
            "Independent channels of one stack; pseudo-channels where the standard has them.");
  v.quantity("channel_bandwidth", c.channel_bandwidth, required, positive,
             "Peak of one channel: width times transfer rate, refresh not deducted.");
  v.quantity("capacity_per_stack", c.capacity_per_stack, required, positive, "Bytes one stack holds.");
  v.quantity("burst", c.burst, required, positive, "Smallest access of a channel; a partial burst moves whole.");
  v.quantity("interleave", c.interleave, optional, positive,
             "Contiguous bytes on one channel before the address map goes to the next.");
}

void describe_timing(config::Visitor& v, MemoryConfig& c) {
  v.quantity("read_latency", c.read_latency, required, non_negative,
             "Idle device, request at the controller to last byte returned, less the transfer of the burst itself.");
  v.quantity("write_latency", c.write_latency, required, non_negative,
             "Idle device, request at the controller to acknowledgement, less the transfer of the burst itself.");
  v.quantity("refresh_interval", c.refresh_interval, required, positive,
             "tREFI: average time between refresh commands of one channel.");
  v.quantity("refresh_time", c.refresh_time, required, non_negative,
             "tRFC: time for which an all-bank refresh blocks its channel.");
  v.integer("queue_depth", c.queue_depth, optional, 1, 1 << 20,
            "Transactions the device holds before it withholds END_REQ.");
  v.quantity("energy", c.energy, required, non_negative, "Energy of one bit moved, all inclusive: array, TSV and PHY.");
  v.quantity("phy", c.phy, optional, non_negative, "Of `energy`: driving the pins, at both ends. 0: not known apart.");
  v.quantity("tsv", c.tsv, optional, non_negative, "Of `energy`: the way through the stack. 0: no stack, or not known apart.");
}

/// refresh_time and refresh_interval serve model channels, tRFC and tREFI model banked: one device, one refresh. A
/// hundredth is left for rounding to ticks.
void check_refresh(config::Visitor& v, const MemoryConfig& c) {
  if (!c.dram.given()) return;
  const auto check = [&](Seconds given, const char* key, Tick ticks, const char* name) {
    const double timing = static_cast<double>(ticks) * c.dram.tick.value;
    v.check(std::abs(timing - given.value) <= 0.01 * given.value, key,
            fmt::format("{} is {:.6g} ns, but dram.timing has {} {} ticks of {:.6g} ns, {:.6g} ns", key, given.value * 1e9, name,
                        ticks, c.dram.tick.value * 1e9, timing * 1e9));
  };
  check(c.refresh_time, "refresh_time", c.dram.timing.rfc, "tRFC");
  check(c.refresh_interval, "refresh_interval", c.dram.timing.refi, "tREFI");
}

}  // namespace

void MemoryConfig::describe(config::Visitor& v) {
  v.text("name", name, required, "Name by which chips refer to this memory.");
  v.texts("aliases", aliases, optional, "Other names of the same memory.");
  v.text("standard", standard, required, "Standard it follows, for example HBM2.");
  v.choice("model", model, optional, kMemoryModelNames, "Level of detail.");
  describe_geometry(v, *this);
  describe_timing(v, *this);
  v.object("dram", dram, optional, "Banks, timings, address map and controller, for model banked.");

  v.check(whole(burst), "burst", "burst must be a whole number of bytes");
  v.check(whole(interleave) && whole(burst) && std::fmod(interleave.value, burst.value) == 0, "interleave",
          "interleave must be a whole multiple of burst");
  v.check(whole(capacity_per_stack) && interleave.value > 0 && std::fmod(capacity_per_stack.value, interleave.value) == 0,
          "capacity_per_stack", "capacity_per_stack must be a whole multiple of interleave");
  v.check(refresh_time < refresh_interval, "refresh_time",
          "refresh_time (tRFC) must be shorter than refresh_interval (tREFI)");
  v.check(phy.value + tsv.value <= energy.value, "energy", "energy includes phy and tsv and must not be less than their sum");
  v.check(model == MemoryModel::channels || dram.given(), "model", "models banked and exact need `dram`");
  check_refresh(v, *this);
  const DramFault fault = dram.given() && whole(burst) ? dram_fault(*this) : DramFault{};
  v.check(fault.text.empty(), fault.key.c_str(), fault.text);
}

}  // namespace presil::memory
