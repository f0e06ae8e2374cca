// devices.cpp -- implementation of devices.h.
#include "sim/validate/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/report/format.h"
#include "sim/run/experiment.h"

namespace presil::validate {

namespace {

config::SearchPath search() { return {run::home() / "configs"}; }

std::optional<std::filesystem::path> file_of(const std::string& name, const char* folder) {
  try {
    return config::find_config(search(), folder, name);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

// Everything a chip may be called.
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const auto& [stem, path] : config::catalogue(search(), "chips")) {
    names.push_back(stem);
    try {
      const config::Node root = config::parse_file(path);
      if (const config::Node* name = root.find("name")) names.push_back(name->scalar);
      if (const config::Node* aliases = root.find("aliases"))
        for (const config::Node& alias : aliases->items) names.push_back(alias.scalar);
    } catch (const InputError&) {  // whoever names the file is told
    }
  }
  return names;
}

std::string not_found(const std::string& name) {
  const std::string near = nearest_name(name, all_names());
  return fmt::format("no chip called '{}'; {}", report::shortened(name, 50),
                     near.empty() ? "`presil list chips` has the names" : "nearest '" + near + "'");
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return report::shortened(report::clean(text), 300);
}

}  // namespace

Device Devices::look_up(const Row& row) const {
  Device device;
  device.name = row.device;
  std::optional<std::filesystem::path> file;
  for (const std::string& guess :
       row.is_system || row.is_macro ? chips_in(row.device) : std::vector<std::string>{row.device}) {
    file = file_of(guess, row.is_macro ? "macros" : "chips");
    if (file) break;
  }
  if (!file && row.is_macro) {  // the row's own columns describe it
    device.file = row.device;
    device.kind = kMacroKind;
    return device;
  }
  if (!file) {
    device.fault = not_found(row.device);
    return device;
  }
  device.file = file->string();
  try {
    device.document = config::load(*file, {}, run::reference_keys(), search());
    const config::Node* name = device.document.find("name");
    const config::Node* kind = device.document.find("kind");
    device.name = name ? name->scalar : file->stem().string();
    device.kind = row.is_macro ? kMacroKind : kind ? kind->scalar : "npu";
    if (!registry_.knows(device.kind))
      device.fault = fmt::format("{} is a chip of kind '{}'; predictions exist for {}", device.name,
                                 device.kind, join(registry_.chip_kinds()));
    else
      device.roofs = registry_.roofs(device.kind, device.document);
  } catch (const Error& error) {
    device.fault = one_line(error.what());
  }
  return device;
}

const Device& Devices::of(const Row& row) {
  const auto key = std::make_pair(row.device, row.is_system);
  const auto found = known_.find(key);
  return found != known_.end() ? found->second : known_.emplace(key, look_up(row)).first->second;
}

}  // namespace presil::validate
