// csv.cpp -- implementation of csv.h.
#include "sim/report/csv.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace presil::report {

namespace {

using Json = nlohmann::ordered_json;

const Json& member(const Json& mapping, const char* key) {
  static const Json nothing;
  const auto found = mapping.find(key);
  return found == mapping.end() ? nothing : *found;
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv_record(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return line + "\n";
}

std::string csv_value(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (value.is_number_float() && text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string list_csv(const Json& list) {
  std::vector<std::string> columns;
  for (const Json& row : list)
    for (const auto& [key, value] : row.items())
      if (std::find(columns.begin(), columns.end(), key) == columns.end()) columns.push_back(key);
  if (columns.empty()) return "";
  std::string text = csv_record(columns);
  for (const Json& row : list) {
    std::vector<std::string> fields;
    for (const std::string& column : columns) fields.push_back(csv_value(member(row, column.c_str())));
    text += csv_record(fields);
  }
  return text;
}

std::string record_csv(const Json& record) { return list_csv(Json::array({record})); }
std::string ops_csv(const Json& result) { return list_csv(member(result, "ops")); }
std::string metrics_csv(const Json& result) { return record_csv(member(result, "metrics")); }

CsvFile parse_csv(std::string_view text) {
  CsvFile file;
  std::vector<std::string> record(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      record.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted || (c != ',' && c != '\n' && c != '\r')) {
      record.back() += c;
    } else if (c == ',') {
      record.emplace_back();
    } else if (c == '\n') {
      file.records.push_back(std::move(record));
      record.assign(1, "");
      file.complete_bytes = i + 1;
    }
  }
  return file;
}

}  // namespace presil::report
