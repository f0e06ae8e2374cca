// record.h -- any flat answer (a benchmark's, a description's) as text, its units taken from its keys.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/report/style.h"

namespace presil::report {

/// One line per member, in order: "latency  500.2 us" for {"latency_us": 500.2}.
std::string record_text(const nlohmann::ordered_json& record, const Style& style);

/// A list of {title, columns, rows} as titled tables.
std::string sections_text(const nlohmann::ordered_json& sections, const Style& style);

/// The members `columns` of every mapping of a list, as a table; lists are joined by commas.
std::string list_text(const nlohmann::ordered_json& list, const std::vector<std::string>& columns,
                      const Style& style);

}  // namespace presil::report
