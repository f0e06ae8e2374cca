// bench_imc_functional.h -- a GPT-2-shaped model that generates tokens through the numbers of a macro.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/imc/gpt.h"

namespace presil::run {

struct FunctionalQuery {
  std::string macro;          ///< file or name
  std::string unit{"macro"};  ///< or a format of imc::kNumberFormatNames, which takes the macro's place
  std::string weights;        ///< safetensors file; empty: `shape`, initialised from the seed
  imc::GptShape shape;
  std::uint32_t tokens{64};   ///< to generate, after a prompt of 8
  std::uint64_t seed{1};
};

struct FunctionalOutcome {
  /// Keys: macro, unit, weights, parameters, layers, hidden, vocabulary, tokens, seed; layer_N_snr_db, layer_N_cosine of
  /// the residual stream after each layer, logits_snr_db, logits_cosine, top1_agreement_pct, all against FP32 fed with the
  /// same tokens; of macros input_density, weight_density, input_toggle as they were, energy_per_mac_fj,
  /// energy_per_token_uj and tokens_per_j of the macros alone with these operands, arrays, write_uj; generated, the first
  /// 16 tokens.
  nlohmann::ordered_json record;
  double tokens_per_s{};  ///< of processor time, through the unit, prompt included
};

/// Greedy generation. Equal queries give equal records. Throws InputError.
FunctionalOutcome bench_imc_functional(const FunctionalQuery& query, const std::vector<std::string>& overrides);

}  // namespace presil::run
