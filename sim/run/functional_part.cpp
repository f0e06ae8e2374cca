// functional_part.cpp -- implementation of functional_part.h.
#include "sim/run/functional_part.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/imc/safetensors.h"
#include "sim/base/error.h"
#include "sim/run/functional.h"

namespace presil::run {

namespace {

constexpr double kMostParameters = 50e6;  ///< seconds a token beyond it

imc::GptShape shape_of(const LoadedExperiment& loaded) {
  const workload::Architecture& a = loaded.architecture;
  if (a.model_type != "gpt2" || !a.decoder)
    throw InputError(
        fmt::format("functional: model '{}' is of family {}; functional runs compute GPT-2 alone",
                    loaded.experiment.model, a.model_type));
  const workload::Stack& stack = *a.decoder;
  const double h = static_cast<double>(a.hidden);
  const double parameters =
      h * static_cast<double>(a.vocab) + 12 * h * h * static_cast<double>(stack.layers.size());
  if (parameters > kMostParameters)
    throw InputError(
        fmt::format("functional: model '{}' has {:.3g} million parameters; expected at most {:.0f} million",
                    loaded.experiment.model, parameters / 1e6, kMostParameters / 1e6));
  if (a.hidden != 64 * stack.attention.heads)
    throw InputError(fmt::format("functional: {} heads of {} values; expected heads of 64",
                                 stack.attention.heads,
                                 a.hidden / std::max<std::uint64_t>(1, stack.attention.heads)));
  return {static_cast<std::uint32_t>(stack.layers.size()), static_cast<std::uint32_t>(a.hidden),
          static_cast<std::uint32_t>(a.vocab), static_cast<std::uint32_t>(stack.positions)};
}

imc::GptWeights weights_of(const LoadedExperiment& loaded, const imc::GptShape& shape) {
  const NumbersConfig& n = loaded.experiment.numbers;
  if (n.weights.empty()) return imc::random_gpt(shape, n.seed);
  imc::GptWeights weights = imc::load_gpt(imc::Safetensors(n.weights));
  const imc::GptShape& s = weights.shape;
  if (s.layers != shape.layers || s.hidden != shape.hidden || s.vocabulary != shape.vocabulary)
    throw InputError(fmt::format(
        "functional: {} holds {} layers of {} with {} tokens; model '{}' has {} layers of {} with {} tokens",
        n.weights, s.layers, s.hidden, s.vocabulary, loaded.experiment.model, shape.layers, shape.hidden,
        shape.vocabulary));
  return weights;
}

/// The format that the experiment's weights have.
imc::NumberFormat weight_format(const Experiment& e) {
  switch (e.workload.formats.weights) {
    case Format::fp32: return imc::NumberFormat::fp32;
    case Format::bf16: return imc::NumberFormat::bf16;
    case Format::fp16: return imc::NumberFormat::fp16;
    case Format::fp8: return imc::NumberFormat::fp8_e4m3;
    case Format::int8: return imc::NumberFormat::int8;
    case Format::int4: return imc::NumberFormat::int4;
    default: break;
  }
  throw InputError(fmt::format(
      "functional: weights in {} have no numbers here; expected fp32, bf16, fp16, fp8, int8 or int4",
      name(e.workload.formats.weights)));
}

}  // namespace

FunctionalPart run_functional(const LoadedExperiment& loaded) {
  const Experiment& e = loaded.experiment;
  const NumbersConfig& n = e.numbers;
  const imc::MacroConfig* macro = n.unit == NumberUnit::chip ? e.chip->macro() : nullptr;
  const imc::GptWeights weights = weights_of(loaded, shape_of(loaded));
  imc::OperandCount count;
  FunctionalPart part;
  imc::UnitFactory units;
  std::string unit;
  if (macro != nullptr) {
    units = imc::macro_units(*macro, count);
    unit = macro->name;
  } else {
    const auto format = n.unit == NumberUnit::chip
                            ? weight_format(e)
                            : static_cast<imc::NumberFormat>(static_cast<int>(n.unit) - 1);
    units = imc::exact_units(format);
    unit = imc::kNumberFormatNames[static_cast<std::size_t>(format)];
  }
  part.record = {{"unit", unit},
                 {"weights", n.weights.empty() ? "random" : n.weights},
                 {"parameters", weights.parameters()},
                 {"tokens", n.tokens},
                 {"seed", n.seed}};
  std::string generated;
  compare_functional({weights, units, n.tokens, n.seed}, part.record, generated);
  if (macro != nullptr) {
    part.operands = count.statistics();
    part.record["input_density"] = part.operands->input_density;
    part.record["weight_density"] = part.operands->weight_density;
    part.record["input_toggle"] = part.operands->input_toggle;
  }
  part.record["generated"] = generated;
  return part;
}

}  // namespace presil::run
