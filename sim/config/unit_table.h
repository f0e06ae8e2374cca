// unit_table.h -- the units of each measure; internal to sim/config.
#pragma once

#include <span>
#include <string_view>

#include "sim/config/visitor.h"

namespace presil::config::detail {

/// One unit is 10^exponent x factor canonical units. The factor is exact in binary, and 1 for decimal units.
struct Unit {
  std::string_view name;
  int exponent;
  double factor;
  enum class Use { read, alias, print, print_binary } use;  ///< alias: read, not listed; print: also written
};

struct MeasureInfo {
  std::string_view name;          ///< "data rate"
  std::string_view noun;          ///< "a data rate"
  std::string_view example;       ///< "450 GB/s"
  std::string_view typical_unit;  ///< "GB/s", suggested for a number without one
  std::span<const Unit> units;    ///< smallest first within a family
  double ceiling;                 ///< magnitudes above this are mistakes
  std::string_view ceiling_text;
};

/// For every measure but `none`.
const MeasureInfo& info(Measure measure);

/// The unit of this measure spelt exactly so, or null.
const Unit* find_unit(const MeasureInfo& measure, std::string_view name);

inline constexpr Measure kMeasures[] = {Measure::data,           Measure::data_rate, Measure::time,
                                        Measure::frequency,      Measure::power,     Measure::energy,
                                        Measure::energy_per_bit, Measure::area,      Measure::length,
                                        Measure::voltage,        Measure::money};

}  // namespace presil::config::detail
