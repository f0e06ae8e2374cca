// formats.h -- number formats: bits per value, and whether work in them counts as FLOPS or OPS.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace presil {

/// fp8 is E4M3 or E5M2 (8 bits either way); fp4 is E2M1 with one 8-bit scale per block.
enum class Format { fp32, tf32, bf16, fp16, fp8, fp4, int8, int4, int32 };

inline constexpr std::array<std::string_view, 9> kFormatNames{"fp32", "tf32", "bf16", "fp16", "fp8",
                                                              "fp4",  "int8", "int4", "int32"};

constexpr std::string_view name(Format f) { return kFormatNames[static_cast<std::size_t>(f)]; }

constexpr std::optional<Format> format_from(std::string_view text) {
  for (std::size_t i = 0; i < kFormatNames.size(); ++i)
    if (kFormatNames[i] == text) return static_cast<Format>(i);
  return std::nullopt;
}

/// Bits that one value takes in memory. TF32 is stored in 32 bits. FP4 carries an 8-bit scale for
/// every 32 values (OCP Microscaling Formats 1.0, MXFP4: 4 + 8/32 = 4.25); INT4 weights carry an
/// FP16 scale for every 128 values (the group size of GPTQ and AWQ: 4 + 16/128 = 4.125).
constexpr double bits(Format f) {
  switch (f) {
    case Format::fp32: case Format::tf32: case Format::int32: return 32;
    case Format::bf16: case Format::fp16: return 16;
    case Format::fp8: case Format::int8: return 8;
    case Format::fp4: return 4.25;
    case Format::int4: return 4.125;
  }
  return 32;
}

constexpr double bytes_per_value(Format f) { return bits(f) / 8; }

constexpr bool is_integer(Format f) { return f == Format::int8 || f == Format::int4 || f == Format::int32; }

}  // namespace presil
