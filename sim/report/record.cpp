// record.cpp -- implementation of record.h.
#include "sim/report/record.h"

#include <nlohmann/json.hpp>

#include "sim/report/format.h"
#include "sim/report/table.h"

namespace presil::report {

namespace {

using Json = nlohmann::ordered_json;

std::string spelling(const Json& value);

std::string flat_list(const Json& list) {
  std::string text;
  for (const auto& [key, value] : list.items())
    text += (text.empty() ? "" : ", ") + (list.is_object() ? key + " " : "") + spelling(value);
  return text;
}

std::string spelling(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_structured()) return flat_list(value);
  if (value.is_string()) return clean(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return with_unit("", value.get<double>());
}

}  // namespace

std::string record_text(const Json& record, const Style& style) {
  Table table({{""}, {""}});
  for (const auto& [key, value] : record.items()) {
    table.add({clean(label(key)), value.is_number() ? with_unit(key, value.get<double>()) : spelling(value)});
  }
  return table.render(style, 2);
}

std::string list_text(const Json& list, const std::vector<std::string>& columns, const Style& style) {
  std::vector<Column> heads;
  for (const std::string& column : columns) heads.push_back({column});
  Table table(heads);
  for (const Json& row : list) {
    std::vector<std::string> cells;
    for (const std::string& column : columns)
      cells.push_back(row.contains(column) ? spelling(row[column]) : "");
    table.add(cells);
  }
  return table.empty() ? "" : table.render(style, 2);
}

std::string sections_text(const Json& sections, const Style& style) {
  std::string text;
  for (const Json& section : sections) {
    std::vector<Column> columns;
    for (const Json& column : section.at("columns")) columns.push_back({spelling(column)});
    Table table(columns);
    for (const Json& row : section.at("rows")) {
      std::vector<std::string> cells;
      for (const Json& cell : row) cells.push_back(spelling(cell));
      table.add(cells);
    }
    if (!text.empty()) text += "\n";
    text += style.bold(clean(section.at("title").get<std::string>())) + "\n" + table.render(style, 2);
  }
  return text;
}

}  // namespace presil::report
