// crossbar.h -- the numbers that a macro computes: integer matrix times integer vector, through its cells and converters.
//
// Weights are sign and magnitude, cut into slices of cell.bits; the sign chooses one cell of a pair. Inputs are sign and
// magnitude, dac_bits of them in a step; counts of pulses, all planes of a phase. For each group of active rows, step k and slice s
//
//   sum = sum over rows of d_k x (G+ - G-),   G in levels of the slice, each cell
//         G = target x (1 + N(0, programming)) x drift_time^-drift x (1 - ir_drop x (row + 1) / active rows)
//         target = level + floor, floor = (2^cell.bits - 1) / (r_off / r_on - 1): what a cell of level 0 still conducts
//   y += 2^(k dac_bits + s cell.bits) x (ADC(sum) + N(0, read) x full scale)
//
// The floor cancels in the pair, but its noise does not. ADC: adc.bits, signed, full scale = noise.full_scale x the
// largest sum (rows x largest digit x largest level); it clips there; its step is never below one level, so
// that a converter of full resolution gives the integer itself. Digital macros add exactly.
// Not modelled: position of noise within a step, correlated noise, temperature beyond drift, stuck cells.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/imc/macro_config.h"
#include "models/imc/random.h"

namespace presil::imc {

/// A signed converter: codes -2^(bits-1) to 2^(bits-1) - 1 of equal steps.
class Adc {
 public:
  /// `least_step` keeps the step from below.
  Adc(double full_scale, std::uint32_t bits, double least_step = 0);
  double step() const { return step_; }
  double convert(double value) const {
    double code = value * steps_per_unit_;
    code = code < least_ ? least_ : code;
    code = code > most_ ? most_ : code;
    return (code + kRounder - kRounder) * step_;
  }

 private:
  static constexpr double kRounder = 0x1.8p52;  ///< added and taken off, rounds to the nearest whole number, ties to even
  double step_, steps_per_unit_, least_, most_;
};

class Crossbar {
 public:
  /// `weights` row by row, inputs x outputs, each of at most macro.weight_bits with its sign. Equal seeds program equal
  /// cells. Throws InputError for a weight out of range.
  Crossbar(const MacroConfig& macro, std::span<const std::int32_t> weights, std::size_t inputs, std::size_t outputs,
           std::uint64_t seed);

  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return outputs_; }
  /// y = x W. `x` of at most macro.input_bits with their signs.
  void multiply(std::span<const std::int32_t> x, std::span<double> y);

 private:
  static constexpr std::size_t kBlock = 16;  ///< columns that are added up in registers
  struct Digit {
    std::uint32_t row;
    float value;
  };
  void cut(std::span<const std::int32_t> x, std::size_t first);
  void program(std::span<const std::int32_t> weights, std::uint64_t seed);
  double cell(double level, std::size_t row, Random& random) const;
  using Sums = std::array<float, kBlock>;
  static Sums add_block(const float* cells, std::span<const Digit> digits);
  void convert(const Sums& sums, double weight, std::span<double> y);

  MacroConfig macro_;
  std::size_t inputs_, outputs_, blocks_, group_;
  std::uint32_t slices_, slice_bits_, steps_, step_bits_;
  Adc adc_;
  double read_;  ///< deviation of read noise, in levels
  Random noise_;
  std::vector<float> cells_;  ///< by slice, block of columns, row, column in the block
  std::vector<std::vector<Digit>> digits_;  ///< by step
};

}  // namespace presil::imc
