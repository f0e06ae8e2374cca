// bench_imc_functional.cpp -- implementation of bench_imc_functional.h.
#include "sim/run/bench_imc_functional.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <span>

#include <fmt/format.h>

#include "models/imc/macro.h"
#include "models/imc/random.h"
#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"

namespace presil::run {

namespace {

constexpr std::uint32_t kPrompt = 8;

/// How far numbers are from a reference, over all of them.
class Distance {
 public:
  void add(std::span<const float> reference, std::span<const float> values) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
      const double r = reference[i], v = values[i];
      signal_ += r * r, noise_ += (r - v) * (r - v), other_ += v * v, product_ += r * v;
    }
  }
  /// Nothing when there is no noise at all.
  nlohmann::ordered_json snr_db() const {
    return noise_ > 0 ? nlohmann::ordered_json(10 * std::log10(signal_ / noise_)) : nlohmann::ordered_json();
  }
  double cosine() const { return product_ / std::sqrt(signal_ * other_); }

 private:
  double signal_{}, noise_{}, other_{}, product_{};
};

std::uint32_t largest(std::span<const float> logits) {
  return static_cast<std::uint32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

struct Comparison {
  std::vector<Distance> layers;
  Distance logits;
  std::uint32_t agreed{0};
  std::vector<std::uint32_t> generated;
  double unit_s{0};
};

double processor_time() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Comparison generate(const imc::GptWeights& weights, const imc::UnitFactory& units, const FunctionalQuery& q) {
  imc::Gpt tested(weights, units, q.seed), reference(weights, imc::exact_units(imc::NumberFormat::fp32), q.seed);
  imc::Random prompt(q.seed);
  Comparison c;
  c.layers.resize(weights.shape.layers);
  std::uint32_t token = 0;
  for (std::uint32_t i = 0; i < kPrompt + q.tokens - 1; ++i) {
    if (i < kPrompt) token = static_cast<std::uint32_t>(prompt.next() % weights.shape.vocabulary);
    const double start = processor_time();
    const auto logits = tested.step(token);
    c.unit_s += processor_time() - start;
    const auto exact = reference.step(token);
    for (std::size_t l = 0; l < c.layers.size(); ++l) c.layers[l].add(reference.layer_outputs()[l], tested.layer_outputs()[l]);
    token = largest(logits);
    if (i + 1 < kPrompt) continue;
    c.logits.add(exact, logits);
    c.agreed += largest(exact) == token;
    c.generated.push_back(token);
  }
  return c;
}

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
  if (kPrompt + q.tokens > s.context + 1)
    throw InputError(fmt::format("{} tokens after a prompt of {} do not fit in a context of {}", q.tokens, kPrompt, s.context));
  const Comparison c = generate(weights, units, q);
  FunctionalOutcome outcome{{{"macro", macro.name}, {"unit", q.unit}, {"weights", q.weights.empty() ? "random" : q.weights},
                             {"parameters", weights.parameters()}, {"layers", s.layers}, {"hidden", s.hidden},
                             {"vocabulary", s.vocabulary}, {"tokens", q.tokens}, {"seed", q.seed}},
                            (kPrompt + q.tokens - 1) / c.unit_s};
  for (std::size_t l = 0; l < c.layers.size(); ++l) {
    outcome.record[fmt::format("layer_{}_snr_db", l)] = c.layers[l].snr_db();
    outcome.record[fmt::format("layer_{}_cosine", l)] = c.layers[l].cosine();
  }
  outcome.record["logits_snr_db"] = c.logits.snr_db();
  outcome.record["logits_cosine"] = c.logits.cosine();
  outcome.record["top1_agreement_pct"] = 100.0 * c.agreed / static_cast<double>(c.generated.size());
  if (q.unit == "macro") add_macro(macro, s, count, kPrompt + q.tokens - 1, outcome.record);
  const std::vector<std::uint32_t> first(c.generated.begin(), c.generated.begin() + std::min<std::ptrdiff_t>(16, std::ssize(c.generated)));
  outcome.record["generated"] = fmt::format("{}", fmt::join(first, " "));
  return outcome;
}

}  // namespace presil::run
