// quantiser.cpp -- implementation of quantiser.h.
#include "models/imc/quantiser.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace presil::imc {

namespace {

std::int32_t limit(std::uint32_t bits) { return (1 << (bits - 1)) - 1; }

void to_floats(std::span<float> values, const FloatFormat& format) {
  for (float& v : values) v = static_cast<float>(rounded(v, format));
}

void to_integers(std::span<float> values, std::uint32_t bits) {
  const double scale = integer_scale(values, bits);
  for (float& v : values) v = static_cast<float>(to_integer(v, scale, bits) * scale);
}

}  // namespace

double rounded(double value, const FloatFormat& format) {
  if (value == 0 || !std::isfinite(value)) return value;
  const int exponent = std::max(std::ilogb(value), format.least_exponent);
  const double step = std::ldexp(1.0, exponent - format.mantissa_bits);
  const double nearest = std::nearbyint(value / step) * step;
  return std::clamp(nearest, -format.largest, format.largest);
}

double integer_scale(std::span<const float> values, std::uint32_t bits) {
  double largest = 0;
  for (const float v : values) largest = std::max(largest, std::fabs(static_cast<double>(v)));
  return largest > 0 ? largest / limit(bits) : 1;
}

std::int32_t to_integer(double value, double scale, std::uint32_t bits) {
  const double most = limit(bits);
  return static_cast<std::int32_t>(std::clamp(std::nearbyint(value / scale), -most, most));
}

void quantise(std::span<float> values, NumberFormat format) {
  switch (format) {
    case NumberFormat::fp32: return;
    case NumberFormat::bf16: return to_floats(values, kBf16);
    case NumberFormat::fp16: return to_floats(values, kFp16);
    case NumberFormat::fp8_e4m3: return to_floats(values, kE4m3);
    case NumberFormat::fp8_e5m2: return to_floats(values, kE5m2);
    case NumberFormat::int8: return to_integers(values, 8);
    case NumberFormat::int4: return to_integers(values, 4);
  }
}

BitStatistics bit_statistics(std::span<const std::int32_t> values, std::uint32_t bits) {
  double ones = 0, changes = 0, seen = 0;
  std::int32_t before = 0;
  for (const std::int32_t value : values)
    for (std::uint32_t b = 0; b + 1 < bits; ++b) {
      const std::int32_t bit = (std::abs(value) >> b) & 1;
      ones += bit;
      changes += bit != before;
      before = bit;
      ++seen;
    }
  return seen > 0 ? BitStatistics{ones / seen, changes / seen} : BitStatistics{};
}

}  // namespace presil::imc
