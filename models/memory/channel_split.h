// channel_split.h -- how many bursts of a run of rows fall in each channel; pure arithmetic.
//
// Address map: channel(address) = (address / interleave) mod channels. Row i of a run covers the bursts
// [floor((base + i stride) / burst), ceil((base + i stride + row_bytes) / burst)), counted whole.
// The map repeats after interleave x channels bytes, so rows whose starts are congruent modulo that period touch
// the same channels: only period / gcd(stride, period) rows are distinct, and the rest is multiplication.
// Cost: O(channels + min(rows, period / gcd(stride, period))), never O(bursts).
//
// Not modelled: hashed (XOR) channel selection; a burst that two rows of a strided run share is moved twice.
#pragma once

#include <cstdint>
#include <vector>

namespace presil::memory {

struct AddressMap {
  std::uint64_t burst{};       ///< bytes
  std::uint64_t interleave{};  ///< bytes; a multiple of burst
  std::uint32_t channels{};
  std::uint64_t period() const { return interleave * channels; }
};

/// Row i covers [base + i * stride, base + i * stride + row_bytes). Rows may overlap.
struct Run {
  std::uint64_t base{};
  std::uint64_t rows{1};
  std::uint64_t row_bytes{};
  std::uint64_t stride{};
};

/// The same bytes with adjoining rows (stride == row_bytes) joined into one.
Run joined(const Run& run);

/// Bursts of the run in each channel, written to `bursts` (resized to the number of channels).
void split(const AddressMap& map, const Run& run, std::vector<std::uint64_t>& bursts);

}  // namespace presil::memory
