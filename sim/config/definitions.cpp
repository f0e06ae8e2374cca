// definitions.cpp -- implementation of definitions.h.
#include "sim/config/definitions.h"

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <nlohmann/json.hpp>

namespace presil::config {

namespace {

using Json = nlohmann::ordered_json;

/// A reference with its indentation takes about as much; smaller parts are clearer where they are.
constexpr std::size_t kLeastBytes = 300;

class Sharer {
 public:
  /// From the leaves up: an object that is large enough becomes a reference to the part that holds it.
  Json reduce(const Json& node, const std::string& key) {
    if (node.is_array()) {
      Json list = Json::array();
      for (const Json& item : node) list.push_back(reduce(item, key));
      return list;
    }
    if (!node.is_object()) return node;
    Json object = Json::object();
    for (const auto& [name, value] : node.items()) object[name] = reduce(value, is_keyword(name) ? key : name);
    const bool schema = node.contains("type") || node.contains("anyOf");
    std::string text = schema ? object.dump() : "";
    if (text.size() < kLeastBytes) return object;
    const auto [found, fresh] = numbers_.try_emplace(std::move(text), parts_.size());
    if (fresh) parts_.push_back({std::move(object), key, 0, ""});
    ++parts_[found->second].uses;
    return {{"$ref", found->second}};
  }

  /// References to parts of one use become the part; the others get their names.
  Json expand(const Json& node) {
    if (node.is_array()) {
      Json list = Json::array();
      for (const Json& item : node) list.push_back(expand(item));
      return list;
    }
    if (!node.is_object()) return node;
    if (const auto number = node.find("$ref"); number != node.end() && number->is_number()) {
      Part& part = parts_[number->get<std::size_t>()];
      if (part.uses < 2) return expand(part.schema);
      if (part.name.empty()) define(part);
      return {{"$ref", "#/definitions/" + part.name}};
    }
    Json object = Json::object();
    for (const auto& [name, value] : node.items()) object[name] = expand(value);
    return object;
  }

  const std::map<std::string, Json>& definitions() const { return definitions_; }

 private:
  struct Part {
    Json schema;
    std::string key;
    std::size_t uses;
    std::string name;
  };

  static bool is_keyword(const std::string& name) {
    return name == "properties" || name == "anyOf" || name == "items" || name == "value" || name == "additionalProperties";
  }

  void define(Part& part) {
    const std::string base = part.key.empty() ? "part" : part.key;
    part.name = base;
    for (int i = 2; definitions_.contains(part.name); ++i) part.name = base + "_" + std::to_string(i);
    definitions_[part.name] = {};  // the name is taken while the parts within are named
    Json schema = expand(Json(part.schema));
    definitions_[part.name] = std::move(schema);
  }

  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<Part> parts_;
  std::map<std::string, Json> definitions_;
};

}  // namespace

Json with_definitions(const Json& schema) {
  Sharer sharer;
  Json result = sharer.expand(sharer.reduce(schema, ""));
  if (sharer.definitions().empty()) return result;
  result["definitions"] = Json::object();
  for (const auto& [name, part] : sharer.definitions()) result["definitions"][name] = part;
  return result;
}

}  // namespace presil::config
