// crossbar.cpp -- implementation of crossbar.h.
#include "models/imc/crossbar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::imc {

namespace {

/// Four columns at once. GCC's own choice here is to take rows together, which costs twice as much.
using Lanes = float __attribute__((vector_size(16)));

/// Without the sign; a single bit is -1, 0 or 1.
std::uint32_t magnitude(std::uint32_t bits) { return std::max(1u, bits - 1); }

/// Of one slice, and of one step: all planes of a phase when inputs are counts of pulses.
std::uint32_t slice_bits(const MacroConfig& m) { return std::min(m.cell.bits, magnitude(m.weight_bits)); }
std::uint32_t step_bits(const MacroConfig& m) {
  const std::uint32_t planes = magnitude(m.input_bits);
  if (m.input_code == InputCode::serial) return std::min(m.dac_bits, planes);
  const std::uint32_t phases = std::clamp(planes / 2, 1u, m.phases);
  return (planes + phases - 1) / phases;
}

/// Weights that are summed at once.
std::size_t active_weights(const MacroConfig& m) { return std::max(1u, m.active_rows() / (m.differential ? 2 : 1)); }

double largest_sum(const MacroConfig& m) {
  return static_cast<double>(active_weights(m)) * (std::exp2(step_bits(m)) - 1) * (std::exp2(slice_bits(m)) - 1);
}

double full_scale(const MacroConfig& m) { return m.noise.full_scale * largest_sum(m); }

/// Rows that are added at once. Sums are held in floats, which have whole numbers up to 2^24.
std::size_t group_of(const MacroConfig& m, std::size_t inputs) {
  const double most = m.analog() ? largest_sum(m) / static_cast<double>(active_weights(m)) : std::exp2(m.input_bits + m.weight_bits - 2);
  const double rows = std::floor(0x1p24 / most);
  if (rows < (m.analog() ? static_cast<double>(active_weights(m)) : 1))
    throw InputError(fmt::format("{}: sums of {} bit inputs and {} bit weights need more than 24 bits; a functional run has no more",
                                 m.name, m.input_bits, m.weight_bits));
  return m.analog() ? active_weights(m) : std::min({inputs, std::size_t{512}, static_cast<std::size_t>(rows)});
}

std::uint32_t parts(std::uint32_t bits, std::uint32_t part) { return (bits + part - 1) / part; }

}  // namespace

Adc::Adc(double full_scale, std::uint32_t bits, double least_step)
    : step_(std::max(2 * full_scale / std::exp2(bits), least_step)), steps_per_unit_(1 / step_), least_(-std::exp2(bits - 1)), most_(-least_ - 1) {}

// A digital macro adds whole numbers: one slice, one step, no converter.
Crossbar::Crossbar(const MacroConfig& macro, std::span<const std::int32_t> weights, std::size_t inputs,
                   std::size_t outputs, std::uint64_t seed)
    : macro_(macro),
      inputs_(inputs),
      outputs_(outputs),
      blocks_((outputs + kBlock - 1) / kBlock),
      group_(group_of(macro, inputs)),
      slices_(macro.analog() ? parts(magnitude(macro.weight_bits), slice_bits(macro)) : 1),
      slice_bits_(macro.analog() ? slice_bits(macro) : macro.weight_bits),
      steps_(macro.analog() ? parts(magnitude(macro.input_bits), step_bits(macro)) : 1),
      step_bits_(macro.analog() ? step_bits(macro) : macro.input_bits),
      adc_(full_scale(macro), macro.adc.bits, 1),
      read_(macro.analog() ? macro.noise.read * full_scale(macro) : 0),
      noise_(seed ^ 0x5EEDull) {
  digits_.resize(steps_);
  program(weights, seed);
}

double Crossbar::cell(double level, std::size_t row, Random& random) const {
  const NoiseConfig& n = macro_.noise;
  const double top = std::exp2(slice_bits_) - 1;
  const double floor = macro_.volatile_cells() ? 0 : top / (macro_.levels() - 1);
  const double written = (level + floor) * (n.programming > 0 ? 1 + n.programming * random.normal() : 1);
  const double aged = n.drift_exponent > 0 ? std::pow(n.drift_time.value, -n.drift_exponent) : 1;
  const double position = static_cast<double>(row % group_ + 1) / static_cast<double>(group_);
  return written * aged * (1 - n.ir_drop * position);
}

void Crossbar::program(std::span<const std::int32_t> weights, std::uint64_t seed) {
  Random random(seed);
  const std::int32_t most = macro_.weight_bits > 1 ? (1 << (macro_.weight_bits - 1)) - 1 : 1;
  const std::int32_t mask = (1 << slice_bits_) - 1;
  cells_.assign(slices_ * blocks_ * inputs_ * kBlock, 0);
  for (std::size_t row = 0; row < inputs_; ++row)
    for (std::size_t column = 0; column < outputs_; ++column) {
      const std::int32_t weight = weights[row * outputs_ + column], size = std::abs(weight);
      if (size > most)
        throw InputError(fmt::format("weight {} at row {}, column {} does not fit in {} bits", weight, row, column, macro_.weight_bits));
      for (std::uint32_t s = 0; s < slices_; ++s) {
        const double level = macro_.analog() ? (size >> (s * slice_bits_)) & mask : size;
        float& kept = cells_[((s * blocks_ + column / kBlock) * inputs_ + row) * kBlock + column % kBlock];
        const double one = macro_.analog() ? cell(level, row, random) - cell(0, row, random) : level;
        kept = static_cast<float>(weight < 0 ? -one : one);
      }
    }
}

Crossbar::Sums Crossbar::add_block(const float* cells, std::span<const Digit> digits) {
  Lanes sum[kBlock / 4] = {};
  for (const Digit& digit : digits) {
    Lanes row[kBlock / 4];
    std::memcpy(row, cells + digit.row * kBlock, sizeof row);
    for (std::size_t i = 0; i < kBlock / 4; ++i) sum[i] += digit.value * row[i];
  }
  Sums sums;
  std::memcpy(sums.data(), sum, sizeof sum);
  return sums;
}

void Crossbar::convert(const Sums& sums, double weight, std::span<double> y) {
  if (!macro_.analog()) {
    for (std::size_t c = 0; c < y.size(); ++c) y[c] += static_cast<double>(sums[c]);
    return;
  }
  double converted[kBlock];
  for (std::size_t c = 0; c < kBlock; ++c) converted[c] = adc_.convert(static_cast<double>(sums[c]));
  if (read_ > 0)
    for (double& value : converted) value += read_ * noise_.quick_normal();
  for (std::size_t c = 0; c < y.size(); ++c) y[c] += weight * converted[c];
}

void Crossbar::cut(std::span<const std::int32_t> x, std::size_t first) {
  const std::int32_t mask = static_cast<std::int32_t>((1u << step_bits_) - 1);
  for (std::uint32_t k = 0; k < steps_; ++k) {
    digits_[k].clear();
    for (std::size_t row = first; row < std::min(first + group_, inputs_); ++row) {
      const std::int32_t digit = (std::abs(x[row]) >> (k * step_bits_)) & mask;
      if (digit != 0) digits_[k].push_back({static_cast<std::uint32_t>(row), static_cast<float>(x[row] < 0 ? -digit : digit)});
    }
  }
}

// All steps of a block together: its cells then stay in the first cache.
void Crossbar::multiply(std::span<const std::int32_t> x, std::span<double> y) {
  std::fill(y.begin(), y.end(), 0.0);
  for (std::size_t first = 0; first < inputs_; first += group_) {
    cut(x, first);
    for (std::uint32_t s = 0; s < slices_; ++s)
      for (std::size_t block = 0; block < blocks_; ++block)
        for (std::uint32_t k = 0; k < steps_; ++k) {
          const Sums sums = add_block(&cells_[(s * blocks_ + block) * inputs_ * kBlock], digits_[k]);
          const std::size_t at = block * kBlock;
          convert(sums, std::ldexp(1.0, static_cast<int>(k * step_bits_ + s * slice_bits_)),
                  y.subspan(at, std::min(kBlock, outputs_ - at)));
        }
  }
}

}  // namespace presil::imc
