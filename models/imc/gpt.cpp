// gpt.cpp -- implementation of gpt.h: one step of the decoder.
#include "models/imc/gpt.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::imc {

namespace {

constexpr std::size_t kHead = 64;

void layer_norm(std::span<const float> x, std::span<const float> gain, std::span<const float> bias, std::span<float> y) {
  double mean = 0, square = 0;
  for (const float v : x) mean += v;
  mean /= static_cast<double>(x.size());
  for (const float v : x) square += (v - mean) * (v - mean);
  const double scale = 1 / std::sqrt(square / static_cast<double>(x.size()) + 1e-5);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<float>((x[i] - mean) * scale) * gain[i] + bias[i];
}

void add(std::span<float> x, std::span<const float> y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

float gelu(float x) { return 0.5f * x * (1 + std::tanh(0.7978845608f * (x + 0.044715f * x * x * x))); }

float dot(const float* a, const float* b) {
  float sum = 0;
  for (std::size_t i = 0; i < kHead; ++i) sum += a[i] * b[i];
  return sum;
}

void softmax(std::span<float> x) {
  const float top = *std::max_element(x.begin(), x.end());
  float sum = 0;
  for (float& v : x) sum += v = std::exp(v - top);
  for (float& v : x) v /= sum;
}

Matrix transposed(const std::vector<float>& table, std::size_t rows, std::size_t columns) {
  Matrix m{std::vector<float>(table.size()), columns, rows};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) m.values[c * rows + r] = table[r * columns + c];
  return m;
}

}  // namespace

Gpt::Gpt(const GptWeights& weights, const UnitFactory& units, std::uint64_t seed) : weights_(weights) {
  const GptShape& s = weights.shape;
  for (const GptLayer& layer : weights.layers) {
    Units& u = units_.emplace_back();
    u.attention = units(layer.attention, ++seed);
    u.projection = units(layer.projection, ++seed);
    u.up = units(layer.up, ++seed);
    u.down = units(layer.down, ++seed);
  }
  head_ = units(transposed(weights.tokens, s.vocabulary, s.hidden), ++seed);
  keys_.assign(s.layers, std::vector<float>(std::size_t{s.context} * s.hidden));
  values_ = keys_;
  outputs_.assign(s.layers, std::vector<float>(s.hidden));
  x_.resize(s.hidden), normed_.resize(s.hidden), mixed_.resize(s.hidden);
  wide_.resize(4 * std::size_t{s.hidden}), scores_.resize(s.context), logits_.resize(s.vocabulary);
}

void Gpt::attend(std::size_t l) {
  const GptLayer& layer = weights_.layers[l];
  const std::size_t hidden = weights_.shape.hidden;
  layer_norm(x_, layer.norm1, layer.bias1, normed_);
  const std::span<float> qkv(wide_.data(), 3 * hidden);
  units_[l].attention->multiply(normed_, qkv);
  add(qkv, layer.attention_bias);
  const auto at = static_cast<std::ptrdiff_t>(position_ * hidden);
  std::copy_n(qkv.begin() + static_cast<std::ptrdiff_t>(hidden), hidden, keys_[l].begin() + at);
  std::copy_n(qkv.begin() + static_cast<std::ptrdiff_t>(2 * hidden), hidden, values_[l].begin() + at);
  for (std::size_t h = 0; h < hidden; h += kHead) {
    const std::span<float> scores(scores_.data(), position_ + 1);
    for (std::size_t t = 0; t < scores.size(); ++t) scores[t] = dot(&qkv[h], &keys_[l][t * hidden + h]) / 8;  // sqrt 64
    softmax(scores);
    std::fill_n(&mixed_[h], kHead, 0.0f);
    for (std::size_t t = 0; t < scores.size(); ++t)
      for (std::size_t i = 0; i < kHead; ++i) mixed_[h + i] += scores[t] * values_[l][t * hidden + h + i];
  }
  units_[l].projection->multiply(mixed_, normed_);
  add(normed_, layer.projection_bias);
  add(x_, normed_);
}

void Gpt::feed_forward(std::size_t l) {
  const GptLayer& layer = weights_.layers[l];
  layer_norm(x_, layer.norm2, layer.bias2, normed_);
  units_[l].up->multiply(normed_, wide_);
  add(wide_, layer.up_bias);
  for (float& v : wide_) v = gelu(v);
  units_[l].down->multiply(wide_, normed_);
  add(normed_, layer.down_bias);
  add(x_, normed_);
}

std::span<const float> Gpt::step(std::uint32_t token) {
  const GptShape& s = weights_.shape;
  if (position_ >= s.context) throw InputError(fmt::format("more than {} tokens, the model's context", s.context));
  if (token >= s.vocabulary) throw InputError(fmt::format("token {} is beyond the vocabulary of {}", token, s.vocabulary));
  for (std::size_t i = 0; i < s.hidden; ++i)
    x_[i] = weights_.tokens[std::size_t{token} * s.hidden + i] + weights_.positions[std::size_t{position_} * s.hidden + i];
  for (std::size_t l = 0; l < units_.size(); ++l) {
    attend(l);
    feed_forward(l);
    outputs_[l] = x_;
  }
  layer_norm(x_, weights_.norm, weights_.bias, normed_);
  head_->multiply(normed_, logits_);
  ++position_;
  return logits_;
}

}  // namespace presil::imc
