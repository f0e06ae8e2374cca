// schema.h -- JSON Schema, resolved dump and hash of a configuration struct, from its one declaration.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "sim/config/visitor.h"

namespace presil::config {

/// JSON Schema (draft-07) of a mapping. Quantities are strings with a unit or numbers in the SI unit; every field
/// has its description, default and range; additionalProperties is false; `source` and `include` are allowed.
nlohmann::ordered_json schema_of(const std::function<void(Visitor&)>& describe);

/// The resolved values: quantities as strings in their usual unit that read back to the same value exactly.
nlohmann::ordered_json dump(const std::function<void(Visitor&)>& describe);

/// "1.2 TB/s", "16 MiB", "1.05 GHz": a number in the unit a person would choose; reads back exactly.
std::string format_quantity(double value, Measure measure);

/// 64-bit FNV-1a of a text as 16 hexadecimal digits; used for config_hash.
std::string hash_hex(const std::string& text);

}  // namespace presil::config
