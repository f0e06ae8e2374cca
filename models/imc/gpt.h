// gpt.h -- a GPT-2-shaped decoder on real numbers, one token at a time, with a key and value cache.
//
// x = wte[token] + wpe[position]; for each layer x += c_proj(attention(c_attn(ln_1(x)))), x += c_proj(gelu(c_fc(ln_2(x))));
// logits = ln_f(x) wte^T (Radford et al. 2019). Heads of 64, ln epsilon 1e-5, tanh gelu. The matrices of the layers and the
// output projection run on matrix units; norms, softmax, gelu and attention over the cache in FP32, as digital units would.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/imc/matrix_unit.h"
#include "models/imc/safetensors.h"

namespace presil::imc {

struct GptShape {
  std::uint32_t layers{4}, hidden{256}, vocabulary{2048}, context{256};
  std::uint32_t heads() const { return hidden / 64; }
};

struct GptLayer {
  std::vector<float> norm1, bias1, norm2, bias2;
  Matrix attention, projection, up, down;
  std::vector<float> attention_bias, projection_bias, up_bias, down_bias;
};

struct GptWeights {
  GptShape shape;
  std::vector<float> tokens, positions;  ///< rows of `hidden`
  std::vector<GptLayer> layers;
  std::vector<float> norm, bias;
  /// Parameters, the shared token table once.
  double parameters() const;
};

/// As GPT-2 starts: N(0, 0.02), projections into the residual N(0, 0.02 / sqrt(2 layers)), norms 1, biases 0. Throws
/// InputError unless hidden is a multiple of 64.
GptWeights random_gpt(const GptShape& shape, std::uint64_t seed);
/// Tensors named as GPT-2's (wte.weight, h.0.attn.c_attn.weight, ..., with or without "transformer." before them); the
/// shape follows from them. Throws InputError.
GptWeights load_gpt(const Safetensors& file);

class Gpt {
 public:
  /// `weights` must outlive it.
  Gpt(const GptWeights& weights, const UnitFactory& units, std::uint64_t seed);
  /// Takes the next token; the logits of the one after it. Throws InputError beyond the context or vocabulary.
  std::span<const float> step(std::uint32_t token);
  /// What the last step left in the residual stream after each layer.
  const std::vector<std::vector<float>>& layer_outputs() const { return outputs_; }
  void reset() { position_ = 0; }

 private:
  struct Units {
    std::unique_ptr<MatrixUnit> attention, projection, up, down;
  };
  void attend(std::size_t layer);
  void feed_forward(std::size_t layer);

  const GptWeights& weights_;
  std::vector<Units> units_;
  std::unique_ptr<MatrixUnit> head_;
  std::vector<std::vector<float>> keys_, values_, outputs_;
  std::vector<float> x_, normed_, wide_, mixed_, scores_, logits_;
  std::uint32_t position_{0};
};

}  // namespace presil::imc
