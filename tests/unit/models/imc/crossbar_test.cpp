// What a macro computes: quantisers, converters and crossbars against their closed forms.
#include "models/imc/crossbar.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

#include "models/imc/quantiser.h"
#include "sim/base/error.h"

namespace presil::imc {
namespace {

constexpr double kPi = 3.141592653589793;

/// 64 rows, weights and inputs of 4 bits and sign, each in one cell and one step, a converter finer than needed.
MacroConfig analog() {
  MacroConfig m;
  m.name = "analog", m.compute = Compute::current, m.rows = 64, m.columns = 64;
  m.cell.kind = CellKind::reram, m.cell.r_on = 1, m.cell.r_off = 1e9, m.cell.bits = 4;
  m.weight_bits = 5, m.input_bits = 5, m.dac_bits = 4, m.adc.bits = 14;
  m.noise.full_scale = 0.5;  // a step below one level
  return m;
}

std::vector<std::int32_t> integers(std::size_t count, std::uint32_t bits, std::uint64_t seed) {
  Random random(seed);
  const std::int32_t most = (1 << (bits - 1)) - 1;
  std::vector<std::int32_t> values(count);
  for (auto& v : values) v = static_cast<std::int32_t>(random.next() % (2 * most + 1)) - most;
  return values;
}

struct Product {
  std::vector<std::int32_t> weights, x;
  std::size_t inputs, outputs;
  Product(const MacroConfig& m, std::size_t i, std::size_t o)
      : weights(integers(i * o, m.weight_bits, 3)), x(integers(i, m.input_bits, 4)), inputs(i), outputs(o) {}
  std::vector<double> through(const MacroConfig& m, std::uint64_t seed = 1) const {
    Crossbar crossbar(m, weights, inputs, outputs, seed);
    std::vector<double> y(outputs);
    crossbar.multiply(x, y);
    return y;
  }
  std::vector<double> exact() const {
    std::vector<double> y(outputs, 0);
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t o = 0; o < outputs; ++o) y[o] += x[i] * weights[i * outputs + o];
    return y;
  }
  /// Mean square difference of the two.
  double error(const MacroConfig& m) const {
    const auto a = through(m), b = exact();
    double sum = 0;
    for (std::size_t o = 0; o < outputs; ++o) sum += (a[o] - b[o]) * (a[o] - b[o]);
    return sum / static_cast<double>(outputs);
  }
  double sum_of_squares(bool with_weights) const {
    double sum = 0;
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t o = 0; o < outputs; ++o) {
        const double term = x[i] * (with_weights ? weights[i * outputs + o] : 1);
        sum += term * term;
      }
    return sum / static_cast<double>(outputs);
  }
};

TEST(Adc, FullScaleSineHas6DbABit) {
  for (std::uint32_t bits = 4; bits <= 12; ++bits) {
    const Adc adc(1, bits);
    double signal = 0, noise = 0;
    for (int i = 0; i < 200000; ++i) {
      const double v = (1 - adc.step() / 2) * std::sin(2 * kPi * 0.1234567 * i) - adc.step() / 2;
      const double error = adc.convert(v) - v;
      signal += (v + adc.step() / 2) * (v + adc.step() / 2), noise += error * error;
    }
    EXPECT_NEAR(10 * std::log10(signal / noise), 6.02 * bits + 1.76, bits < 6 ? 0.6 : 0.15) << bits;
  }
}

TEST(Adc, ClipsAtFullScale) {
  const Adc adc(8, 4);
  EXPECT_EQ(adc.step(), 1);
  EXPECT_EQ(adc.convert(100), 7);
  EXPECT_EQ(adc.convert(-100), -8);
  EXPECT_EQ(adc.convert(2.5), 2) << "ties to even";
}

TEST(Crossbar, FullResolutionIsTheIntegerProduct) {
  for (const std::uint32_t dac : {1u, 2u, 4u})
    for (const std::uint32_t cell : {1u, 2u, 3u, 4u}) {
      MacroConfig m = analog();
      m.dac_bits = dac, m.cell.bits = cell;
      m.adc.bits = 16, m.noise.full_scale = 1;
      const Product p(m, 200, 70);
      EXPECT_EQ(p.through(m), p.exact()) << dac << " " << cell;
    }
}

TEST(Crossbar, DigitalMacrosAreExact) {
  MacroConfig m;
  m.name = "digital", m.rows = 64, m.columns = 64;
  for (const std::uint32_t bits : {1u, 4u, 8u, 12u}) {
    m.weight_bits = m.input_bits = std::max(bits, 2u);
    const Product p(m, 1500, 33);
    EXPECT_EQ(p.through(m), p.exact()) << bits;
  }
  m.weight_bits = m.input_bits = 16;
  const std::vector<std::int32_t> one(1);
  EXPECT_THROW(Crossbar(m, one, 1, 1, 1), InputError) << "no float holds such sums";
}

TEST(Crossbar, PulsesAndSteppedInputsGiveTheSameNumbers) {
  MacroConfig m = analog();
  m.adc.kind = AdcKind::integrating, m.input_code = InputCode::pulses, m.adc.bits = 16, m.noise.full_scale = 1;
  const Product p(m, 64, 16);
  EXPECT_EQ(p.through(m), p.exact());
}

TEST(Crossbar, ProgrammingNoiseHasItsVariance) {
  for (const double deviation : {0.02, 0.1}) {
    MacroConfig m = analog();
    m.noise.programming = deviation;
    const Product p(m, 64, 4000);
    const double expected = deviation * deviation * p.sum_of_squares(true);
    EXPECT_NEAR(p.error(m) / expected, 1, deviation < 0.05 ? 0.12 : 0.06);
  }
}

TEST(Crossbar, LeakingCellsAddTheirOwnNoise) {
  MacroConfig m = analog();
  m.cell.r_off = 16;  // 16 levels: the least for 4 bits
  m.noise.programming = 0.1;
  Product p(m, 64, 4000);
  std::fill(p.weights.begin(), p.weights.end(), 0);
  const double floor = 1;  // 15 levels / (16 - 1)
  const double expected = 2 * 0.01 * floor * floor * p.sum_of_squares(false);
  EXPECT_NEAR(p.error(m) / (expected + 1.0 / 12), 1, 0.1);
  m.noise.programming = 0;
  EXPECT_EQ(p.error(m), 0) << "the floors of a pair cancel";
}

TEST(Crossbar, ReadNoiseHasItsVariance) {
  MacroConfig m = analog();
  m.noise.read = 0.01;
  const Product p(m, 64, 4000);
  const double deviation = 0.01 * 0.5 * 64 * 15 * 15;
  EXPECT_NEAR(p.error(m) / (deviation * deviation), 1, 0.1);
}

TEST(Crossbar, DriftAndWireResistanceScaleSums) {
  MacroConfig m = analog();
  m.noise.full_scale = 1, m.adc.bits = 16;
  const Product p(m, 64, 50);
  const auto exact = p.exact();
  MacroConfig drifted = m;
  drifted.noise.drift_exponent = 0.05, drifted.noise.drift_time.value = 3600;
  const auto aged = p.through(drifted);
  for (std::size_t o = 0; o < 50; ++o) EXPECT_NEAR(aged[o], exact[o] * std::pow(3600, -0.05), 0.51);
  Product last = p;
  std::fill(last.x.begin(), last.x.end(), 0);
  last.x[63] = 10, last.x[31] = 0;
  MacroConfig wired = m;
  wired.noise.ir_drop = 0.2;
  const auto far = last.through(wired), near = last.exact();
  for (std::size_t o = 0; o < 50; ++o) EXPECT_NEAR(far[o], near[o] * 0.8, 0.51);
}

TEST(Crossbar, SeedsDecideEverything) {
  MacroConfig m = analog();
  m.noise.programming = 0.05, m.noise.read = 0.01;
  const Product p(m, 64, 50);
  EXPECT_EQ(p.through(m, 7), p.through(m, 7));
  EXPECT_NE(p.through(m, 7), p.through(m, 8));
}

TEST(Random, TableHasMeanZeroAndVarianceOne) {
  Random random(1);
  double sum = 0, square = 0;
  for (int i = 0; i < 200000; ++i) {
    const double v = random.quick_normal();
    sum += v, square += v * v;
  }
  EXPECT_NEAR(sum / 200000, 0, 0.01);
  EXPECT_NEAR(square / 200000, 1, 0.015);
}

TEST(Quantiser, FloatFormatsRoundToTheirGrid) {
  EXPECT_EQ(rounded(1000, kE4m3), 448);
  EXPECT_EQ(rounded(-1e9, kE5m2), -57344);
  EXPECT_EQ(rounded(std::ldexp(1, -9), kE4m3), std::ldexp(1, -9)) << "the least subnormal";
  EXPECT_EQ(rounded(std::ldexp(0.4, -9), kE4m3), 0);
  EXPECT_EQ(rounded(std::ldexp(1, -16), kE5m2), std::ldexp(1, -16));
  EXPECT_EQ(rounded(1.0625, kE4m3), 1) << "a tie goes to even";
  EXPECT_EQ(rounded(1.1875, kE4m3), 1.25);
  EXPECT_EQ(rounded(70000, kFp16), 65504);
  EXPECT_EQ(rounded(1 + 0x1p-11, kFp16), 1) << "a tie goes to even";
  EXPECT_EQ(rounded(0x1p-24, kFp16), 0x1p-24) << "the least subnormal";
  Random random(1);
  for (int i = 0; i < 10000; ++i) {
    const double v = random.normal() * 10;
    for (const FloatFormat& f : {kBf16, kFp16, kE4m3, kE5m2}) {
      if (std::fabs(v) < std::ldexp(1.0, f.least_exponent)) continue;
      EXPECT_LE(std::fabs(rounded(v, f) / v - 1), std::ldexp(1.0, -f.mantissa_bits - 1)) << v;
    }
  }
}

TEST(Quantiser, Bf16IsTheUpperHalfOfAFloat) {
  Random random(2);
  for (int i = 0; i < 10000; ++i) {
    const float v = static_cast<float>(random.normal());
    std::uint32_t bits;
    std::memcpy(&bits, &v, 4);
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000u;
    float expected;
    std::memcpy(&expected, &bits, 4);
    EXPECT_EQ(static_cast<float>(rounded(v, kBf16)), expected);
  }
}

TEST(Quantiser, IntegersOfUniformValuesHave6DbABit) {
  for (const auto& [format, bits] : {std::pair(NumberFormat::int8, 8), std::pair(NumberFormat::int4, 4)}) {
    Random random(3);
    std::vector<float> values(100000);
    for (float& v : values) v = static_cast<float>(2 * random.uniform() - 1);
    std::vector<float> held = values;
    quantise(held, format);
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      signal += values[i] * values[i];
      noise += (values[i] - held[i]) * (values[i] - held[i]);
    }
    const double levels = 2 * (std::exp2(bits - 1) - 1);  // steps from -max to max
    EXPECT_NEAR(10 * std::log10(signal / noise), 20 * std::log10(levels), 0.1);
  }
}

TEST(Quantiser, BitsAreCounted) {
  const std::vector<std::int32_t> values{0b0101, -0b0101};
  const BitStatistics s = bit_statistics(values, 5);
  EXPECT_DOUBLE_EQ(s.density, 0.5);
  EXPECT_DOUBLE_EQ(s.toggle, 1) << "1010 1010, each bit another than before it, the first after a 0";
}

}  // namespace
}  // namespace presil::imc
