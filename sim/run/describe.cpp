// describe.cpp -- what a configuration or a model says, and where each value comes from (see run.h).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/gpu/gpu_config.h"
#include "models/imc/macro.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/schema.h"
#include "sim/ppa/voltage_curve.h"
#include "sim/run/describe_power.h"
#include "sim/run/experiment.h"
#include "sim/run/pim_device.h"
#include "sim/run/price.h"
#include "sim/run/run.h"
#include "sim/run/system.h"

namespace presil::run {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

ordered_json section(const std::string& title, std::vector<std::string> columns, ordered_json rows) {
  return {{"title", title}, {"columns", columns}, {"rows", std::move(rows)}};
}

ordered_json provenance_json(const std::vector<config::Provenance>& list) {
  ordered_json rows = ordered_json::array();
  for (const auto& p : list) rows.push_back({{"path", p.path}, {"value", p.value}, {"source", p.source}, {"where", p.where}});
  return rows;
}

ordered_json chip_sections(const Chip& chip) {
  ordered_json peaks = ordered_json::array();
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) {
    const auto format = static_cast<Format>(f);
    if (!chip->supports(format)) continue;
    peaks.push_back({kFormatNames[f], fmt::format("{:.1f}", chip->peak_ops_per_s(format) / 1e12), is_integer(format) ? "TOPS" : "TFLOPS",
                     chip->peak_formula(format)});
  }
  const api::BoardConfig& board = chip->board();
  const memory::MemoryConfig& dram = chip->memory();
  ordered_json memory = ordered_json::array();
  memory.push_back({"memory", fmt::format("{:.1f} GiB", memory::capacity(dram).value / (1 << 30)), fmt::format("{:.1f} GB/s", memory::peak(dram).value / 1e9),
                    fmt::format("{}, {:.1f} GB/s after refresh", dram.standard, memory::sustained(dram).value / 1e9)});
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

template <class Struct>
const std::string& name_of(const Struct& value) { return value.name; }
const std::string& name_of(const Chip& chip) { return chip->board().name; }

template <class Struct>
ordered_json describe_struct(const std::string& kind, const fs::path& file, const config::Node& document,
                             const std::function<ordered_json(const Struct&)>& sections) {
  Struct value;
  std::vector<config::Provenance> provenance;
  config::read(document, value, &provenance);
  return {{"kind", kind}, {"name", name_of(value).empty() ? file.stem().string() : name_of(value)}, {"sections", sections(value)},
          {"provenance", provenance_json(provenance)}};
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

ordered_json memory_sections(const memory::MemoryConfig& m) {
  ordered_json rows = ordered_json::array();
  rows.push_back({"capacity", fmt::format("{:.1f} GiB", memory::capacity(m).value / (1 << 30))});
  rows.push_back({"peak", fmt::format("{:.1f} GB/s over {} channels", memory::peak(m).value / 1e9, memory::channels(m))});
  rows.push_back({"after refresh", fmt::format("{:.1f} GB/s", memory::sustained(m).value / 1e9)});
  return {section("Memory", {"what", "value"}, rows)};
}

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

/// 8030261248 as "8,030,261,248".
std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

ordered_json describe_model(const fs::path& file) {
  const workload::Architecture a = workload::read_architecture(config::parse_file(file));
  const bool shipped = fs::equivalent(fs::absolute(file).parent_path(), home() / "workloads" / "models");
  ordered_json rows = ordered_json::array();
  rows.push_back({"family", a.model_type});
  rows.push_back({"parameters", grouped(workload::parameter_count(a))});
  rows.push_back({"used by one token", grouped(workload::active_parameter_count(a))});
  rows.push_back({"hidden size", std::to_string(a.hidden)});
  if (a.encoder) rows.push_back({"encoder layers", std::to_string(a.encoder->layers.size())});
  if (a.decoder) rows.push_back({"decoder layers", std::to_string(a.decoder->layers.size())});
  return {{"kind", "model"}, {"name", file.stem().string()}, {"sections", {section("Model", {"what", "value"}, rows)}},
          {"provenance", ordered_json::array({{{"path", "config.json"}, {"value", file.filename().string()}, {"source", shipped ? "[paper] as published by its authors" : "[assumed] a file of the user"}, {"where", file.string()}}})}};
}

ordered_json describe_experiment(const fs::path& file) {
  const LoadedExperiment loaded = load_experiment(file, {});
  const Experiment& e = loaded.experiment;
  ordered_json rows = ordered_json::array();
  const std::string chips = e.group.devices() > 1 ? fmt::format("{} x {} over {}", e.group.devices(), e.chip->board().name, e.group.link.name) : e.chip->board().name;
  rows.push_back({"chip", chips});
  rows.push_back({"model", e.model});
  rows.push_back({"batch", std::to_string(e.workload.batch)});
  rows.push_back({"prompt", std::to_string(e.workload.in_len)});
  rows.push_back({"generate", std::to_string(e.workload.out_len)});
  ordered_json sections = {section("Experiment", {"what", "value"}, rows)};
  for (auto& s : chip_sections(e.chip)) sections.push_back(s);
  return {{"kind", "experiment"}, {"name", e.name.empty() ? file.stem().string() : e.name}, {"sections", sections},
          {"provenance", provenance_json(loaded.provenance)}};
}

ordered_json describe_sweep(const fs::path& file, const config::Node& document) {
  ordered_json rows = ordered_json::array();
  if (const config::Node* e = document.find("experiment")) rows.push_back({"experiment", e->scalar});
  if (const config::Node* b = document.find("bench")) rows.push_back({"bench", b->scalar});
  for (const char* part : {"grid", "zip"})
    if (const config::Node* space = document.find(part))
      for (const auto& [key, values] : space->members)
        rows.push_back({key, values.items.empty() ? std::string(part) + " of a range" : fmt::format("{} values", values.items.size())});
  if (const config::Node* sample = document.find("sample"))
    if (const config::Node* of = sample->find("of"))
      for (const auto& [key, values] : of->members) rows.push_back({key, "sampled"});
  return {{"kind", "sweep"}, {"name", file.stem().string()}, {"sections", {section("Sweep", {"what", "value"}, rows)}}, {"provenance", ordered_json::array()}};
}

ordered_json describe_claim(const fs::path& file, const config::Node& document) {
  ordered_json rows = ordered_json::array();
  for (const char* key : {"claim", "document", "simulated", "open"})
    if (const config::Node* text = document.find(key)) rows.push_back({key, text->scalar});
  if (const config::Node* runs = document.find("runs"))
    for (const auto& [name, run] : runs->members) rows.push_back({"run " + name, run.find("experiment") ? run.find("experiment")->scalar : "a bench"});
  return {{"kind", "claim"}, {"name", file.stem().string()}, {"sections", {section("Claim", {"what", "value"}, rows)}}, {"provenance", ordered_json::array()}};
}

/// The file a name means, among chips, memories, technologies and models.
fs::path resolve(const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  const config::SearchPath search{home() / "configs"};
  std::vector<std::string> names;
  for (const char* kind : {"chips", "memories", "technologies", "architectures", "links", "networks", "servers", "dies", "pim", "macros", "systems", "experiments", "sweeps"}) {
    for (const auto& [stem, path] : config::catalogue(search, kind)) names.push_back(stem);
    try {
      return config::find_config(search, kind, name);
    } catch (const InputError&) {
      continue;  // another kind may have it
    }
  }
  for (const auto& entry : fs::directory_iterator(home() / "workloads" / "models")) {
    if (entry.path().stem() == name) return entry.path();
    names.push_back(entry.path().stem().string());
  }
  throw InputError(fmt::format("no configuration or model '{}'{}; 'presil list {}' shows them", name,
                               did_you_mean(name, names), join(catalogue_kinds(), "|")));
}

}  // namespace

ordered_json describe(const std::string& file_or_name) {
  const fs::path file = resolve(file_or_name);
  if (file.extension() == ".json") return describe_model(file);
  const config::SearchPath search{home() / "configs"};
  const config::Node document = config::load(file, {}, reference_keys(), search);
  if (document.find("claim")) return describe_claim(file, document);
  if (document.find("grid") || document.find("zip") || document.find("sample")) return describe_sweep(file, document);
  if (document.find("chip")) return describe_experiment(file);
  if (document.find("mac_pj")) {
    return describe_struct<ppa::Technology>("technology", file, document, [](const ppa::Technology& t) -> ordered_json {
      ordered_json rows = ordered_json::array();
      for (std::size_t f = 0; f < kFormatNames.size(); ++f)
        if (t.mac_pj[f] > 0) rows.push_back({kFormatNames[f], fmt::format("{:g} pJ", t.mac_pj[f])});
      return {section("Energy of one multiply-add", {"format", "energy"}, rows), section("Energy of other events", {"what", "energy"}, event_rows(t)), section("Node", {"what", "value"}, node_rows(t))};
    });
  }
  if (document.find("link_lanes") && !document.find("kind"))
    return describe_struct<ppa::DieConfig>("die", file, document, [](const ppa::DieConfig& d) -> ordered_json {
      ordered_json rows = ordered_json::array();
      rows.push_back({"dies", std::to_string(d.dies())});
      if (d.units > 0) rows.push_back({"SMs or cores in silicon", std::to_string(d.units)});
      rows.push_back({"serial lanes", std::to_string(d.link_lanes)});
      return {section("Die", {"what", "value"}, rows)};
    });
  if (document.find("effective_share") && document.find("links") == nullptr)
    return describe_struct<parallel::NetworkConfig>("network", file, document, [](const parallel::NetworkConfig& n) -> ordered_json {
      return {section("Rate of a device", {"what", "value"}, {{"one way", fmt::format("{:.1f} GB/s", n.rate().value / 1e9)}})};
    });
  if (document.find("scale_up")) return describe_struct<fabric::SystemConfig>("system", file, document, system_sections);
  if (document.find("effective_share"))
    return describe_struct<fabric::LinkConfig>("link", file, document, link_sections);
  if (document.find("sequence") || document.find("request"))
    return describe_struct<ServerConfig>("server", file, document, [](const ServerConfig& s) -> ordered_json {
      ordered_json rows = ordered_json::array();
      rows.push_back({"of a batch", fmt::format("{:g} ms", s.request.value * 1e3)});
      rows.push_back({"of a sequence and step", fmt::format("{:g} us", s.sequence.value * 1e6)});
      return {section("Host time", {"what", "value"}, rows)};
    });
  if (document.find("compute")) return describe_struct<imc::MacroConfig>("macro", file, document, macro_sections);
  if (const config::Node* kind = document.find("kind");
      kind && std::find(pim::kPimKindNames.begin(), pim::kPimKindNames.end(), kind->scalar) != pim::kPimKindNames.end())
    return describe_struct<PimDevice>("pim", file, document, [](const PimDevice& d) { return memory_sections(d.memory); });
  if (document.find("channels_per_stack"))
    return describe_struct<memory::MemoryConfig>("memory", file, document, memory_sections);
  if (document.find("library") && document.find("fit"))
    return describe_struct<gpu::ArchitectureConfig>("architecture", file, document, architecture_sections);
  return describe_struct<Chip>("chip", file, document, chip_sections);
}

std::vector<std::string> catalogue_kinds() {
  return {"chips", "systems", "models", "memories", "links", "networks", "servers", "technologies", "architectures", "dies", "macros", "pim"};
}

ordered_json catalogue(const std::string& kind) {
  const std::vector<std::string> kinds = catalogue_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    throw UsageError(fmt::format("unknown kind '{}'; expected one of {}{}", kind, join(kinds), did_you_mean(kind, kinds)));
  ordered_json rows = ordered_json::array();
  if (kind == "models") {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(home() / "workloads" / "models"))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      const workload::Architecture a = workload::read_architecture(config::parse_file(file));
      rows.push_back({{"name", file.stem().string()}, {"file", fs::relative(file, home()).string()}, {"aliases", ordered_json::array()},
                      {"summary", fmt::format("{}, {:.3g} B parameters", a.model_type, static_cast<double>(workload::parameter_count(a)) / 1e9)}});
    }
    return rows;
  }
  const config::SearchPath search{home() / "configs"};
  for (const auto& [stem, path] : config::catalogue(search, kind)) {
    const config::Node document = config::load(path, {}, reference_keys(), search);
    ordered_json aliases = ordered_json::array();
    if (const config::Node* list = document.find("aliases"))
      for (const auto& item : list->items) aliases.push_back(item.scalar);
    std::string summary;
    if (kind == "chips") {
      Chip chip;
      config::read(document, chip);
      const Format format = usual_format(chip);
      summary = fmt::format("{:.0f} {} {}, {:.0f} GB/s, {:.0f} GiB", chip->peak_ops_per_s(format) / 1e12, is_integer(format) ? "TOPS" : "TFLOPS",
                            name(format), memory::peak(chip->memory()).value / 1e9, memory::capacity(chip->memory()).value / (1 << 30));
    } else if (kind == "memories") {
      memory::MemoryConfig m;
      config::read(document, m);
      summary = fmt::format("{}, {:.4g} GB/s, {:.3g} GiB", m.standard, memory::peak(m).value / 1e9, memory::capacity(m).value / (1 << 30));
    } else if (kind == "architectures") {
      gpu::ArchitectureConfig a;
      config::read(document, a);
      summary = fmt::format("{:.0f} KiB shared memory an SM, {} matrix tiles", a.shared_memory.value / 1024, a.library.tiles.size());
    } else if (kind == "systems") {
      fabric::SystemConfig system;
      config::read(document, system);
      summary = system_summary(system);
    } else if (kind == "links") {
      fabric::LinkConfig l;
      config::read(document, l);
      summary = fmt::format("{} devices, {:.4g} GB/s one way out of each", l.devices, l.bandwidth.value * l.links / 1e9);
    } else if (kind == "pim") {
      PimDevice d;
      config::read(document, d);
      summary = fmt::format("{}, units at {}, {}", d.name, pim::kPimKindNames[static_cast<std::size_t>(d.units.kind)], d.memory.standard);
    } else if (kind == "macros") {
      imc::MacroConfig m;
      config::read(document, m);
      const imc::MacroEstimate e = imc::estimate(m);
      summary = fmt::format("{} {}, {:g} nm, {:.3g} TOPS, {:.3g} TOPS/W", imc::kCellNames[static_cast<std::size_t>(m.cell.kind)],
                            imc::kComputeNames[static_cast<std::size_t>(m.compute)], m.process().node_nm, e.ops_per_s() / 1e12,
                            e.ops_per_joule() / 1e12);
    }
    const config::Node* title = document.find("name");
    rows.push_back({{"name", stem}, {"file", fs::relative(path, home()).string()}, {"aliases", aliases},
                    {"summary", summary.empty() && title ? title->scalar : summary}});
  }
  return rows;
}

}  // namespace presil::run
