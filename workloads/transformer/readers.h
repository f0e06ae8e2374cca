// readers.h -- one reader for each family of published models; readers.cpp lists them.
#pragma once

#include "workloads/transformer/architecture.h"
#include "workloads/transformer/fields.h"

namespace presil::workload {

/// Fills everything but model_type. Throws InputError.
using ArchitectureReader = Architecture (*)(const Fields&);

// readers_llama.cpp: rotary position, RMS norm, gated MLP
Architecture read_llama(const Fields&);
Architecture read_mistral(const Fields&);
Architecture read_qwen2(const Fields&);
Architecture read_qwen3(const Fields&);
Architecture read_gemma(const Fields&);
Architecture read_phi3(const Fields&);
// readers_moe.cpp: the same with routed experts
Architecture read_mixtral(const Fields&);
Architecture read_qwen3_moe(const Fields&);
Architecture read_gpt_oss(const Fields&);
Architecture read_deepseek_v3(const Fields&);
// readers_gpt.cpp: layer norm, plain MLP
Architecture read_gpt2(const Fields&);
Architecture read_gptj(const Fields&);
Architecture read_falcon(const Fields&);
// readers_encoder.cpp
Architecture read_bert(const Fields&);
Architecture read_distilbert(const Fields&);
Architecture read_vit(const Fields&);
Architecture read_mlp(const Fields&);
// readers_encoder_decoder.cpp
Architecture read_t5(const Fields&);
Architecture read_whisper(const Fields&);

/// What the readers of decoders with rotary position share (readers_llama.cpp): hidden_size, layers, heads,
/// head_dim, RMS norm, gated SiLU MLP, vocabulary. `tied` is the default of tie_word_embeddings.
Architecture read_rotary_decoder(const Fields&, bool tied);

/// The window of every layer: `sliding_window` for all, or for those that `layer_types` calls sliding_attention.
void read_windows(const Fields&, Stack&);

}  // namespace presil::workload
