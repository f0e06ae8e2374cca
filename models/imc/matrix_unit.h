// matrix_unit.h -- y = x W on real numbers, by units of different exactness.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "models/imc/macro_config.h"
#include "models/imc/quantiser.h"

namespace presil::imc {

class MatrixUnit {
 public:
  virtual ~MatrixUnit() = default;
  virtual void multiply(std::span<const float> x, std::span<float> y) = 0;
};

/// Weights row by row, inputs x outputs.
struct Matrix {
  std::vector<float> values;
  std::size_t inputs{}, outputs{};
};

/// Bits that went through macros, for their energy.
struct OperandCount {
  double input_ones{}, input_changes{}, input_bits{};
  double weight_ones{}, weight_bits{};
  double macs{};
  OperandStatistics statistics() const;
};

/// Makes the unit of one matrix; called in a fixed order, `seed` differs from matrix to matrix.
using UnitFactory = std::function<std::unique_ptr<MatrixUnit>(const Matrix&, std::uint64_t seed)>;

/// Operands in a format, sums in FP32. Integers have a scale for the matrix and one for each input vector.
UnitFactory exact_units(NumberFormat format);
/// Through crossbars: weights of weight_bits with a scale for each output, inputs of input_bits with one for each vector;
/// both symmetric. `count` collects operand bits; it must outlive the units.
UnitFactory macro_units(const MacroConfig& macro, OperandCount& count);

}  // namespace presil::imc
