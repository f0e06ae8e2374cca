// cursor.h -- reads values of a JSON document and says where they are.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/format.h"

namespace presil::report {

/// A value of a document that knows its path, so that every complaint can name it. Throws InputError.
class Cursor {
 public:
  Cursor(const nlohmann::ordered_json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  Cursor object() const { return require(value_->is_object(), "a mapping"); }

  /// An optional member; a null member counts as absent.
  template <class Use>
  void with(const char* key, Use use) const {
    const auto found = value_->find(key);
    if (found != value_->end() && !found->is_null()) use(Cursor(*found, child(key)));
  }
  template <class Row, class Read>
  void rows(const char* key, std::vector<Row>& into, Read read) const {
    with(key, [&](const Cursor& list) {
      list.require(list.value_->is_array(), "a list");
      for (std::size_t i = 0; i < list.value_->size(); ++i)
        into.push_back(read(Cursor((*list.value_)[i], fmt::format("{}[{}]", list.path_, i)).object()));
    });
  }
  template <class Use>
  void members(Use use) const {
    object();
    for (const auto& [key, value] : value_->items()) use(key, Cursor(value, child(key)));
  }

  double number() const {
    require(value_->is_number(), "a number");
    return value_->get<double>();
  }
  std::vector<double> numbers() const {
    require(value_->is_array(), "a list");
    std::vector<double> all;
    for (std::size_t i = 0; i < value_->size(); ++i) all.push_back(Cursor((*value_)[i], fmt::format("{}[{}]", path_, i)).number());
    return all;
  }
  std::string text() const {
    require(value_->is_string(), "text");
    return clean(value_->get<std::string>());
  }
  /// Assumed values may be numbers or text.
  std::string spelling() const { return value_->is_string() ? text() : clean(value_->dump()); }

  void get(const char* key, double& into) const {
    with(key, [&](const Cursor& c) { into = c.number(); });
  }
  void get(const char* key, std::string& into) const {
    with(key, [&](const Cursor& c) { into = c.text(); });
  }
  template <class Value>
  void need(const char* key, Value& into) const {
    require(value_->contains(key), fmt::format("the member \"{}\"", key));
    Cursor((*value_)[key], child(key)).assign(into);
  }
  const Cursor& require(bool holds, const std::string& expected) const {
    if (!holds) throw InputError(fmt::format("{}: expected {}", path_, expected));
    return *this;
  }

 private:
  void assign(double& into) const { into = number(); }
  void assign(std::string& into) const { into = text(); }
  std::string child(const std::string& key) const {
    return path_.ends_with(": ") ? path_ + key : path_ + "." + key;
  }

  const nlohmann::ordered_json* value_;
  std::string path_;
};

}  // namespace presil::report
