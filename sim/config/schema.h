// schema.h -- JSON Schema, resolved dump, documentation and hash of a configuration struct, from its one declaration.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/config/quantities.h"
#include "sim/config/visitor.h"

namespace presil::config {

/// JSON Schema (draft-07) of a mapping. Quantities are strings with a unit; every scalar, table and list may also be
/// {value, source}; every field has its description, default and range; additionalProperties is false; `source` and
/// `include` are allowed. The outermost mapping and those in lists must have the required keys, or an `include`; those inside
/// another mapping need not, because the file that it includes may have them. Keys of `reference_keys`
/// may be a string, the name of a file, instead of a mapping. A mapping of several kinds (Visitor::kinds) is an anyOf of
/// one schema for each.
nlohmann::ordered_json schema_of(const std::function<void(Visitor&)>& describe,
                                 const std::vector<std::string>& reference_keys = {});

/// The resolved values: quantities as strings in their usual unit that read back to the same value exactly. Left out
/// are numbers that are infinite, NaN or out of their range, because only an initialiser can hold them ("unlimited"), and
/// optional mappings in which a required number is, because they were never given.
nlohmann::ordered_json dump(const std::function<void(Visitor&)>& describe);

/// The fields as a Markdown table: key (dotted), type or unit, default, range, meaning.
std::string document(const std::function<void(Visitor&)>& describe);

/// 64-bit FNV-1a of a text as 16 hexadecimal digits; used for config_hash.
std::string hash_hex(const std::string& text);

}  // namespace presil::config
