// bench_imc_test.cpp -- `presil bench imc` from outside: sums of parts, flags, a model through a macro.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"

namespace presil::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json bench_imc(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"bench", "imc", "--macro"});
  arguments.insert(arguments.end(), {"--format", "json"});
  const CommandResult result = run_presil(arguments);
  EXPECT_EQ(result.status, 0) << result;
  return json::parse(result.out);
}

double sum(const json& record, const std::string& prefix, const std::string& suffix) {
  double total = 0;
  for (const auto& [key, value] : record.items())
    if (key.starts_with(prefix) && key.ends_with(suffix) && key != "area_mm2" && key != "energy_per_mac_fj") total += value.get<double>();
  return total;
}

TEST(BenchImc, EveryShippedMacroIsTheSumOfItsParts) {
  const CommandResult list = run_presil("list", "macros", "--format", "json");
  ASSERT_EQ(list.status, 0) << list;
  for (const json& macro : json::parse(list.out)) {
    const json r = bench_imc({macro.at("name")});
    EXPECT_NEAR(sum(r, "energy_", "_fj") / r.at("energy_per_mac_fj").get<double>(), 1, 1e-9) << r;
    EXPECT_NEAR(sum(r, "area_", "_mm2") / r.at("area_mm2").get<double>(), 1, 1e-9) << r;
    EXPECT_NEAR(r.at("tops_per_w").get<double>() * r.at("energy_per_mac_fj").get<double>(), 2000, 1e-6);
  }
}

TEST(BenchImc, FlagsAreFields) {
  EXPECT_EQ(bench_imc({"jia_jssc20", "--vdd", "1.2V", "--adc-bits", "6"}),
            bench_imc({"jia_jssc20", "--set", "vdd=1.2V", "--set", "adc.bits=6"}));
  EXPECT_LT(bench_imc({"dcim_28nm", "--weight-density", "0.1"}).at("energy_adders_fj").get<double>() * 4,
            bench_imc({"dcim_28nm"}).at("energy_adders_fj").get<double>());
}

TEST(BenchImc, FunctionalRunsAreEqualAndFollowTheConverter) {
  const std::vector<std::string> small{"isaac_reram", "--functional", "--layers", "1", "--hidden", "64", "--vocabulary", "128", "--tokens", "8"};
  auto with = [&](const char* bits) {
    std::vector<std::string> all = small;
    all.insert(all.end(), {"--adc-bits", bits});
    return bench_imc(all);
  };
  const json fine = with("10"), again = with("10"), coarse = with("4");
  EXPECT_EQ(fine, again);
  EXPECT_GT(fine.at("logits_snr_db").get<double>(), coarse.at("logits_snr_db").get<double>() + 6);
  EXPECT_GT(fine.at("energy_per_token_uj").get<double>(), coarse.at("energy_per_token_uj").get<double>());
  EXPECT_GT(fine.at("logits_cosine").get<double>(), 0.9);
  EXPECT_EQ(fine.at("parameters"), 64 * (128 + 256) + 12 * 64 * 64 + 13 * 64 + 2 * 64);
}

TEST(BenchImc, TextNamesItsUnits) {
  const CommandResult result = run_presil("bench", "imc", "--macro", "isscc22_15_5");
  EXPECT_THAT(result.out, HasSubstr("TOPS/W"));
  EXPECT_THAT(result.out, HasSubstr("mm2"));
}

}  // namespace
}  // namespace presil::test
