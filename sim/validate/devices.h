// devices.h -- the chips that tables speak of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/config/node.h"
#include "sim/validate/registry.h"

namespace presil::validate {

/// The kind of devices that are macros, not chips.
inline constexpr const char* kMacroKind = "macro";

struct Device {
  std::string name;       ///< of the chip; as the table spells it when there is no such chip
  std::string file;       ///< the chip's
  std::string kind;       ///< of the chip: "npu"
  config::Node document;  ///< resolved
  Roofs roofs;
  std::string fault;  ///< why there is no chip; empty: there is one
};

/// Looks chips up, each once. No SystemC.
class Devices {
 public:
  explicit Devices(const Registry& registry) : registry_(registry) {}
  /// The chip of a row: by file stem, name or alias, upper and lower case taken as equal. Not found, or wrong
  /// in itself: a Device with a fault.
  const Device& of(const Row& row);

 private:
  Device look_up(const Row& row) const;

  const Registry& registry_;
  std::map<std::pair<std::string, bool>, Device> known_;
};

}  // namespace presil::validate
