// csv.h -- tables for other programs: comma-separated, quoted as RFC 4180 says, lines end in a newline.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace presil::report {

/// One field; quoted when it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);
/// One record with its newline.
std::string csv_record(const std::vector<std::string>& fields);
/// A scalar as a field: numbers in the shortest form that reads back exactly, null as nothing.
std::string csv_value(const nlohmann::ordered_json& value);

/// One row per operator class and phase of a result document: every key of `ops` is a column.
std::string ops_csv(const nlohmann::ordered_json& result);
/// One row: every metric is a column.
std::string metrics_csv(const nlohmann::ordered_json& result);
/// One row of a flat mapping; nested values are JSON text.
std::string record_csv(const nlohmann::ordered_json& record);
/// A list of flat mappings; the columns are their keys, in order of first appearance.
std::string list_csv(const nlohmann::ordered_json& list);

struct CsvFile {
  std::vector<std::vector<std::string>> records;  ///< complete ones only
  std::size_t complete_bytes{};                   ///< where the last complete record ends
};
/// Reads records back; a last record without its newline is not complete.
CsvFile parse_csv(std::string_view text);

}  // namespace presil::report
