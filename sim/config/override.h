// override.h -- one --set override; internal to sim/config.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.h"

namespace presil::config::detail {

struct Override {
  std::vector<std::string> path;  ///< "chip", "memory", "stacks"
  Node value;                     ///< every mark in it is `mark`
  Mark mark;                      ///< "--set chip.memory.stacks=6"
};

/// Throws UsageError when the text is not PATH=VALUE with a value in YAML syntax.
Override parse_override(const std::string& text);

/// Called for each value on the way, before the step into it; may replace it (by what it refers to). `key` is
/// the key it stands under, empty for the root.
using Expand = std::function<void(Node&, std::string_view key)>;

/// Sets the value. Keys that do not exist are made. Throws UsageError when the path goes through a scalar or
/// past the end of a sequence.
void apply(Node& root, const Override& change, const Expand& expand);

}  // namespace presil::config::detail
