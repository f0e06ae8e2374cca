// describe_sections.cpp -- implementation of describe_sections.h.
#include "sim/run/describe_sections.h"

#include <fmt/format.h>

#include "sim/ppa/voltage_curve.h"
#include "sim/run/describe_power.h"
#include "sim/run/price.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

/// "80 GiB"; of memories smaller than one, in MiB.
std::string capacity_text(Bytes size, int digits) {
  constexpr double kMiB = 1 << 20;
  const bool large = size.value >= 1024 * kMiB;
  return fmt::format("{:.{}f} {}", size.value / (large ? 1024 * kMiB : kMiB), digits, large ? "GiB" : "MiB");
}

/// A rate in tera-operations, and its unit; slower ones in giga.
std::pair<double, std::string> rate_text(double ops_per_s, Format format) {
  const bool fast = ops_per_s >= 1e12;
  return {ops_per_s / (fast ? 1e12 : 1e9), fmt::format("{}{}", fast ? "T" : "G", is_integer(format) ? "OPS" : "FLOPS")};
}

ordered_json event_rows(const ppa::Technology& t) {
  ordered_json rows = ordered_json::array();
  const auto add = [&](const char* what, JoulesPerBit each, const char* unit) {
    if (each.value > 0) rows.push_back({what, fmt::format("{:.3g} {}", each.value * 1e15, unit)});
  };
  rows.push_back({"vector operation", fmt::format("{:g} pJ", t.vector_op_pj)});
  add("pipeline register", t.flip_flop, "fJ/bit");
  add("register file", t.register_file, "fJ/bit");
  add("SRAM of 8 KiB", t.sram_small, "fJ/bit");
  add("SRAM of 1 MiB", t.sram, "fJ/bit");
  add("wire of 1 mm", t.wire_per_mm, "fJ/bit");
  return rows;
}

ordered_json node_rows(const ppa::Technology& t) {
  ordered_json rows = ordered_json::array();
  rows.push_back({"transistors", fmt::format("{}{}", ppa::kTransistorNames[static_cast<std::size_t>(t.transistor)], t.projected ? ", projected" : "")});
  rows.push_back({"logic", fmt::format("{:g} million per mm2", t.density.logic)});
  rows.push_back({"SRAM macros", fmt::format("{:.1f} Mib per mm2", ppa::sram_mib_per_mm2(t))});
  rows.push_back({"supply", fmt::format("{:g} V, {:g} to {:g} V", t.voltage.nominal.value, t.voltage.least.value, t.voltage.most.value)});
  rows.push_back({"clock over that range", fmt::format("{:.2f} to {:.2f} of nominal", ppa::relative_speed(t, t.voltage.least), ppa::relative_speed(t, t.voltage.most))});
  rows.push_back({"leakage of logic at 85 C", fmt::format("{:.3g} W per mm2", t.leakage.logic_w_per_mm2 * ppa::relative_leakage(t, t.voltage.nominal, 85))});
  rows.push_back({"wafer", fmt::format("{:g} USD", t.wafer.cost.value)});
  return rows;
}

/// What of the peak a stream can have.
std::string after_refresh(const memory::MemoryConfig& m) {
  const memory::RefreshPolicy refresh = m.dram.controller.refresh;
  if (m.model == memory::MemoryModel::channels || refresh == memory::RefreshPolicy::all_bank)
    return fmt::format("{:.1f} GB/s after refresh", memory::sustained(m).value / 1e9);
  return refresh == memory::RefreshPolicy::none ? "not refreshed" : "refreshed one bank after another";
}

}  // namespace

ordered_json section(const std::string& title, std::vector<std::string> columns, ordered_json rows) {
  return {{"title", title}, {"columns", columns}, {"rows", std::move(rows)}};
}

ordered_json chip_sections(const Chip& chip) {
  ordered_json peaks = ordered_json::array();
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) {
    const auto format = static_cast<Format>(f);
    if (!chip->supports(format)) continue;
    const auto [rate, unit] = rate_text(chip->peak_ops_per_s(format), format);
    peaks.push_back({kFormatNames[f], fmt::format("{:.1f}", rate), unit, chip->peak_formula(format)});
  }
  const api::BoardConfig& board = chip->board();
  const memory::MemoryConfig& dram = chip->memory();
  ordered_json memory = ordered_json::array();
  memory.push_back({"memory", capacity_text(memory::capacity(dram), 1), fmt::format("{:.1f} GB/s", memory::peak(dram).value / 1e9),
                    fmt::format("{}, {}", dram.standard, after_refresh(dram))});
  for (const OnChipLevel& level : chip->on_chip())
    if (level.capacity.value > 0)
      memory.push_back({level.name, fmt::format("{:.1f} MiB", level.capacity.value / (1 << 20)),
                        fmt::format("{:.1f} GB/s", level.bandwidth.value / 1e9), level.note});
  memory.push_back({"host", "", fmt::format("{:.1f} GB/s", board.host.bandwidth.value / 1e9), "one way"});
  const ppa::ChipArea silicon = chip->area();
  ordered_json area = ordered_json::array();
  for (const ppa::Block& block : silicon.blocks)
    area.push_back({block.name, block.group, fmt::format("{:.1f} mm2", block.area.value), fmt::format("{:.1f}%", 100 * (block.area / silicon.total()))});
  const ppa::ChipPrice price = price_of(chip, {});
  ordered_json cost = ordered_json::array();
  cost.push_back({"yield of a die", fmt::format("{:.1f}%", 100 * price.die_yield)});
  cost.push_back({"dies", fmt::format("{:.0f} USD", price.dies.value)});
  cost.push_back({"memory", fmt::format("{:.0f} USD", price.memory.value)});
  cost.push_back({"package", fmt::format("{:.0f} USD", price.package.value)});
  cost.push_back({"embodied carbon", fmt::format("{:.1f} kg CO2", price.carbon_kg)});
  ordered_json sections = ordered_json::array();
  const auto add = [&](const char* title, const std::vector<std::string>& columns, ordered_json rows) {
    if (!rows.empty()) sections.push_back(section(title, columns, std::move(rows)));
  };
  add("Peak", {"format", "peak", "unit", "from"}, peaks);
  add("Memory", {"level", "capacity", "bandwidth", "note"}, memory);
  add("Power and area", {"what", "published", "computed", "note"}, power_rows(chip));
  add("Energy of an operation", {"operation", "arithmetic", "registers", "control", "note"}, multiply_add_rows(chip));
  add("Energy of memory", {"what", "energy", "note"}, memory_energy_rows(chip));
  add("Area", {"block", "group", "area", "share"}, area);
  add("Manufacturing cost", {"what", "value"}, cost);
  return sections;
}

ordered_json technology_sections(const ppa::Technology& t) {
  ordered_json rows = ordered_json::array();
  for (std::size_t f = 0; f < kFormatNames.size(); ++f)
    if (t.mac_pj[f] > 0) rows.push_back({kFormatNames[f], fmt::format("{:g} pJ", t.mac_pj[f])});
  return {section("Energy of one multiply-add", {"format", "energy"}, rows), section("Energy of other events", {"what", "energy"}, event_rows(t)),
          section("Node", {"what", "value"}, node_rows(t))};
}

ordered_json die_sections(const ppa::DieConfig& d) {
  ordered_json rows = ordered_json::array();
  rows.push_back({"dies", std::to_string(d.dies())});
  if (d.units > 0) rows.push_back({"SMs or cores in silicon", std::to_string(d.units)});
  rows.push_back({"serial lanes", std::to_string(d.link_lanes)});
  return {section("Die", {"what", "value"}, rows)};
}

ordered_json network_sections(const parallel::NetworkConfig& n) {
  return {section("Rate of a device", {"what", "value"}, {{"one way", fmt::format("{:.1f} GB/s", n.rate().value / 1e9)}})};
}

ordered_json server_sections(const ServerConfig& s) {
  ordered_json rows = ordered_json::array();
  rows.push_back({"of a batch", fmt::format("{:g} ms", s.request.value * 1e3)});
  rows.push_back({"of a sequence and step", fmt::format("{:g} us", s.sequence.value * 1e6)});
  return {section("Host time", {"what", "value"}, rows)};
}

ordered_json memory_sections(const memory::MemoryConfig& m) {
  ordered_json rows = ordered_json::array();
  rows.push_back({"capacity", fmt::format("{:.1f} GiB", memory::capacity(m).value / (1 << 30))});
  rows.push_back({"peak", fmt::format("{:.1f} GB/s over {} channels", memory::peak(m).value / 1e9, memory::channels(m))});
  rows.push_back({"after refresh", fmt::format("{:.1f} GB/s", memory::sustained(m).value / 1e9)});
  return {section("Memory", {"what", "value"}, rows)};
}

ordered_json pim_sections(const PimDevice& d) { return memory_sections(d.memory); }

ordered_json architecture_sections(const gpu::ArchitectureConfig& a) {
  ordered_json sm = ordered_json::array();
  sm.push_back({"threads", std::to_string(a.max_threads)});
  sm.push_back({"thread blocks", std::to_string(a.max_blocks)});
  sm.push_back({"registers", fmt::format("{:g} KiB", a.registers.value / 1024)});
  sm.push_back({"shared memory", fmt::format("{:g} KiB", a.shared_memory.value / 1024)});
  sm.push_back({"special functions", fmt::format("{} a clock", a.special_lanes)});
  ordered_json tiles = ordered_json::array();
  for (const gpu::TileConfig& t : a.library.tiles)
    tiles.push_back({fmt::format("{} x {}", t.m, t.n), std::to_string(t.k_step), std::to_string(t.stages), std::to_string(t.threads)});
  return {section("Streaming multiprocessor", {"what", "value"}, sm), section("Tiles of the matrix library", {"tile", "k step", "stages", "threads"}, tiles)};
}

ordered_json link_sections(const fabric::LinkConfig& l) {
  ordered_json rows = ordered_json::array();
  rows.push_back({"devices joined", std::to_string(l.devices)});
  rows.push_back({"one way out of a device", fmt::format("{:.1f} GB/s", l.bandwidth.value * l.links / 1e9)});
  rows.push_back({"after framing", fmt::format("{:.1f} GB/s", fabric::raw_rate(l, l.devices).value / 1e9)});
  rows.push_back({"reached by collectives", fmt::format("{:.1f} GB/s", fabric::effective_rate(l, l.devices).value / 1e9)});
  return {section("Link", {"what", "value"}, rows)};
}

ordered_json macro_sections(const imc::MacroConfig& m) {
  const imc::MacroEstimate e = imc::estimate(m);
  ordered_json rows = ordered_json::array();
  rows.push_back({"operands", fmt::format("{} bit inputs, {} bit weights", m.input_bits, m.weight_bits)});
  rows.push_back({"in one pass", fmt::format("{:.0f} multiply-adds in {:.4g} ns", e.macs, e.pass.value * 1e9)});
  rows.push_back({"rate", fmt::format("{:.4g} TOPS", e.ops_per_s() / 1e12)});
  rows.push_back({"efficiency", fmt::format("{:.4g} TOPS/W", e.ops_per_joule() / 1e12)});
  rows.push_back({"area", fmt::format("{:.4g} mm2", e.area.total().value)});
  return {section("Macro", {"what", "value"}, rows)};
}

std::string chip_summary(const Chip& chip) {
  const Format format = usual_format(chip);
  const auto [rate, unit] = rate_text(chip->peak_ops_per_s(format), format);
  return fmt::format("{:.0f} {} {}, {:.0f} GB/s, {}", rate, unit, name(format), memory::peak(chip->memory()).value / 1e9,
                     capacity_text(memory::capacity(chip->memory()), 0));
}

std::string memory_summary(const memory::MemoryConfig& m) {
  return fmt::format("{}, {:.4g} GB/s, {:.3g} GiB", m.standard, memory::peak(m).value / 1e9, memory::capacity(m).value / (1 << 30));
}

std::string pim_summary(const PimDevice& d) {
  return fmt::format("{}, units at {}, {}", d.name, pim::kPimKindNames[static_cast<std::size_t>(d.units.kind)], d.memory.standard);
}

std::string architecture_summary(const gpu::ArchitectureConfig& a) {
  return fmt::format("{:.0f} KiB shared memory an SM, {} matrix tiles", a.shared_memory.value / 1024, a.library.tiles.size());
}

std::string link_summary(const fabric::LinkConfig& l) {
  return fmt::format("{} devices, {:.4g} GB/s one way out of each", l.devices, l.bandwidth.value * l.links / 1e9);
}

std::string macro_summary(const imc::MacroConfig& m) {
  const imc::MacroEstimate e = imc::estimate(m);
  return fmt::format("{} {}, {:g} nm, {:.3g} TOPS, {:.3g} TOPS/W", imc::kCellNames[static_cast<std::size_t>(m.cell.kind)],
                     imc::kComputeNames[static_cast<std::size_t>(m.compute)], m.process().node_nm, e.ops_per_s() / 1e12, e.ops_per_joule() / 1e12);
}

}  // namespace presil::run
