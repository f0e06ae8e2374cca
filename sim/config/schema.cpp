// schema.cpp -- JSON Schema and hash (see schema.h).
#include "sim/config/schema.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/config/range_text.h"

namespace presil::config {

namespace {

using Json = nlohmann::ordered_json;

// Structs may hold lists of themselves. A list is written twice, plain and with its source, so that lists in lists
// double the schema each time: one counts as much as several mappings.
constexpr int kMaxNesting = 16;
constexpr int kNestingOfList = 6;

Json source_schema() { return {{"type", "string"}, {"description", "Where the value comes from."}}; }

/// The value itself, or {value, source} around it.
Json or_with_source(const Json& plain) {
  const Json wrapped{{"type", "object"},
                     {"properties", {{"value", plain}, {"source", source_schema()}}},
                     {"required", Json::array({"value"})},
                     {"additionalProperties", false}};
  return {{"anyOf", Json::array({plain, wrapped})}};
}

class SchemaWriter final : public Visitor {
 public:
  SchemaWriter(const std::vector<std::string>& references, int nesting)
      : references_(references), nesting_(nesting) {}

  void check(bool, const char*, const std::string&) override {}

  Json result() const {
    if (kinds_.size() == 1) return kinds_.front();
    if (!kinds_.empty()) return {{"anyOf", kinds_}};
    Json properties = properties_;
    if (!properties.contains("source")) properties["source"] = source_schema();
    properties["include"] = {{"type", "string"},
                             {"description", "A file whose keys are taken over, unless given here."}};
    Json schema{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!required_.empty() && !inside_)
      schema["anyOf"] = Json::array({{{"required", required_}}, {{"required", Json::array({"include"})}}});
    return schema;
  }

 private:
  void add(const Field& field, Json schema, const Json& fallback) {
    schema["description"] = field.doc;
    if (field.presence == required)
      required_.push_back(field.key);
    else if (!fallback.is_null())
      schema["default"] = fallback;
    properties_[field.key] = std::move(schema);
  }
  static Json number_schema(Range range) {
    Json schema{{"type", "number"}};
    if (std::isfinite(range.min)) schema[range.min_exclusive ? "exclusiveMinimum" : "minimum"] = range.min;
    if (std::isfinite(range.max)) schema["maximum"] = range.max;
    return schema;
  }
  static std::string with_range(const Field& field, const std::string& bounds) {
    return bounds.empty() ? field.doc : fmt::format("{} Range: {}.", field.doc, bounds);
  }

  void number(const Field& field, double& value, Measure measure, Range range) override {
    const bool finite = std::isfinite(value);
    if (measure == Measure::none)
      return add(field, or_with_source(number_schema(range)), finite ? Json(value) : Json());
    const std::string doc =
        with_range(field, detail::bounds_text(range, measure));  // no keyword compares units
    const Json plain{{"type", "string"}, {"pattern", quantity_pattern(measure, range.min < 0)}};
    add({field.key, field.presence, doc.c_str()}, or_with_source(plain),
        finite ? Json(format_quantity(value, measure)) : Json());
  }
  void whole(const Field& field, std::int64_t& value, std::int64_t min, std::int64_t max) override {
    Json plain{{"type", "integer"}};
    if (min > std::numeric_limits<std::int64_t>::min()) plain["minimum"] = min;
    if (max < std::numeric_limits<std::int64_t>::max()) plain["maximum"] = max;
    add(field, or_with_source(plain), value);
  }
  void boolean(const Field& field, bool& value) override {
    add(field, or_with_source({{"type", "boolean"}}), value);
  }
  void string(const Field& field, std::string& value) override {
    add(field, or_with_source({{"type", Json::array({"string", "number", "boolean"})}}), value);
  }
  void strings(const Field& field, std::vector<std::string>& value) override {
    const Json item{{"type", Json::array({"string", "number", "boolean"})}};
    add(field, or_with_source({{"type", "array"}, {"items", item}}), value);
  }
  void one_of(const Field& field, std::size_t& index, std::span<const std::string_view> names) override {
    const std::vector<std::string> valid(names.begin(), names.end());
    add(field, or_with_source({{"type", "string"}, {"enum", valid}}),
        index < valid.size() ? Json(valid[index]) : Json());
  }
  void nested(const Field& field, const std::function<void(Visitor&)>& describe) override {
    Json schema{{"type", "object"}};
    if (nesting_ < kMaxNesting) {
      SchemaWriter child(references_, nesting_ + 1);
      child.inside_ = true;
      describe(child);
      schema = child.result();
    }
    for (const auto& key : references_)
      if (key.substr(0, key.find(':')) == field.key)
        schema = {
            {"anyOf", Json::array({{{"type", "string"}, {"description", "The name of a file."}}, schema})}};
    add(field, std::move(schema), {});
  }
  void numbers_by_name(const Field& field, std::span<double> values, std::span<const std::string_view> names,
                       Range range) override {
    Json properties = Json::object();
    Json fallback = Json::object();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string name(names[i]);
      properties[name] = or_with_source(number_schema(range));
      if (i < values.size() && values[i] != 0 && std::isfinite(values[i])) fallback[name] = values[i];
    }
    properties["source"] = source_schema();
    add(field,
        or_with_source({{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}),
        fallback.empty() ? Json() : fallback);
  }
  /// One schema for each kind, told apart by the one value that its key may have.
  void by_kind(const Field& field, const char*, std::size_t& index, std::span<const std::string_view> names,
               const std::function<void(Visitor&, std::size_t)>& describe) override {
    const std::size_t fallback = index;
    for (std::size_t i = 0; i < names.size(); ++i) {
      SchemaWriter child = *this;
      child.kinds_ = Json::array();
      std::size_t only = 0;
      child.one_of({field.key, i == fallback ? optional : required, field.doc}, only, names.subspan(i, 1));
      describe(child, i);
      kinds_.push_back(child.result());
    }
  }
  void sequence(const Field& field, std::size_t size, const std::function<void(std::size_t)>& resize,
                const std::function<void(Visitor&, std::size_t)>& describe) override {
    Json item{{"type", "object"}};
    if (nesting_ < kMaxNesting) {
      SchemaWriter child(references_, nesting_ + kNestingOfList);
      resize(size + 1);  // a fresh entry, to see its defaults
      describe(child, size);
      resize(size);
      item = child.result();
    }
    add(field, or_with_source({{"type", "array"}, {"items", item}}), {});
  }

  const std::vector<std::string>& references_;
  int nesting_;
  bool inside_{false};          ///< a mapping of another one: what it lacks may be in the file that the other includes
  Json properties_ = Json::object();
  Json required_ = Json::array();
  Json kinds_ = Json::array();  ///< once by_kind was called: a whole schema for each
};

}  // namespace

nlohmann::ordered_json schema_of(const std::function<void(Visitor&)>& describe,
                                 const std::vector<std::string>& reference_keys) {
  SchemaWriter writer(reference_keys, 0);
  describe(writer);
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}};
  const Json body = writer.result();
  for (const auto& [key, value] : body.items()) schema[key] = value;
  return schema;
}

std::string hash_hex(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return fmt::format("{:016x}", hash);
}

}  // namespace presil::config
