// range_text.h -- ranges in words; internal to sim/config.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "sim/config/quantities.h"

namespace presil::config::detail {

/// "from 0 to 1", "more than 0 B/s", "at least 0 s"; empty when anything goes.
inline std::string bounds_text(Range range, Measure measure) {
  const bool low = std::isfinite(range.min), high = std::isfinite(range.max);
  const auto show = [measure](double value) { return format_quantity(value, measure); };
  if (low && high)
    return range.min_exclusive ? fmt::format("more than {}, at most {}", show(range.min), show(range.max))
                               : fmt::format("from {} to {}", show(range.min), show(range.max));
  if (low) return fmt::format("{} {}", range.min_exclusive ? "more than" : "at least", show(range.min));
  return high ? fmt::format("at most {}", show(range.max)) : "";
}

/// "a number from 0 to 1", "more than 0 B/s".
inline std::string range_text(Range range, Measure measure) {
  const std::string bounds = bounds_text(range, measure);
  if (measure != Measure::none && !bounds.empty()) return bounds;
  return bounds.empty() ? expectation(measure) : "a number " + bounds;
}

inline std::string whole_bounds_text(std::int64_t min, std::int64_t max) {
  const bool low = min > std::numeric_limits<std::int64_t>::min(),
             high = max < std::numeric_limits<std::int64_t>::max();
  if (low && high) return fmt::format("from {} to {}", min, max);
  if (low) return fmt::format("at least {}", min);
  return high ? fmt::format("at most {}", max) : "";
}

/// "a whole number from 1 to 16".
inline std::string whole_range_text(std::int64_t min, std::int64_t max) {
  const std::string bounds = whole_bounds_text(min, max);
  return bounds.empty() ? "a whole number" : "a whole number " + bounds;
}

}  // namespace presil::config::detail
