// dram_device.cpp -- implementation of dram_device.h.
#include "models/memory/dram_device.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::memory {

namespace {

/// Bytes of all columns of one row number: capacity is rows times this.
double bytes_per_row_number(const MemoryConfig& c) {
  return c.dram.channels * static_cast<double>(c.dram.geometry.all_banks()) * c.dram.columns * c.burst.value;
}

void scale(DramTiming& t, double factor) {
  for (Tick* ticks : {&t.cl, &t.cwl, &t.rcd_read, &t.rcd_write, &t.rp, &t.ras, &t.rc, &t.rrd_s, &t.rrd_l, &t.faw, &t.wtr_s,
                      &t.wtr_l, &t.wr, &t.rtp, &t.rfc, &t.rfc_pb, &t.rrefd, &t.refi,
                      &t.ppd})
    *ticks = static_cast<Tick>(std::ceil(static_cast<double>(*ticks) * factor - 1e-3));
  // The longer column spacing is one of the array, but never less than the shorter one.
  const double longer = std::ceil(static_cast<double>(t.ccd_l) * factor - 1e-3);
  t.ccd_l = std::max(t.ccd_s, static_cast<Tick>(longer));
  // Turnaround is bus time beyond the latencies.
  if (t.rtw > 0) t.rtw = static_cast<Tick>(std::ceil(static_cast<double>(t.rtw) * factor - 1e-3));
}

double data_tick_s(const MemoryConfig& c) {
  return c.burst.value / c.channel_bandwidth.value / static_cast<double>(c.dram.timing.burst);
}

/// The array keeps its nanoseconds where the pins are slower: of fewer ticks to a refresh rounding leaves
/// nothing.
DramFault too_slow(const MemoryConfig& c) {
  constexpr double kLeast = 100;
  if (c.model == MemoryModel::channels || c.dram.controller.refresh == RefreshPolicy::none) return {};
  const double ticks = static_cast<double>(c.dram.timing.refi) * c.dram.tick.value / data_tick_s(c) /
                       refresh_rate(c.dram.temperature_c);
  if (ticks >= kLeast) return {};
  return {"channel_bandwidth",
          fmt::format(
              "a burst takes {:.3g} s, so that tREFI is {:.3g} ticks of the clock; expected at least {:.0f}",
              c.burst.value / c.channel_bandwidth.value, ticks, kLeast)};
}

}  // namespace

std::uint64_t rows_of(const MemoryConfig& c) {
  if (c.dram.rows > 0) return c.dram.rows;
  return static_cast<std::uint64_t>(c.capacity_per_stack.value / bytes_per_row_number(c));
}

DramFault dram_fault(const MemoryConfig& c) {
  const DramConfig& d = c.dram;
  if (bytes_per_row_number(c) <= 0 || c.channel_bandwidth.value <= 0) return {"dram", "a size of the geometry is zero"};
  if (std::uint64_t{d.channels} * d.geometry.pseudo_channels != c.channels_per_stack)
    return {"dram.channels", fmt::format("channels x pseudo_channels is {}, channels_per_stack {}",
                                         d.channels * d.geometry.pseudo_channels, c.channels_per_stack)};
  const double geometry = static_cast<double>(rows_of(c)) * bytes_per_row_number(c);
  if (geometry != c.capacity_per_stack.value)
    return {"dram.rows", fmt::format("channels x pseudo_channels x stack_ids x bank_groups x banks x rows x columns x burst is {:.0f} B, "
                                     "capacity_per_stack {:.0f} B", geometry, c.capacity_per_stack.value)};
  if (d.geometry.all_banks() > 1024) return {"dram.banks", "more than 1024 banks behind one command bus"};
  try {
    const AddressBits bits = address_bits(c);
    if (c.stacks > 1 && c.interleave.value < c.burst.value) return {"interleave", "interleave is less than a burst"};
  } catch (const std::invalid_argument& problem) {
    const std::string text = problem.what(), field = text.substr(0, text.find(':'));
    const bool of_field = std::find(kAddressFieldNames.begin(), kAddressFieldNames.end(), field) != kAddressFieldNames.end();
    return {of_field ? "dram.map." + field : "dram.map", of_field ? text.substr(field.size() + 2) : text};
  }
  return too_slow(c);
}

DramSpec dram_spec(const MemoryConfig& c) {
  const DramFault fault = c.dram.given() ? dram_fault(c) : DramFault{"dram", "not given, and only model channels can do without"};
  if (!fault.text.empty()) throw InputError(fmt::format("memory '{}': {}: {}", c.name, fault.key, fault.text));
  DramSpec spec{c.dram.tick.value, c.dram.geometry, c.dram.timing, c.dram.controller};
  const double data_tick = data_tick_s(c);
  if (std::abs(data_tick / spec.tick_s - 1) > 1e-3) {
    scale(spec.timing, spec.tick_s / data_tick);
    spec.policy.timeout = static_cast<Tick>(std::ceil(static_cast<double>(spec.policy.timeout) * spec.tick_s / data_tick));
    spec.tick_s = data_tick;
  }
  spec.timing.refi = static_cast<Tick>(static_cast<double>(spec.timing.refi) / refresh_rate(c.dram.temperature_c));
  return spec;
}

AddressBits address_bits(const MemoryConfig& c) {
  const Geometry& g = c.dram.geometry;
  return {c.dram.map.fields,
          {c.dram.channels, g.pseudo_channels, g.stack_ids, g.bank_groups, g.banks, c.dram.columns, rows_of(c)},
          static_cast<std::uint64_t>(c.burst.value)};
}

DramEnergy dram_energy(const MemoryConfig& config, const DramSpec& spec, const DramCounters& n, double channel_ticks) {
  const CurrentsConfig& i = config.dram.currents;
  const double bits = static_cast<double>(n.data_ticks) / static_cast<double>(spec.timing.burst) * config.burst.value * 8;
  const auto count = [&n](Command c) { return static_cast<double>(n.commands[static_cast<std::size_t>(c)]); };
  DramEnergy e;
  e.phy = bits * config.phy.value;
  e.tsv = bits * config.tsv.value;
  if (!i.published()) {
    e.array = bits * (config.energy.value - config.phy.value - config.tsv.value);
    return e;
  }
  const double charge = i.vdd.value * 1e-3 * spec.tick_s * i.devices;  // J per mA and tick, of the channel
  const double part = charge / spec.geometry.pseudo_channels;         // of a pseudo-channel
  const DramTiming& t = spec.timing;
  const auto rc = static_cast<double>(t.rc > 0 ? t.rc : t.ras + t.rp), ras = static_cast<double>(t.ras);
  const auto burst = static_cast<double>(t.burst), rfc = static_cast<double>(t.rfc);
  e.activate = count(Command::activate) * part * (i.idd0 * rc - i.idd3n * ras - i.idd2n * (rc - ras));
  e.read = count(Command::read) * part * (i.idd4r - i.idd3n) * burst;
  e.write = count(Command::write) * part * (i.idd4w - i.idd3n) * burst;
  e.refresh = part * (i.idd5ab - i.idd3n) * rfc *
              (count(Command::refresh_all) + count(Command::refresh_bank) / spec.geometry.banks_per_pc());
  const auto open = static_cast<double>(n.open_ticks);
  e.background = charge * (i.idd3n * open + i.idd2n * (channel_ticks - open));
  return e;
}

}  // namespace presil::memory
