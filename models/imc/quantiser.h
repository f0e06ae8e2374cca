// quantiser.h -- numbers as the formats hold them.
//
//   floating  round to nearest, ties to even, at m mantissa bits; subnormals below 2^emin; beyond the largest value the
//             largest value (saturating, as OCP OFP8 allows). BF16: 8 exponent and 7 mantissa bits; FP16: 5 and 10; E4M3: 4 and 3, largest
//             448; E5M2: 5 and 2, largest 57344 (OCP 8-bit Floating Point Specification, 2023)
//   integer   q = clamp(round(x / scale), -(2^(b-1) - 1), 2^(b-1) - 1), scale = max |x| / (2^(b-1) - 1)
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace presil::imc {

enum class NumberFormat { fp32, bf16, fp16, fp8_e4m3, fp8_e5m2, int8, int4 };
inline constexpr std::array<std::string_view, 7> kNumberFormatNames{"fp32", "bf16", "fp16", "fp8_e4m3", "fp8_e5m2", "int8", "int4"};

/// A floating-point format.
struct FloatFormat {
  int mantissa_bits;
  int least_exponent;  ///< of normal numbers
  double largest;
};
inline constexpr FloatFormat kBf16{7, -126, 3.3895313892515355e38};
inline constexpr FloatFormat kFp16{10, -14, 65504};
inline constexpr FloatFormat kE4m3{3, -6, 448};
inline constexpr FloatFormat kE5m2{2, -14, 57344};

/// The nearest number of the format.
double rounded(double value, const FloatFormat& format);

/// Step of a symmetric integer of `bits` over these values; 1 when all are 0.
double integer_scale(std::span<const float> values, std::uint32_t bits);
/// To such an integer.
std::int32_t to_integer(double value, double scale, std::uint32_t bits);

/// Values as the format holds them; of integers with one scale for all. fp32 leaves them.
void quantise(std::span<float> values, NumberFormat format);

/// Statistics of the bits of integers in sign and magnitude.
struct BitStatistics {
  double density{};  ///< share of magnitude bits that are 1
  double toggle{};   ///< share that differ from the bit of the same place before it in the sequence of bits
};
/// `bits` with the sign; a sequence runs through the magnitude bits of a value from the lowest, as a serial line does.
BitStatistics bit_statistics(std::span<const std::int32_t> values, std::uint32_t bits);

}  // namespace presil::imc
