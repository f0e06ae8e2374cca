// matrix_unit.cpp -- implementation of matrix_unit.h.
#include "models/imc/matrix_unit.h"

#include <algorithm>

#include "models/imc/crossbar.h"

namespace presil::imc {

namespace {

class ExactUnit final : public MatrixUnit {
 public:
  ExactUnit(const Matrix& weights, NumberFormat format) : weights_(weights), format_(format) {
    quantise(weights_.values, format);
  }
  void multiply(std::span<const float> x, std::span<float> y) override {
    input_.assign(x.begin(), x.end());
    quantise(input_, format_);
    std::fill(y.begin(), y.end(), 0.0f);
    for (std::size_t i = 0; i < weights_.inputs; ++i) {
      const float* row = &weights_.values[i * weights_.outputs];
      for (std::size_t o = 0; o < weights_.outputs; ++o) y[o] += input_[i] * row[o];
    }
  }

 private:
  Matrix weights_;
  NumberFormat format_;
  std::vector<float> input_;
};

class MacroUnit final : public MatrixUnit {
 public:
  MacroUnit(const MacroConfig& macro, const Matrix& weights, std::uint64_t seed, OperandCount& count)
      : macro_(macro), scales_(weights.outputs), count_(count), crossbar_(macro, integers(weights), weights.inputs, weights.outputs, seed) {
    input_.resize(weights.inputs);
    sums_.resize(weights.outputs);
  }

  void multiply(std::span<const float> x, std::span<float> y) override {
    const double scale = integer_scale(x, macro_.input_bits);
    for (std::size_t i = 0; i < x.size(); ++i) input_[i] = to_integer(x[i], scale, macro_.input_bits);
    crossbar_.multiply(input_, sums_);
    for (std::size_t o = 0; o < y.size(); ++o) y[o] = static_cast<float>(sums_[o] * scale * scales_[o]);
    const BitStatistics bits = bit_statistics(input_, macro_.input_bits);
    const double seen = static_cast<double>(x.size()) * std::max(1u, macro_.input_bits - 1);
    count_.input_bits += seen;
    count_.input_ones += bits.density * seen;
    count_.input_changes += bits.toggle * seen;
    count_.macs += static_cast<double>(x.size()) * static_cast<double>(y.size());
  }

 private:
  std::vector<std::int32_t> integers(const Matrix& w) {
    std::vector<std::int32_t> values(w.values.size());
    std::vector<float> column(w.inputs);
    for (std::size_t o = 0; o < w.outputs; ++o) {
      for (std::size_t i = 0; i < w.inputs; ++i) column[i] = w.values[i * w.outputs + o];
      scales_[o] = integer_scale(column, macro_.weight_bits);
      for (std::size_t i = 0; i < w.inputs; ++i) values[i * w.outputs + o] = to_integer(column[i], scales_[o], macro_.weight_bits);
    }
    const BitStatistics bits = bit_statistics(values, macro_.weight_bits);
    const double seen = static_cast<double>(values.size());
    count_.weight_bits += seen;
    count_.weight_ones += bits.density * seen;
    return values;
  }

  MacroConfig macro_;
  std::vector<double> scales_;
  OperandCount& count_;
  Crossbar crossbar_;
  std::vector<std::int32_t> input_;
  std::vector<double> sums_;
};

}  // namespace

OperandStatistics OperandCount::statistics() const {
  if (input_bits == 0 || weight_bits == 0) return {};
  return {input_ones / input_bits, weight_ones / weight_bits, input_changes / input_bits};
}

UnitFactory exact_units(NumberFormat format) {
  return [format](const Matrix& weights, std::uint64_t) { return std::make_unique<ExactUnit>(weights, format); };
}

UnitFactory macro_units(const MacroConfig& macro, OperandCount& count) {
  return [macro, &count](const Matrix& weights, std::uint64_t seed) {
    return std::make_unique<MacroUnit>(macro, weights, seed, count);
  };
}

}  // namespace presil::imc
