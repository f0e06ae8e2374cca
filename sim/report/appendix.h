// appendix.h -- text on parts of a result that only some machines have: macros, units in memory, computed numbers.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "sim/report/style.h"

namespace presil::report {

/// Blocks behind the report, each after an empty line; empty for a document that has none of these.
std::string appendix(const nlohmann::ordered_json& document, const Style& style);

}  // namespace presil::report
