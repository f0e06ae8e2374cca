// functional.h -- a small GPT-2 on real numbers through a unit, token by token beside FP32.
//
// Both are fed the same tokens, the unit's own choices (greedy) after a random prompt of kPrompt. Layers are compared in the
// residual stream after them, logits from the first token chosen on: signal to noise 10 log10(sum r^2 / sum (r - v)^2),
// cosine, share of equal first choices. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "models/imc/gpt.h"

namespace presil::run {

inline constexpr std::uint32_t kPrompt = 8;

struct FunctionalRun {
  const imc::GptWeights& weights;
  imc::UnitFactory units;
  std::uint32_t tokens{};  ///< to generate
  std::uint64_t seed{};
};

/// Adds to `record` layer_N_snr_db and layer_N_cosine, logits_snr_db, logits_cosine, top1_agreement_pct; and `generated`,
/// the first 16 tokens, to `tokens`. SNR is null where nothing differs. Returns tokens a second of processor time, through the
/// unit, prompt included. Throws InputError when the tokens do not fit in the model's context.
double compare_functional(const FunctionalRun& run, nlohmann::ordered_json& record, std::string& tokens);

}  // namespace presil::run
