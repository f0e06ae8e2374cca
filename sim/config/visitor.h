// visitor.h -- how a configuration struct declares its fields, once.
//
//   struct LinkConfig {
//     BytesPerSecond bandwidth{};
//     Seconds latency{nanoseconds(500)};
//     void describe(config::Visitor& v) {
//       v.quantity("bandwidth", bandwidth, required, positive, "Payload rate, one way.");
//       v.quantity("latency", latency, optional, non_negative, "Last bit out to last bit in.");
//     }
//   };
//
// The YAML reader, the JSON Schema writer, the resolved dump and the provenance table are all visitors of the
// same declaration, so they cannot disagree. An optional field keeps the value of its initialiser, which the
// schema shows as the default.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/base/units.h"

namespace presil::config {

enum class Presence { required, optional };
inline constexpr Presence required = Presence::required;
inline constexpr Presence optional = Presence::optional;

/// The values that make sense, in the canonical (SI) unit of the field. NaN and infinity never do.
struct Range {
  double min{-std::numeric_limits<double>::infinity()};
  double max{std::numeric_limits<double>::infinity()};
  bool min_exclusive{false};
};
inline constexpr Range positive{0, std::numeric_limits<double>::infinity(), true};
inline constexpr Range non_negative{0, std::numeric_limits<double>::infinity(), false};
inline constexpr Range fraction{0, 1, false};

/// What a number measures; decides which units the reader accepts ("450 GB/s") and which one it suggests.
enum class Measure { none, data, data_rate, time, frequency, power, energy, energy_per_bit, area, length, voltage, money };

template <class Dimension> inline constexpr Measure measure_of = Measure::none;
template <> inline constexpr Measure measure_of<dimension::Data> = Measure::data;
template <> inline constexpr Measure measure_of<dimension::DataRate> = Measure::data_rate;
template <> inline constexpr Measure measure_of<dimension::Time> = Measure::time;
template <> inline constexpr Measure measure_of<dimension::Frequency> = Measure::frequency;
template <> inline constexpr Measure measure_of<dimension::Power> = Measure::power;
template <> inline constexpr Measure measure_of<dimension::Energy> = Measure::energy;
template <> inline constexpr Measure measure_of<dimension::EnergyPerBit> = Measure::energy_per_bit;
template <> inline constexpr Measure measure_of<dimension::Area> = Measure::area;
template <> inline constexpr Measure measure_of<dimension::Length> = Measure::length;
template <> inline constexpr Measure measure_of<dimension::Voltage> = Measure::voltage;
template <> inline constexpr Measure measure_of<dimension::Money> = Measure::money;

/// Everything a visitor knows of a field before it sees the value. Strings live as long as the program.
struct Field {
  const char* key;
  Presence presence;
  const char* doc;  ///< one sentence; ends in a full stop
};

class Visitor {
 public:
  virtual ~Visitor() = default;

  template <class Dimension>
  void quantity(const char* key, Quantity<Dimension>& value, Presence presence, Range range, const char* doc) {
    number({key, presence, doc}, value.value, measure_of<Dimension>, range);
  }
  void real(const char* key, double& value, Presence presence, Range range, const char* doc) {
    number({key, presence, doc}, value, Measure::none, range);
  }
  template <class Integer>
  void integer(const char* key, Integer& value, Presence presence, std::int64_t min, std::int64_t max, const char* doc) {
    std::int64_t wide = static_cast<std::int64_t>(value);
    whole({key, presence, doc}, wide, min, max);
    value = static_cast<Integer>(wide);
  }
  void flag(const char* key, bool& value, Presence presence, const char* doc) { boolean({key, presence, doc}, value); }
  void text(const char* key, std::string& value, Presence presence, const char* doc) {
    string({key, presence, doc}, value);
  }
  void texts(const char* key, std::vector<std::string>& value, Presence presence, const char* doc) {
    strings({key, presence, doc}, value);
  }
  /// An enum whose enumerators are 0, 1, 2... in the order of `names`.
  template <class Enum>
  void choice(const char* key, Enum& value, Presence presence, std::span<const std::string_view> names, const char* doc) {
    std::size_t index = static_cast<std::size_t>(value);
    one_of({key, presence, doc}, index, names);
    value = static_cast<Enum>(index);
  }
  /// A nested struct with its own describe().
  template <class Struct>
  void object(const char* key, Struct& value, Presence presence, const char* doc) {
    nested({key, presence, doc}, [&value](Visitor& v) { value.describe(v); });
  }
  /// A mapping from names out of `names` to numbers, e.g. {bf16: 1, int8: 2}; absent names keep 0.
  void table(const char* key, std::span<double> values, Presence presence, std::span<const std::string_view> names,
             Range range, const char* doc) {
    numbers_by_name({key, presence, doc}, values, names, range);
  }
  /// Keys that depend on a kind, which `key` of the same mapping names: describe(v, i) makes the value one of kind i
  /// and declares its keys. Without the key it is the kind that `index` says. Nothing is declared after it.
  /// `what` is for messages: "unknown chip kind ...".
  void kinds(const char* key, const char* what, std::size_t& index, std::span<const std::string_view> names,
             const std::function<void(Visitor&, std::size_t)>& describe, const char* doc) {
    by_kind({key, optional, doc}, what, index, names, describe);
  }
  /// A list of structs.
  template <class Struct>
  void list(const char* key, std::vector<Struct>& value, Presence presence, const char* doc) {
    sequence({key, presence, doc}, value.size(), [&value](std::size_t n) { value.resize(n); },
             [&value](Visitor& v, std::size_t i) { value[i].describe(v); });
  }

  /// A rule that ties fields together; call it after the fields it speaks of. `key` is where the reader points;
  /// "map.row" is a key of the mapping under "map", or the nearest there is.
  /// Only the reader acts on it: it reports `message` at the key's place when `holds` is false.
  virtual void check(bool holds, const char* key, const std::string& message) = 0;

 protected:
  virtual void number(const Field&, double& value, Measure, Range) = 0;
  virtual void whole(const Field&, std::int64_t& value, std::int64_t min, std::int64_t max) = 0;
  virtual void boolean(const Field&, bool& value) = 0;
  virtual void string(const Field&, std::string& value) = 0;
  virtual void strings(const Field&, std::vector<std::string>& value) = 0;
  virtual void one_of(const Field&, std::size_t& index, std::span<const std::string_view> names) = 0;
  virtual void nested(const Field&, const std::function<void(Visitor&)>& describe) = 0;
  virtual void numbers_by_name(const Field&, std::span<double> values, std::span<const std::string_view> names, Range) = 0;
  virtual void by_kind(const Field&, const char* what, std::size_t& index, std::span<const std::string_view> names,
                       const std::function<void(Visitor&, std::size_t)>& describe) = 0;
  virtual void sequence(const Field&, std::size_t size, const std::function<void(std::size_t)>& resize,
                        const std::function<void(Visitor&, std::size_t)>& describe) = 0;
};

}  // namespace presil::config
