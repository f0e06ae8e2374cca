// config_kinds.cpp -- implementation of config_kinds.h.
#include "sim/run/config_kinds.h"

#include <algorithm>
#include <array>

#include "sim/run/describe_sections.h"
#include "sim/run/system.h"

namespace presil::run {

namespace {

using config::Node;

template <class Struct>
const std::string& name_of(const Struct& value) { return value.name; }
const std::string& name_of(const Chip& chip) { return chip->board().name; }

template <class Struct, nlohmann::ordered_json (*Sections)(const Struct&)>
Described described(const Node& document) {
  Struct value;
  Described all;
  config::read(document, value, &all.provenance);
  all.name = name_of(value);
  all.sections = Sections(value);
  return all;
}

template <class Struct, std::string (*Summary)(const Struct&)>
std::string summarised(const Node& document) {
  Struct value;
  config::read(document, value);
  return Summary(value);
}

bool has(const Node& document, const char* key) { return document.find(key) != nullptr; }

bool is_pim(const Node& document) {
  const Node* kind = document.find("kind");
  return kind != nullptr && std::find(pim::kPimKindNames.begin(), pim::kPimKindNames.end(), kind->scalar) != pim::kPimKindNames.end();
}

constexpr std::array<ConfigKind, 11> kKinds{{
    {"chip", "chips", [](const Node& d) { return has(d, "kind") && !is_pim(d); }, described<Chip, chip_sections>, summarised<Chip, chip_summary>, fields_of<Chip>},
    {"system", "systems", [](const Node& d) { return has(d, "scale_up"); }, described<fabric::SystemConfig, system_sections>,
     summarised<fabric::SystemConfig, system_summary>, fields_of<fabric::SystemConfig>},
    {"memory", "memories", [](const Node& d) { return has(d, "channels_per_stack"); }, described<memory::MemoryConfig, memory_sections>,
     summarised<memory::MemoryConfig, memory_summary>, fields_of<memory::MemoryConfig>},
    {"link", "links", [](const Node& d) { return has(d, "effective_share") && has(d, "links"); }, described<fabric::LinkConfig, link_sections>,
     summarised<fabric::LinkConfig, link_summary>, fields_of<fabric::LinkConfig>},
    {"network", "networks", [](const Node& d) { return has(d, "effective_share") && !has(d, "links"); },
     described<parallel::NetworkConfig, network_sections>, nullptr, fields_of<parallel::NetworkConfig>},
    {"server", "servers", [](const Node& d) { return has(d, "sequence") || has(d, "request"); }, described<ServerConfig, server_sections>, nullptr,
     fields_of<ServerConfig>},
    {"technology", "technologies", [](const Node& d) { return has(d, "mac_pj"); }, described<ppa::Technology, technology_sections>, nullptr,
     fields_of<ppa::Technology>},
    {"architecture", "architectures", [](const Node& d) { return has(d, "library") && has(d, "fit"); },
     described<gpu::ArchitectureConfig, architecture_sections>, summarised<gpu::ArchitectureConfig, architecture_summary>,
     fields_of<gpu::ArchitectureConfig>},
    {"die", "dies", [](const Node& d) { return has(d, "link_lanes"); }, described<ppa::DieConfig, die_sections>, nullptr, fields_of<ppa::DieConfig>},
    {"macro", "macros", [](const Node& d) { return has(d, "compute"); }, described<imc::MacroConfig, macro_sections>,
     summarised<imc::MacroConfig, macro_summary>, fields_of<imc::MacroConfig>},
    {"pim", "pim", is_pim, described<PimDevice, pim_sections>, summarised<PimDevice, pim_summary>, fields_of<PimDevice>},
}};

}  // namespace

std::span<const ConfigKind> config_kinds() { return kKinds; }

const ConfigKind& kind_of(const Node& document) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const ConfigKind& kind) { return kind.is(document); });
  return found == kKinds.end() ? kKinds.front() : *found;
}

}  // namespace presil::run
