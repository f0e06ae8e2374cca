// quantities.h -- "450 GB/s", "16 MiB", "1.05 GHz": text to number and back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/config/visitor.h"

namespace presil::config {

/// The value in the canonical unit: SI, except mm2 for areas and mm for lengths. "1.05 GHz" is exactly the double
/// 1.05e9: the decimal point is moved in the text, nothing is multiplied. `Measure::none` takes a plain number.
/// Throws InputError without a place: no unit, another dimension's unit, a misspelt unit, NaN, infinity, hexadecimal,
/// anything after the unit, beyond the ceiling of the measure. Does not depend on the locale.
double parse_quantity(std::string_view text, Measure measure);

/// A whole number, written out ("6", not "6.0" or "1e3"). Throws InputError without a place.
std::int64_t parse_whole(std::string_view text);

/// "1.2 TB/s", "16 MiB", "1.05 GHz": a number in the unit a person would choose; reads back exactly.
std::string format_quantity(double value, Measure measure);

/// "a data rate such as '450 GB/s'"; "a number" for Measure::none.
std::string expectation(Measure measure);

/// "data rate"; empty for Measure::none.
std::string_view measure_name(Measure measure);

/// The units that are read, smallest first within a family, without their aliases.
std::vector<std::string> unit_names(Measure measure);

/// Regular expression of what parse_quantity accepts, as far as one can say; `negative` allows a minus.
std::string quantity_pattern(Measure measure, bool negative);

}  // namespace presil::config
