// gpt_weights.cpp -- implementation of gpt.h: where weights come from.
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "models/imc/gpt.h"
#include "models/imc/random.h"
#include "sim/base/error.h"

namespace presil::imc {

namespace {

std::vector<float> normal(Random& random, std::size_t count, double deviation) {
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(deviation * random.normal());
  return values;
}

void check_shape(const GptShape& s, const std::string& where) {
  if (s.hidden == 0 || s.hidden % 64 != 0) throw InputError(fmt::format("{}hidden size {} is no multiple of 64, the size of a head", where, s.hidden));
}

/// Tensors of one file by the names of GPT-2.
class Reader {
 public:
  explicit Reader(const Safetensors& file) : file_(file), prefix_(file.has("transformer.wte.weight") ? "transformer." : "") {}
  std::vector<std::uint64_t> shape(const std::string& name) const {
    const std::vector<std::uint64_t>& found = file_.tensor(prefix_ + name).shape;
    if (found.size() != 2 || found[0] == 0 || found[1] == 0 || found[0] > (1u << 20) || found[1] > (1u << 16))
      throw InputError(fmt::format("'{}' is no table of a GPT-2: shape [{}]", prefix_ + name, fmt::join(found, ", ")));
    return found;
  }
  bool has_layer(std::size_t layer) const { return file_.has(fmt::format("{}h.{}.ln_1.weight", prefix_, layer)); }
  std::vector<float> vector(const std::string& name, std::uint64_t size) const { return file_.values(prefix_ + name, {size}); }
  std::vector<float> table(const std::string& name, std::uint64_t rows, std::uint64_t columns) const {
    return file_.values(prefix_ + name, {rows, columns});
  }
  Matrix matrix(const std::string& name, std::uint64_t inputs, std::uint64_t outputs) const {
    return {table(name, inputs, outputs), inputs, outputs};
  }

 private:
  const Safetensors& file_;
  std::string prefix_;
};

GptLayer read_layer(const Reader& file, std::size_t index, std::uint64_t h) {
  const std::string at = fmt::format("h.{}.", index);
  GptLayer layer;
  layer.norm1 = file.vector(at + "ln_1.weight", h), layer.bias1 = file.vector(at + "ln_1.bias", h);
  layer.norm2 = file.vector(at + "ln_2.weight", h), layer.bias2 = file.vector(at + "ln_2.bias", h);
  layer.attention = file.matrix(at + "attn.c_attn.weight", h, 3 * h);
  layer.attention_bias = file.vector(at + "attn.c_attn.bias", 3 * h);
  layer.projection = file.matrix(at + "attn.c_proj.weight", h, h);
  layer.projection_bias = file.vector(at + "attn.c_proj.bias", h);
  layer.up = file.matrix(at + "mlp.c_fc.weight", h, 4 * h);
  layer.up_bias = file.vector(at + "mlp.c_fc.bias", 4 * h);
  layer.down = file.matrix(at + "mlp.c_proj.weight", 4 * h, h);
  layer.down_bias = file.vector(at + "mlp.c_proj.bias", h);
  return layer;
}

GptLayer random_layer(Random& random, const GptShape& s) {
  const std::size_t h = s.hidden;
  const double residual = 0.02 / std::sqrt(2.0 * s.layers);
  GptLayer layer;
  layer.norm1.assign(h, 1), layer.norm2.assign(h, 1), layer.bias1.assign(h, 0), layer.bias2.assign(h, 0);
  layer.attention = {normal(random, h * 3 * h, 0.02), h, 3 * h};
  layer.projection = {normal(random, h * h, residual), h, h};
  layer.up = {normal(random, h * 4 * h, 0.02), h, 4 * h};
  layer.down = {normal(random, 4 * h * h, residual), 4 * h, h};
  layer.attention_bias.assign(3 * h, 0), layer.projection_bias.assign(h, 0);
  layer.up_bias.assign(4 * h, 0), layer.down_bias.assign(h, 0);
  return layer;
}

}  // namespace

double GptWeights::parameters() const {
  const double h = shape.hidden;
  return h * (shape.vocabulary + shape.context) + shape.layers * (12 * h * h + 13 * h) + 2 * h;
}

GptWeights random_gpt(const GptShape& shape, std::uint64_t seed) {
  check_shape(shape, "");
  Random random(seed);
  GptWeights weights;
  weights.shape = shape;
  weights.tokens = normal(random, std::size_t{shape.vocabulary} * shape.hidden, 0.02);
  weights.positions = normal(random, std::size_t{shape.context} * shape.hidden, 0.02);
  for (std::uint32_t l = 0; l < shape.layers; ++l) weights.layers.push_back(random_layer(random, shape));
  weights.norm.assign(shape.hidden, 1), weights.bias.assign(shape.hidden, 0);
  return weights;
}

GptWeights load_gpt(const Safetensors& file) {
  const Reader reader(file);
  const auto tokens = reader.shape("wte.weight"), positions = reader.shape("wpe.weight");
  GptWeights weights;
  GptShape& s = weights.shape;
  s.vocabulary = static_cast<std::uint32_t>(tokens[0]), s.hidden = static_cast<std::uint32_t>(tokens[1]);
  s.context = static_cast<std::uint32_t>(positions[0]);
  s.layers = 0;
  check_shape(s, "wte.weight: ");
  weights.tokens = reader.table("wte.weight", s.vocabulary, s.hidden);
  weights.positions = reader.table("wpe.weight", s.context, s.hidden);
  for (; reader.has_layer(s.layers); ++s.layers) weights.layers.push_back(read_layer(reader, s.layers, s.hidden));
  if (s.layers == 0) throw InputError("the file has no layer: no tensor 'h.0.ln_1.weight'");
  weights.norm = reader.vector("ln_f.weight", s.hidden), weights.bias = reader.vector("ln_f.bias", s.hidden);
  return weights;
}

}  // namespace presil::imc
