// functional.cpp -- implementation of functional.h.
#include "sim/run/functional.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/imc/random.h"
#include "sim/base/error.h"

namespace presil::run {

namespace {

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

Comparison generate(const FunctionalRun& q) {
  const imc::GptWeights& weights = q.weights;
  imc::Gpt tested(weights, q.units, q.seed),
      reference(weights, imc::exact_units(imc::NumberFormat::fp32), q.seed);
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
    for (std::size_t l = 0; l < c.layers.size(); ++l)
      c.layers[l].add(reference.layer_outputs()[l], tested.layer_outputs()[l]);
    token = largest(logits);
    if (i + 1 < kPrompt) continue;
    c.logits.add(exact, logits);
    c.agreed += largest(exact) == token;
    c.generated.push_back(token);
  }
  return c;
}

}  // namespace

double compare_functional(const FunctionalRun& run, nlohmann::ordered_json& record, std::string& tokens) {
  const std::uint32_t context = run.weights.shape.context;
  if (kPrompt + run.tokens > context + 1)
    throw InputError(fmt::format("{} tokens after a prompt of {} do not fit in a context of {}", run.tokens,
                                 kPrompt, context));
  const Comparison c = generate(run);
  for (std::size_t l = 0; l < c.layers.size(); ++l) {
    record[fmt::format("layer_{}_snr_db", l)] = c.layers[l].snr_db();
    record[fmt::format("layer_{}_cosine", l)] = c.layers[l].cosine();
  }
  record["logits_snr_db"] = c.logits.snr_db();
  record["logits_cosine"] = c.logits.cosine();
  record["top1_agreement_pct"] = 100.0 * c.agreed / static_cast<double>(c.generated.size());
  const std::vector<std::uint32_t> first(
      c.generated.begin(), c.generated.begin() + std::min<std::ptrdiff_t>(16, std::ssize(c.generated)));
  tokens = fmt::format("{}", fmt::join(first, " "));
  return (kPrompt + run.tokens - 1) / c.unit_s;
}

}  // namespace presil::run
