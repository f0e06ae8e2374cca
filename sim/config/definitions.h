// definitions.h -- a JSON Schema in which equal parts stand once.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace presil::config {

/// The same schema with every larger part that occurs more than once under `definitions`, a `$ref` in its places. A part is
/// named as the key it is first seen under, with a number where others of that key differ.
nlohmann::ordered_json with_definitions(const nlohmann::ordered_json& schema);

}  // namespace presil::config
