// head.cpp -- what follows the layers, and the plain stack of fully connected layers.
#include <algorithm>

#include "workloads/transformer/sharding.h"
#include "workloads/transformer/stem.h"

namespace presil::workload {

namespace {

/// The one token of each sequence that the head needs; nothing to do when there is only one.
TensorId pick_token(PassBuilder& builder, const std::string& name, TensorId x, const PassShape& shape,
                    std::uint64_t hidden) {
  return shape.q_len == 1 ? x : builder.gather(name, {}, x, shape.batch, hidden);
}

TensorId lm_head(PassBuilder& builder, const Architecture& model, TensorId x, std::uint64_t rows) {
  const std::string name = model.tied_embeddings ? "token_embedding" : "lm_head.weight";
  const std::uint64_t n = vocabulary_share(model, builder.options());
  std::vector<TensorId> weights{builder.table(name, n * model.hidden)};
  if (model.lm_head_bias) weights.push_back(builder.parameter("lm_head.bias", n));
  const MatMul shape{.batch = 1, .m = rows, .n = n, .k = model.hidden};
  return builder.all_gather(builder.matmul("lm_head", shape, {x}, weights, rows * n), rows * model.vocab);
}

/// The chosen token ids of all sequences, in 4-byte integers.
TensorId sample(PassBuilder& builder, const Architecture& model, TensorId logits, std::uint64_t rows) {
  Op op;
  op.name = "sampling";
  op.kind = OpKind::vector;
  op.vector = vector_work(rows, model.vocab, cost::kSampling);
  op.inputs = {logits};
  op.outputs = {builder.activation("next_token", rows, Format::int32)};
  op.compute = builder.activations();
  return builder.add(std::move(op)).outputs.front();
}

TensorId activate(PassBuilder& builder, Activation kind, TensorId x, std::uint64_t rows, std::uint64_t width) {
  if (kind == Activation::none) return x;
  return builder.vector("activation", vector_work(rows, width, activation_cost(kind, false)), {x}, {}, rows * width);
}

}  // namespace

void language_head(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape) {
  builder.begin_segment("head", 1);
  TensorId x = builder.entry("hidden", shape.tokens() * model.hidden);
  x = pick_token(builder, "last_token", x, shape, model.hidden);
  if (stack.final_norm) x = norm(builder, stack, "final_norm", x, shape.batch, model.hidden);
  builder.host_output(sample(builder, model, lm_head(builder, model, x, shape.batch), shape.batch));
  builder.end_segment({});
}

void encoder_head(PassBuilder& builder, const Architecture& model, const Stack& stack, const PassShape& shape) {
  const std::uint64_t hidden = model.hidden;
  builder.begin_segment("head", 1);
  TensorId x = builder.entry("hidden", shape.tokens() * hidden);
  if (model.decoder) {
    if (stack.final_norm) x = norm(builder, stack, "final_norm", x, shape.tokens(), hidden);
    builder.end_segment({x});
    return;
  }
  if (model.pooler || model.labels != 0) x = pick_token(builder, "first_token", x, shape, hidden);
  const std::uint64_t rows = model.pooler || model.labels != 0 ? shape.batch : shape.tokens();
  if (stack.final_norm) x = norm(builder, stack, "final_norm", x, rows, hidden);
  if (model.pooler)
    x = activate(builder, Activation::tanh, builder.linear("pooler", x, rows, hidden, hidden, true), rows, hidden);
  if (model.labels != 0) x = builder.linear("classifier", x, rows, hidden, model.labels, true);
  builder.host_output(x);
  builder.end_segment({});
}

void plain_mlp(PassBuilder& builder, const Architecture& model, std::uint64_t rows) {
  const PlainMlp& mlp = *model.mlp;
  const std::uint64_t hidden = model.hidden;
  const auto connect = [&](const std::string& name, TensorId x, std::uint64_t k, std::uint64_t n) {
    return activate(builder, mlp.activation, builder.linear(name, x, rows, k, n, false), rows, n);
  };
  builder.begin_segment("input", 1);
  TensorId x = builder.host_input("rows", rows * (mlp.input != 0 ? mlp.input : hidden), builder.activations());
  if (mlp.input != 0) x = connect("fc_in", x, mlp.input, hidden);
  builder.end_segment({x});

  builder.begin_segment("layer", mlp.layers);
  builder.end_segment({connect("fc", builder.entry("hidden", rows * hidden), hidden, hidden)});

  builder.begin_segment("output", 1);
  x = builder.entry("hidden", rows * hidden);
  if (mlp.output != 0) x = builder.linear("fc_out", x, rows, hidden, mlp.output, false);
  builder.host_output(x);
  builder.end_segment({});
}

}  // namespace presil::workload
