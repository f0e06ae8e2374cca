// dump.cpp -- the resolved values of a configuration (see schema.h).
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/config/schema.h"

namespace presil::config {

namespace {

using Json = nlohmann::ordered_json;

class Dumper final : public Visitor {
 public:
  void check(bool, const char*, const std::string&) override {}

  Json result() const { return values_; }
  /// False when a required field holds what no reader would have let it hold.
  bool given() const { return given_; }

 private:
  void number(const Field& field, double& value, Measure measure, Range range) override {
    if (!readable(field, within(value, range))) return;
    if (measure == Measure::none)
      values_[field.key] = value;
    else
      values_[field.key] = format_quantity(value, measure);
  }
  void whole(const Field& field, std::int64_t& value, std::int64_t min, std::int64_t max) override {
    if (readable(field, value >= min && value <= max)) values_[field.key] = value;
  }
  void boolean(const Field& field, bool& value) override { values_[field.key] = value; }
  void string(const Field& field, std::string& value) override { values_[field.key] = value; }
  void strings(const Field& field, std::vector<std::string>& value) override { values_[field.key] = value; }
  void one_of(const Field& field, std::size_t& index, std::span<const std::string_view> names) override {
    if (readable(field, index < names.size())) values_[field.key] = std::string(names[index]);
  }
  void nested(const Field& field, const std::function<void(Visitor&)>& describe) override {
    Dumper child;
    describe(child);
    if (!child.given() && field.presence == optional) return;
    given_ = given_ && child.given();
    values_[field.key] = child.result();
  }
  void numbers_by_name(const Field& field, std::span<double> values, std::span<const std::string_view> names,
                       Range range) override {
    Json table = Json::object();
    for (std::size_t i = 0; i < names.size() && i < values.size(); ++i)
      if (values[i] != 0 && within(values[i], range)) table[std::string(names[i])] = values[i];
    values_[field.key] = std::move(table);
  }
  void by_kind(const Field& field, const char*, std::size_t& index, std::span<const std::string_view> names,
               const std::function<void(Visitor&, std::size_t)>& describe) override {
    one_of(field, index, names);
    describe(*this, index);
  }
  void sequence(const Field& field, std::size_t size, const std::function<void(std::size_t)>&,
                const std::function<void(Visitor&, std::size_t)>& describe) override {
    Json list = Json::array();
    for (std::size_t i = 0; i < size; ++i) {
      Dumper child;
      describe(child, i);
      list.push_back(child.result());
    }
    values_[field.key] = std::move(list);
  }

  static bool within(double value, Range range) {
    return std::isfinite(value) && value >= range.min && value <= range.max &&
           !(range.min_exclusive && value == range.min);
  }
  /// An optional field outside its range holds an initialiser such as "unlimited", which no file can say.
  bool readable(const Field& field, bool inside) {
    if (!inside && field.presence == required) given_ = false;
    return inside;
  }

  Json values_ = Json::object();
  bool given_{true};
};

}  // namespace

nlohmann::ordered_json dump(const std::function<void(Visitor&)>& describe) {
  Dumper dumper;
  describe(dumper);
  return dumper.result();
}

}  // namespace presil::config
