// starter.h -- a commented experiment to start from, made from the experiment's own schema so that it is
// never stale.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace presil::cli {

/// YAML with one comment for every key: required keys filled in, optional ones commented out at their
/// defaults. `names(kind)` gives a catalogue ("chips"): keys that refer to one get its first name. Such a key
/// is one line, whatever its schema says a whole chip holds.
std::string starter_text(const nlohmann::ordered_json& schema,
                         const std::function<nlohmann::ordered_json(const std::string&)>& names);

}  // namespace presil::cli
