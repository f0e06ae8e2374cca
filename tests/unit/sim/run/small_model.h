// small_model.h -- models and chips small enough to simulate whole in a test.
#pragma once

#include "sim/run/experiment.h"
#include "sim/run/npu_chip.h"
#include "tests/unit/models/npu/small_chip.h"
#include "workloads/transformer/transformer.h"

namespace presil::run {

inline workload::Architecture architecture_of(const std::string& json) {
  return workload::read_architecture(config::parse_json(json, "test.json"));
}

/// Two layers, four heads that share two key heads, 64 wide.
inline workload::Architecture tiny_llama() {
  return architecture_of(R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 300, "hidden_act": "silu",
    "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "tie_word_embeddings": false})");
}

/// npu::small_chip with room for tiny_llama.
inline npu::ChipConfig roomy_chip() {
  npu::ChipConfig c = npu::small_chip();
  c.core.scratchpad.capacity = {256.0 * 1024};
  return c;
}

}  // namespace presil::run
