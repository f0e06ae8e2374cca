// Weights out of safetensors files, good and bad, and the decoder that runs on them.
#include <cmath>
#include <cstring>
#include <fstream>

#include <gmock/gmock.h>

#include "models/imc/gpt.h"
#include "sim/base/error.h"
#include "tests/support/temporary_directory.h"

namespace presil::imc {
namespace {

using testing::HasSubstr;

class SafetensorsTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& header, std::size_t data, std::uint64_t length = 0) {
    const auto file = folder_.path() / "w.safetensors";
    std::ofstream out(file, std::ios::binary);
    const std::uint64_t n = length ? length : header.size();
    for (int i = 0; i < 8; ++i) out.put(static_cast<char>(n >> (8 * i)));
    out << header;
    for (std::size_t i = 0; i < data; ++i) out.put(static_cast<char>(i));
    return file;
  }
  std::string refusal(const std::string& header, std::size_t data, std::uint64_t length = 0) {
    try {
      const Safetensors file(write(header, data, length));
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
  test::TemporaryDirectory folder_;
};

TEST_F(SafetensorsTest, ReadsEveryFloat) {
  const auto path = write(
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("h":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]}})", 0);
  std::ofstream out(path, std::ios::binary | std::ios::app);
  const float a[2] = {1.5f, -2e-3f};
  const std::uint16_t rest[4] = {0x3C00, 0x8001, 0x3F80, 0xC000};  // 1, -2^-24; 1, -2
  out.write(reinterpret_cast<const char*>(a), 8);
  out.write(reinterpret_cast<const char*>(rest), 8);
  out.close();
  const Safetensors file(path);
  EXPECT_EQ(file.values("a", {2}), (std::vector<float>{1.5f, -2e-3f}));
  EXPECT_EQ(file.values("h", {1, 2}), (std::vector<float>{1.0f, -std::ldexp(1.0f, -24)}));
  EXPECT_EQ(file.values("b", {2}), (std::vector<float>{1.0f, -2.0f}));
  EXPECT_THROW(file.values("a", {1, 2}), InputError);
  EXPECT_THROW(file.tensor("A"), InputError);
}

TEST_F(SafetensorsTest, RefusesWhatDoesNotAddUp) {
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_THAT(refusal("", 0, 100), HasSubstr("byte 0: the header has 100 bytes, the file only 0"));
  EXPECT_THAT(refusal("{" + a + "}", 4), HasSubstr("the file ends within 'a', which needs 4 more bytes"));
  EXPECT_THAT(refusal("{" + a + "}", 12), HasSubstr("4 bytes after the last tensor"));
  EXPECT_THAT(refusal("{" + a + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12), HasSubstr("'b' overlaps"));
  EXPECT_THAT(refusal("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}})", 16),
              HasSubstr("4 bytes before 'b' belong to no tensor"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", 8), HasSubstr("unknown dtype 'F33'"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
              HasSubstr("data_offsets span 8 bytes, shape and dtype need 12"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}})", 8), HasSubstr("'-1' is no whole number"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[1099511627776,1099511627776],"data_offsets":[0,8]}})", 8), HasSubstr("2^40"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), HasSubstr("end at 0, before 8"));
  EXPECT_THAT(refusal("{" + a, 8), HasSubstr("w.safetensors:1:"));
  EXPECT_THAT(refusal("{" + a + "," + a + "}", 8), HasSubstr("w.safetensors:1:"));
  EXPECT_THAT(refusal("[1]", 0), HasSubstr("no mapping"));
  EXPECT_THROW(Safetensors(folder_.path()), InputError);
  EXPECT_THROW(Safetensors(folder_.path() / "none"), InputError);
}

double snr(const GptWeights& weights, const UnitFactory& units) {
  Gpt exact(weights, exact_units(NumberFormat::fp32), 1), tested(weights, units, 1);
  double signal = 0, noise = 0;
  for (const std::uint32_t token : {3u, 1u, 4u, 1u, 5u}) {
    const auto a = exact.step(token), b = tested.step(token);
    for (std::size_t i = 0; i < a.size(); ++i) signal += a[i] * a[i], noise += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return noise > 0 ? 10 * std::log10(signal / noise) : 1e9;
}

TEST(Gpt, NarrowerFormatsAreFartherOff) {
  const GptWeights weights = random_gpt({2, 128, 100, 32}, 1);
  EXPECT_EQ(snr(weights, exact_units(NumberFormat::fp32)), 1e9);
  const double bf16 = snr(weights, exact_units(NumberFormat::bf16)), e4m3 = snr(weights, exact_units(NumberFormat::fp8_e4m3)),
               e5m2 = snr(weights, exact_units(NumberFormat::fp8_e5m2)), int8 = snr(weights, exact_units(NumberFormat::int8)),
               int4 = snr(weights, exact_units(NumberFormat::int4));
  EXPECT_GT(bf16, 45);
  EXPECT_NEAR(bf16 - e4m3, 24, 4) << "four bits of mantissa";
  EXPECT_GT(e4m3, e5m2 + 1) << "one bit of mantissa";
  EXPECT_LT(e4m3, e5m2 + 6) << "less than 6 dB, because weights of 0.02 and below are near E4M3's subnormals";
  EXPECT_NEAR(int8 - int4, 24, 5) << "four bits";
}

TEST(Gpt, AFineAnalogMacroIsADigitalOne) {
  const GptWeights weights = random_gpt({1, 128, 100, 32}, 1);
  MacroConfig digital;
  digital.name = "digital", digital.rows = 128, digital.columns = 64;
  MacroConfig fine = digital;
  fine.compute = Compute::current, fine.cell.kind = CellKind::reram, fine.cell.r_on = 1, fine.cell.r_off = 1e6, fine.cell.bits = 2;
  fine.adc.bits = 14;
  MacroConfig coarse = fine;
  coarse.adc.bits = 5;
  OperandCount count;
  const double a = snr(weights, macro_units(digital, count));
  EXPECT_DOUBLE_EQ(a, snr(weights, macro_units(fine, count)));
  EXPECT_GT(a, 25);
  EXPECT_LT(snr(weights, macro_units(coarse, count)), a - 6);
  EXPECT_GT(count.statistics().input_density, 0.1);
  EXPECT_LT(count.statistics().weight_density, 0.6);
}

TEST(Gpt, RefusesWhatItCannotHold) {
  EXPECT_THROW(random_gpt({1, 100, 10, 8}, 1), InputError);
  const GptWeights weights = random_gpt({1, 64, 10, 2}, 1);
  Gpt model(weights, exact_units(NumberFormat::fp32), 1);
  EXPECT_THROW(model.step(10), InputError);
  model.step(1), model.step(2);
  EXPECT_THROW(model.step(3), InputError);
}

/// One head over one token has nothing to choose from, so the layer is plain arithmetic.
TEST(Gpt, FirstTokenByHand) {
  GptWeights weights = random_gpt({1, 64, 3, 4}, 5);
  for (float& v : weights.layers[0].down.values) v = 0;  // leaves the attention alone
  Gpt model(weights, exact_units(NumberFormat::fp32), 1);
  model.step(2);
  std::vector<double> x(64), n(64), value(64, 0), expected(64);
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < 64; ++i) mean += (x[i] = weights.tokens[128 + i] + weights.positions[i]) / 64;
  for (const double v : x) square += (v - mean) * (v - mean) / 64;
  for (std::size_t i = 0; i < 64; ++i) n[i] = (x[i] - mean) / std::sqrt(square + 1e-5);
  for (std::size_t i = 0; i < 64; ++i)
    for (std::size_t o = 0; o < 64; ++o) value[o] += n[i] * weights.layers[0].attention.values[i * 192 + 128 + o];
  expected = x;
  for (std::size_t i = 0; i < 64; ++i)
    for (std::size_t o = 0; o < 64; ++o) expected[o] += value[i] * weights.layers[0].projection.values[i * 64 + o];
  for (std::size_t o = 0; o < 64; ++o) EXPECT_NEAR(model.layer_outputs()[0][o], expected[o], 1e-5);
}

}  // namespace
}  // namespace presil::imc
