// functional_part.h -- the part of a run that computes real numbers: `functional: true`.
#pragma once

#include <optional>

#include <nlohmann/json.hpp>

#include "sim/run/experiment.h"

namespace presil::run {

struct FunctionalPart {
  /// Keys: unit, weights, parameters, tokens, seed, those of compare_functional(), and generated.
  nlohmann::ordered_json record;
  std::optional<imc::OperandStatistics> operands;  ///< of macros: bits as they were
};

/// Throws InputError for a model that is not a small GPT-2, a format without numbers, or weights of another shape.
FunctionalPart run_functional(const LoadedExperiment& loaded);

}  // namespace presil::run
