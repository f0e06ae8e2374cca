// bench_imc_functional.cpp -- implementation of bench_imc_functional.h.
#include "sim/run/bench_imc_functional.h"

#include <cmath>

#include <fmt/format.h>

#include "models/imc/macro.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/functional.h"

namespace presil::run {

namespace {

imc::UnitFactory units_of(const FunctionalQuery& q, const imc::MacroConfig& macro, imc::OperandCount& count) {
  if (q.unit == "macro") return imc::macro_units(macro, count);
  for (std::size_t i = 0; i < imc::kNumberFormatNames.size(); ++i)
    if (imc::kNumberFormatNames[i] == q.unit) return imc::exact_units(static_cast<imc::NumberFormat>(i));
  std::vector<std::string> names(imc::kNumberFormatNames.begin(), imc::kNumberFormatNames.end());
  names.emplace_back("macro");
  throw UsageError(fmt::format("unknown unit '{}'; expected one of {}{}", q.unit, join(names), did_you_mean(q.unit, names)));
}

/// Arrays that hold every matrix, none shared by two.
double arrays(const imc::MacroConfig& m, const imc::GptShape& s) {
  const auto of = [&](double inputs, double outputs) {
    return std::ceil(inputs * (m.differential ? 2 : 1) / m.rows) * std::ceil(outputs / m.outputs());
  };
  const double h = s.hidden;
  return s.layers * (of(h, 3 * h) + of(h, h) + of(h, 4 * h) + of(4 * h, h)) + of(h, s.vocabulary);
}

void add_macro(imc::MacroConfig m, const imc::GptShape& shape, const imc::OperandCount& count, double steps,
               nlohmann::ordered_json& record) {
  m.operands = count.statistics();
  const imc::MacroEstimate e = imc::estimate(m);
  const double per_token = e.per_mac().value * count.macs / steps;
  record["input_density"] = m.operands.input_density;
  record["weight_density"] = m.operands.weight_density;
  record["input_toggle"] = m.operands.input_toggle;
  record["energy_per_mac_fj"] = e.per_mac().value * 1e15;
  record["energy_per_token_uj"] = per_token * 1e6;
  record["tokens_per_j"] = 1 / per_token;
  record["arrays"] = arrays(m, shape);
  record["write_uj"] = e.write_energy.value / m.macros * arrays(m, shape) * 1e6;
}

}  // namespace

FunctionalOutcome bench_imc_functional(const FunctionalQuery& q, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  imc::MacroConfig macro;
  config::read(config::load(config::find_config(search, "macros", q.macro), overrides, reference_keys(), search), macro);
  imc::OperandCount count;
  const imc::UnitFactory units = units_of(q, macro, count);
  const imc::GptWeights weights = q.weights.empty() ? imc::random_gpt(q.shape, q.seed) : imc::load_gpt(imc::Safetensors(q.weights));
  const imc::GptShape& s = weights.shape;
  FunctionalOutcome outcome{{{"macro", macro.name}, {"unit", q.unit}, {"weights", q.weights.empty() ? "random" : q.weights},
                             {"parameters", weights.parameters()}, {"layers", s.layers}, {"hidden", s.hidden},
                             {"vocabulary", s.vocabulary}, {"tokens", q.tokens}, {"seed", q.seed}}, 0};
  std::string generated;
  outcome.tokens_per_s = compare_functional({weights, units, q.tokens, q.seed}, outcome.record, generated);
  if (q.unit == "macro") add_macro(macro, s, count, kPrompt + q.tokens - 1, outcome.record);
  outcome.record["generated"] = generated;
  return outcome;
}

}  // namespace presil::run
