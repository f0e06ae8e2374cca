// starter.cpp -- implementation of starter.h.
#include "sim/cli/starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/report/table.h"

namespace presil::cli {

namespace {

using Json = nlohmann::ordered_json;

// Keys whose value is the name of something else, and where those names are listed.
const std::map<std::string, std::string> kReferences{{"chip", "chips"},
                                                     {"model", "models"},
                                                     {"system", "systems"},
                                                     {"memory", "memories"},
                                                     {"technology", "technologies"},
                                                     {"link", "links"},
                                                     {"network", "networks"},
                                                     {"server", "servers"}};

// What every experiment is about: these keys, and the mapping around some of them, stand uncommented, with a
// value to begin with (a name only where the catalogue has it).
const std::map<std::string, std::string> kFirst{{"chip", "tpu_v4"}, {"model", "llama3_8b"},
                                                {"name", "mine"},   {"batch", "1"},
                                                {"in_len", "512"},  {"out_len", "64"}};

bool stands_uncommented(const std::string& key) { return kFirst.contains(key) || key == "workload"; }

class Starter {
 public:
  explicit Starter(const std::function<Json(const std::string&)>& names) : names_(names) {}

  void mapping(const Json& schema, std::size_t indent, bool commented) {
    const Json required = schema.value("required", Json::array());
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, field] : properties.items()) {
      if (key == "source" || key == "include") continue;
      const bool needed = std::find(required.begin(), required.end(), key) != required.end();
      member(key, field, indent, commented || !(needed || stands_uncommented(key)));
    }
  }
  const std::string& text() const { return text_; }

 private:
  void member(const std::string& key, const Json& field, std::size_t indent, bool commented) {
    const std::string margin = std::string(indent, ' ');
    if (indent == 0 && !text_.empty()) text_ += "\n";
    for (const std::string& line :
         report::wrapped(field.value("description", ""), report::kPageWidth - indent - 2))
      if (!line.empty()) text_ += margin + "# " + line + "\n";
    const std::string start = margin + (commented ? "# " : "") + key + ":";
    if (!kReferences.contains(key) && field.contains("properties")) {
      text_ += start + "\n";
      mapping(field, indent + 2, commented);
    } else {
      text_ += start + " " + value(key, field) + "\n";
    }
  }

  std::string value(const std::string& key, const Json& field) const {
    const auto reference = kReferences.find(key);
    if (reference != kReferences.end()) {
      const Json all = names_(reference->second);
      for (const Json& entry : all)
        if (kFirst.contains(key) && entry.value("name", "") == kFirst.at(key)) return kFirst.at(key);
      return all.empty() ? "NAME  # see `presil list " + reference->second + "`"
                         : all[0].value("name", "NAME");
    }
    if (kFirst.contains(key)) return kFirst.at(key);
    if (field.contains("default")) return scalar(field["default"]);
    if (field.contains("enum")) return scalar(field["enum"][0]);
    if (field.contains("minimum")) return scalar(field["minimum"]);
    return "1";
  }

  static std::string scalar(const Json& value) {
    return value.is_string() && !value.get<std::string>().empty() ? value.get<std::string>() : value.dump();
  }

  const std::function<Json(const std::string&)>& names_;
  std::string text_;
};

}  // namespace

std::string starter_text(const Json& schema, const std::function<Json(const std::string&)>& names) {
  Starter starter(names);
  starter.mapping(schema, 0, false);
  return "# An experiment for `presil run`. Keys that are commented out show their defaults.\n"
         "# Numbers may carry a unit: 450 GB/s, 16 MiB, 1.2 GHz, 5 us.\n\n" +
         starter.text();
}

}  // namespace presil::cli
