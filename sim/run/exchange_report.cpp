// exchange_report.cpp -- implementation of exchange_report.h.
#include "sim/run/exchange_report.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "models/fabric/exchange_times.h"
#include "models/fabric/topology.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

template <class Enum, std::size_t n>
std::string name_of(Enum value, const std::array<std::string_view, n>& names) { return std::string(names[static_cast<std::size_t>(value)]); }

ordered_json row_of(const fabric::KnownExchange& known) {
  const fabric::GroupExchange& x = known.exchange;
  ordered_json row{{"name", name_of(x.operation, fabric::kOperationNames)}, {"bytes", x.bytes}, {"ranks", x.groups.ranks}, {"stride", x.groups.stride},
                   {"time_s", known.time().value}, {"closed_form_s", known.closed_form.value}};
  if (!known.obstacle.empty()) {
    row["not_simulated"] = known.obstacle;
    return row;
  }
  const fabric::GroupResult& r = known.simulated;
  row["difference"] = r.time / known.closed_form - 1;
  row["algorithm"] = name_of(r.choice.pattern, fabric::kPatternNames);
  row["protocol"] = name_of(r.choice.protocol, fabric::kProtocolNames);
  row["groups"] = r.groups;
  row["groups_simulated"] = r.played;
  row["folded"] = r.folded;
  if (known.send_delay.value > 0) row["send_delay_s"] = known.send_delay.value;
  return row;
}

/// Links of two nodes are links of all.
std::vector<std::string> warnings_of(const fabric::SystemConfig& system) {
  const bool one = system.nodes() == 1;
  return fabric::warnings(fabric::build_graph(one ? system : fabric::part_for(system, std::min(system.devices(), 2 * system.scale_up.devices))));
}

}  // namespace

void add_exchanges(ordered_json& fabric, const Machine& machine, const DeviceGroup& group) {
  if (group.devices() <= 1) return;
  fabric["model"] = machine.exchanges() == nullptr ? "closed form" : "simulated";
  if (machine.exchanges() == nullptr) return;
  fabric["system"] = machine.exchanges()->system();
  fabric["exchanges"] = ordered_json::array();
  for (const fabric::KnownExchange& known : machine.exchanges()->known()) fabric["exchanges"].push_back(row_of(known));
  if (const std::vector<std::string> found = warnings_of(group.system); !found.empty()) fabric["warnings"] = found;
}

}  // namespace presil::run
