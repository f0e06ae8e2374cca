// imc_chip_test.cpp -- chips of macros, memories that compute and real numbers in `presil run`, from outside.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"

namespace presil::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json result_of(const std::string& experiment, std::vector<std::string> sets = {}) {
  std::vector<std::string> words{
      "run", (source_directory() / "configs" / "experiments" / (experiment + ".yaml")).string(), "--format",
      "json"};
  for (const std::string& set : sets) words.insert(words.end(), {"--set", set});
  const CommandResult result = run_presil(words);
  EXPECT_EQ(result.status, 0) << result;
  return result.status == 0 ? json::parse(result.out) : json::object();
}

double sum(const json& rows, const char* value) {
  double total = 0;
  for (const json& row : rows) total += row.at(value).get<double>();
  return total;
}

const json& op(const json& result, const std::string& name, const std::string& phase) {
  for (const json& row : result.at("ops"))
    if (row.at("name") == name && row.at("phase") == phase) return row;
  throw std::out_of_range(name);
}

TEST(ImcRun, PartsSumToTheWholeOnEveryChipOfMacros) {
  for (const char* experiment :
       {"gpt2_4m_on_isaac", "gpt2_4m_on_hermes", "gpt2_on_dcim_npu", "gpt2_on_hybrid_cim"}) {
    const json r = result_of(experiment, {"functional=false", "workload.in_len=32", "workload.out_len=8"});
    EXPECT_NEAR(sum(r.at("energy"), "joules") / r.at("metrics").at("energy_j").get<double>(), 1, 1e-9)
        << experiment;
    EXPECT_NEAR(sum(r.at("area"), "mm2") / r.at("metrics").at("die_area_mm2").get<double>(), 1, 1e-9)
        << experiment;
    EXPECT_NEAR(sum(r.at("ops"), "time_s") / r.at("metrics").at("latency_s").get<double>(), 1, 1e-6)
        << experiment;
    EXPECT_EQ(r.at("macros").at("resident_share"), 1) << experiment;
    EXPECT_EQ(r.at("macros").at("programmed_blocks"), 0) << experiment;
  }
}

TEST(ImcRun, AModelThatDoesNotFitIsWrittenAndWearsCellsOut) {
  const json r = result_of("gpt2_4m_on_isaac",
                           {"functional=false", "chip.tiles=2", "workload.in_len=16", "workload.out_len=4"});
  const json& macros = r.at("macros");
  EXPECT_LT(macros.at("resident_share"), 1);
  EXPECT_GT(macros.at("programmed_blocks"), 0);
  EXPECT_GT(macros.at("writes_of_a_cell"), 0);
  EXPECT_NEAR(
      macros.at("lifetime_s").get<double>(),
      1e6 / macros.at("writes_of_a_cell").get<double>() * r.at("metrics").at("latency_s").get<double>(), 1);
  double programming = 0;
  for (const json& part : r.at("energy"))
    if (part.at("name") == "macro_programming") programming = part.at("joules");
  EXPECT_NEAR(programming / macros.at("programming_j").get<double>(), 1, 1e-9);
}

TEST(ImcRun, AChainOfChipsHoldsWhatOneDoesNot) {
  const std::vector<std::string> small{"workload.in_len=16", "workload.out_len=4"};
  std::vector<std::string> one = small;
  one.emplace_back("chip.chain.chips=1");
  const json chain = result_of("gpt2_on_4_isaac", small), alone = result_of("gpt2_on_4_isaac", one);
  EXPECT_EQ(chain.at("macros").at("resident_share"), 1);
  EXPECT_EQ(chain.at("macros").at("chips"), 4);
  EXPECT_EQ(chain.at("macros").at("programmed_blocks"), 0);
  EXPECT_LT(alone.at("macros").at("resident_share"), 0.2);
  EXPECT_LT(100 * chain.at("metrics").at("tpot_s").get<double>(), alone.at("metrics").at("tpot_s").get<double>());
  EXPECT_NEAR(chain.at("metrics").at("die_area_mm2").get<double>() / alone.at("metrics").at("die_area_mm2").get<double>(), 4, 0.2);
  // 768 values of 2 bytes cross three links for each token.
  EXPECT_NEAR(chain.at("fabric").at("bytes").get<double>(), (16 + 3) * 3 * 768 * 2, 1);
  EXPECT_NEAR(sum(chain.at("energy"), "joules") / chain.at("metrics").at("energy_j").get<double>(), 1, 1e-9);
  EXPECT_NEAR(sum(chain.at("ops"), "time_s") / chain.at("metrics").at("latency_s").get<double>(), 1, 1e-6);
  double spent = 0;
  for (const auto& [name, share] : chain.at("tile_time").items()) spent += share.get<double>();
  EXPECT_NEAR(spent, 1, 1e-6) << chain.at("tile_time");
}

TEST(ImcRun, TheHybridPrefillsOnArraysAndDecodesInMemory) {
  const json r = result_of("gpt2_on_hybrid_cim", {"workload.out_len=4"});
  EXPECT_FALSE(op(r, "mlp_up", "prefill").contains("in_memory_flops"));
  EXPECT_TRUE(op(r, "mlp_up", "decode").contains("in_memory_flops"));
}

TEST(ImcRun, AttentionInMacrosPaysForItsWrites) {
  const std::vector<std::string> small{"functional=false", "workload.in_len=32", "workload.out_len=4"};
  std::vector<std::string> macros = small;
  macros.emplace_back("chip.tile.attention=macros");
  const json digital = result_of("gpt2_4m_on_isaac", small), r = result_of("gpt2_4m_on_isaac", macros);
  EXPECT_FALSE(op(digital, "attention", "decode").contains("in_memory_flops"));
  EXPECT_TRUE(op(r, "attention", "decode").contains("in_memory_flops"));
  EXPECT_EQ(r.at("macros").at("cache_stays"), true);
  // 10 us a row of 128: the keys of a token are a write of a block at least.
  EXPECT_GT(op(r, "attention", "decode").at("time_s").get<double>(), 4 * 3 * 128 * 10e-6);
  EXPECT_GT(op(r, "attention", "decode").at("time_s").get<double>(),
            10 * op(digital, "attention", "decode").at("time_s").get<double>());
  EXPECT_GT(r.at("macros").at("programming_j").get<double>(), 0);
}

TEST(FunctionalRun, ReportsErrorsOfTheChipsMacrosAndOfFormats) {
  const std::vector<std::string> small{"workload.in_len=8", "workload.out_len=2", "numbers.tokens=4"};
  const auto with = [&](const char* set) {
    std::vector<std::string> sets = small;
    sets.emplace_back(set);
    return result_of("gpt2_4m_on_hermes", sets).at("functional");
  };
  const json pcm = with("numbers.seed=1"), again = with("numbers.seed=1"), other = with("numbers.seed=2");
  EXPECT_EQ(pcm, again);
  EXPECT_NE(pcm.at("logits_snr_db"), other.at("logits_snr_db"));
  EXPECT_EQ(pcm.at("unit"), "HERMES core");
  EXPECT_TRUE(pcm.contains("layer_3_cosine"));
  const double bf16 = with("numbers.unit=bf16").at("logits_snr_db"),
               int8 = with("numbers.unit=int8").at("logits_snr_db"),
               int4 = with("numbers.unit=int4").at("logits_snr_db");
  EXPECT_GT(bf16, int8);
  EXPECT_GT(int8, int4 + 15);  // four bits are 24 dB
  EXPECT_TRUE(with("numbers.unit=fp32").at("logits_snr_db").is_null());
}

TEST(PimRun, BothTimesStandInTheResultAndTheShorterCounts) {
  const json r = result_of("llama3_8b_on_hbm_pim", {"workload.in_len=128", "workload.out_len=8"});
  int offered = 0, moved = 0;
  for (const json& row : r.at("ops")) {
    if (!row.contains("offload")) continue;
    const json& o = row.at("offload");
    const bool faster = o.at("pim_s") < o.at("host_s");
    ++offered;
    moved += faster;
    EXPECT_EQ(o.at("offloaded") > 0, faster) << row;
    EXPECT_NEAR(row.at("time_s").get<double>(),
                std::min(o.at("pim_s").get<double>(), o.at("host_s").get<double>()), 1e-12)
        << row;
  }
  EXPECT_GT(offered, moved) << "the prompt's products stay";
  EXPECT_GT(moved, 3);
  EXPECT_NEAR(sum(r.at("energy"), "joules") / r.at("metrics").at("energy_j").get<double>(), 1, 1e-9);
  const json& time = r.at("sm_time");
  double spent = 0;
  for (const json& row : r.at("ops"))
    if (row.contains("offload") && row.at("offload").at("offloaded") > 0)
      spent += row.at("share").get<double>();
  EXPECT_NEAR(time.at("wait_memory").get<double>(), spent, 1e-6) << time;
  EXPECT_LT(time.at("active").get<double>(), 1 - spent);
  const CommandResult text = run_presil(
      "run", (source_directory() / "configs" / "experiments" / "llama3_8b_on_hbm_pim.yaml").string(), "--set",
      "workload.in_len=128", "--set", "workload.out_len=8");
  EXPECT_THAT(text.out, HasSubstr("in memory or on the chip"));
}

}  // namespace
}  // namespace presil::test
