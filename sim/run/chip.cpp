// chip.cpp -- implementation of chip.h.
#include "sim/ppa/floorplan.h"
#include "sim/run/chip.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/run/chip_kinds.h"

namespace presil::run {

namespace {

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  for (const ChipKind& kind : chip_kinds()) names.push_back(kind.name);
  return names;
}

std::string kind_doc() {
  std::string list;
  for (const ChipKind& kind : chip_kinds()) list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", kind.name, kind.summary);
  return fmt::format("Model of the chip: {}.", list);
}

}  // namespace

nlohmann::ordered_json ChipModel::macros(const std::vector<workload::Graph>&, const Totals&) const { return nullptr; }

std::vector<std::string> ChipModel::supported_formats() const {
  std::vector<std::string> names;
  for (std::size_t f = 0; f < kFormatNames.size(); ++f)
    if (supports(static_cast<Format>(f))) names.emplace_back(kFormatNames[f]);
  return names;
}

noc::NetworkConfig with_wires(noc::NetworkConfig network, const ppa::ChipArea& area, std::uint32_t nodes, Hertz clock) {
  constexpr double kRouterClocks = 2;  // arbitration and switch [assumed]
  if (network.hop_length.value == 0)
    network.hop_length = network.topology == noc::Topology::crossbar ? ppa::crossing(area) : ppa::spacing(area, nodes);
  if (network.hop_latency.value == 0) network.hop_latency = period(clock) * kRouterClocks + ppa::wire_delay(network.hop_length);
  return network;
}

Chip::Chip() : Chip(chip_kinds().front().make()) {}

void Chip::describe(config::Visitor& v) {
  static const std::vector<std::string_view> names = kind_names();
  static const std::string doc = kind_doc();
  auto index = static_cast<std::size_t>(std::find(names.begin(), names.end(), model_->kind()) - names.begin());
  v.kinds("kind", "chip", index, names, [this](config::Visitor& fields, std::size_t kind) {
    if (chip_kinds()[kind].name != model_->kind()) model_ = chip_kinds()[kind].make();
    model_->describe(fields);
  }, doc.c_str());
}

}  // namespace presil::run
