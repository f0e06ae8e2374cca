// readers.cpp -- from model_type to the reader of its family.
#include "workloads/transformer/readers.h"

#include <utility>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "workloads/transformer/counts.h"

namespace presil::workload {

namespace {

/// Far above any model, and low enough for every product of shapes to stay exact in 64 bits.
constexpr double kMaxParameters = 1e15;

const std::vector<std::pair<std::string, ArchitectureReader>>& readers() {
  static const std::vector<std::pair<std::string, ArchitectureReader>> table{
      {"bert", read_bert},
      {"deepseek_v3", read_deepseek_v3},
      {"distilbert", read_distilbert},
      {"falcon", read_falcon},
      {"gemma", read_gemma},
      {"gpt2", read_gpt2},
      {"gpt_oss", read_gpt_oss},
      {"gptj", read_gptj},
      {"llama", read_llama},
      {"mistral", read_mistral},
      {"mixtral", read_mixtral},
      {"mlp", read_mlp},
      {"phi3", read_phi3},
      {"qwen2", read_qwen2},
      {"qwen3", read_qwen3},
      {"qwen3_moe", read_qwen3_moe},
      {"t5", read_t5},
      {"vit", read_vit},
      {"whisper", read_whisper},
  };
  return table;
}

}  // namespace

Architecture read_architecture(const config::Node& document) {
  const Fields fields(document);
  const std::string type = fields.text("model_type");
  std::vector<std::string> known;
  for (const auto& [name, read] : readers()) {
    known.push_back(name);
    if (name != type) continue;
    Architecture architecture = read(fields);
    architecture.model_type = type;
    if (const double n = estimated_parameters(architecture); n > kMaxParameters)
      fields.fail("model_type", fmt::format("heads a description of {:.3g} parameters; expected at most {:.0e}", n,
                                            kMaxParameters));
    return architecture;
  }
  fields.fail("model_type", fmt::format("is \"{}\"; expected one of {}{}", type.substr(0, 60), join(known),
                                        did_you_mean(type, known)));
}

}  // namespace presil::workload
