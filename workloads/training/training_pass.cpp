// training_pass.cpp -- implementation of training_pass.h.
#include "workloads/training/training_pass.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "workloads/transformer/blocks.h"
#include "workloads/transformer/sharding.h"

namespace presil::workload {

namespace {

PassOptions pass_options(const TrainingOptions& o) {
  PassOptions pass;
  pass.batch = o.micro_batch;
  pass.formats = o.formats;
  pass.fused_attention = o.fused_attention;
  pass.tensor_parallel = o.tensor;
  pass.training = true;
  pass.sequence_parallel = o.sequence_parallel && o.tensor > 1;
  pass.dropout = o.dropout;
  pass.context_parallel = o.context;
  pass.expert_parallel = o.expert;
  return pass;
}

PassShape pass_shape(const TrainingOptions& o) {
  return {.batch = o.micro_batch, .q_len = o.sequence / o.context, .kv_len = o.sequence};
}

/// Token ids to hidden states: the ranks' parts of the table are joined, then positions are added.
void embed(PassBuilder& builder, const Architecture& model, const PassShape& shape) {
  const Stack& stack = *model.decoder;
  const std::uint64_t tokens = shape.tokens(), own = builder.own_rows(tokens), hidden = model.hidden;
  builder.begin_segment("embed", 1);
  const TensorId ids = builder.host_input("token_ids", tokens, Format::int32);
  const TensorId table = builder.table("token_embedding", vocabulary_share(model, builder.options()) * hidden);
  TensorId x = builder.leave(builder.look_up("embedding", ids, table, tokens, hidden, model.vocab));
  if (stack.position == PositionKind::learned) {
    const TensorId positions = builder.parameter("position_embedding", stack.positions * hidden);
    const TensorId at = builder.gather("position_embedding", {ids}, positions, own, hidden, stack.positions);
    x = builder.vector("embedding_add", vector_work(own, hidden, cost::kAdd), {x, at}, {}, own * hidden);
    if (builder.options().dropout) builder.drop_in_place(1);
  }
  if (model.embedding_scale)
    x = builder.vector("embedding_scale", vector_work(own, hidden, cost::kMultiply), {x}, {}, own * hidden);
  builder.end_segment({x});
}

void layers(PassBuilder& builder, const Architecture& model, const PassShape& shape) {
  const Stack& stack = *model.decoder;
  for (const auto& [kind, count] : layer_kinds(stack)) {
    builder.begin_segment(segment_name(stack, kind), count);
    const TensorId x = builder.entry("hidden", builder.own_rows(shape.tokens()) * model.hidden);
    builder.end_segment({layer_block(builder, model.hidden, stack, kind, shape, {}, x)});
  }
}

/// One pass over the logits of a cross-entropy. What it writes is new, or in place of what it read.
TensorId over_logits(PassBuilder& builder, const std::string& name, TensorId in, VectorWork work, std::uint64_t out_values) {
  Op op;
  op.name = name;
  op.kind = OpKind::vector;
  op.vector = work;
  op.inputs = {in};
  op.outputs = {builder.activation(name + ".out", out_values, Format::fp32)};
  op.compute = builder.activations();
  return builder.add(std::move(op)).outputs.front();
}

/// Kernel by kernel as Megatron-LM has it (megatron/core/tensor_parallel/cross_entropy.py): to fp32, maximum, difference, exp,
/// sum, quotient. The last, "loss", is what the gradient starts from.
void cross_entropy(PassBuilder& builder, TensorId logits, std::uint64_t rows, std::uint64_t columns) {
  const std::uint64_t values = rows * columns;
  const auto work = [&](double simple, double special, bool reduces) { return vector_work(rows, columns, {simple, special, 0, reduces}); };
  TensorId x = over_logits(builder, "loss_convert", logits, work(1, 0, false), values);
  over_logits(builder, "loss_maximum", x, work(1, 0, true), rows);
  x = over_logits(builder, "loss_shift", x, work(1, 0, false), values);
  x = over_logits(builder, "loss_exp", x, work(0, 1, false), values);
  over_logits(builder, "loss_sum", x, work(1, 0, true), rows);
  over_logits(builder, "loss", x, work(1, 0, false), values);
}

/// Scores of every token and their cross-entropy. Logits leave the product in the activations' format; probabilities are
/// kept in fp32 for the gradient [Korthikanti et al., arXiv:2205.05198, section 4.3].
void score(PassBuilder& builder, const Architecture& model, const PassShape& shape) {
  const Stack& stack = *model.decoder;
  const std::uint64_t tokens = shape.tokens(), n = vocabulary_share(model, builder.options());
  builder.begin_segment("head", 1);
  TensorId x = builder.entry("hidden", builder.own_rows(tokens) * model.hidden);
  if (stack.final_norm) x = norm(builder, stack, "final_norm", x, builder.own_rows(tokens), model.hidden);
  x = builder.enter(x);
  std::vector<TensorId> weights{builder.table(model.tied_embeddings ? "token_embedding" : "lm_head.weight", n * model.hidden)};
  if (model.lm_head_bias) weights.push_back(builder.parameter("lm_head.bias", n));
  const TensorId logits = builder.matmul("lm_head", {.batch = 1, .m = tokens, .n = n, .k = model.hidden}, {x}, weights, tokens * n);
  cross_entropy(builder, logits, tokens, n);
  TensorId statistics = builder.activation("loss_statistics", 3 * tokens, Format::fp32);  // largest, sum, target of a token
  builder.all_reduce(statistics);
  builder.end_segment({});
}

std::uint64_t to_count(double value) { return static_cast<std::uint64_t>(std::llround(std::ceil(value))); }

/// Parameters whose gradients are exchanged at once [Megatron-LM, megatron/core/distributed: 40 million at least].
constexpr double kBucket = 40e6;

/// A vector operator over parameters, its bytes a value as two operands.
void over_parameters(Graph& graph, const std::string& name, double values, VectorCost cost, double read, double written) {
  Op op;
  op.name = name;
  op.kind = OpKind::vector;
  op.compute = Format::fp32;
  constexpr std::uint64_t kRow = 1024;
  op.vector = vector_work(std::max<std::uint64_t>(1, to_count(values / kRow)), kRow, cost);
  const auto state = [&](const char* what, double bytes) {
    return graph.add({name + what, TensorRole::gradient, Format::int8, to_count(values * bytes)});
  };
  if (read > 0) op.inputs = {state(".read", read)};
  op.outputs = {state(".written", std::max(written, 1.0 / kRow))};
  graph.segments.back().ops.push_back(std::move(op));
}

}  // namespace

void check_training(const Architecture& model, const TrainingOptions& o) {
  const auto refuse = [&](const std::string& why) { throw InputError(fmt::format("{}: {}", model.model_type, why)); };
  if (!model.decoder || model.encoder || model.decoder->cross_attention)
    refuse("training is modelled for decoders alone");
  check_tensor_parallel(model, o.tensor);
  const Stack& stack = *model.decoder;
  if (o.sequence > kMaxLength || o.micro_batch > kMaxTokens / o.sequence)
    refuse(fmt::format("a micro-batch of {} sequences of {} tokens; expected at most {} tokens", o.micro_batch, o.sequence, kMaxTokens));
  if (stack.position == PositionKind::learned && o.sequence > stack.positions)
    refuse(fmt::format("sequences of {} tokens, but the model has learned {} positions", o.sequence, stack.positions));
  if (o.sequence % o.context != 0) refuse(fmt::format("{} devices do not divide sequences of {} tokens", o.context, o.sequence));
  if (o.context > 1 && stack.attention.latent) refuse("a sequence is not shared by devices with latent attention (MLA)");
  if (o.sequence_parallel && o.tokens() % o.tensor != 0)
    refuse(fmt::format("sequence_parallel: {} devices do not divide {} tokens", o.tensor, o.tokens()));
  if (o.expert > 1 && !stack.moe) refuse(fmt::format("{} devices share experts, but the model has none", o.expert));
  if (stack.moe && stack.moe->experts % o.expert != 0)
    refuse(fmt::format("{} devices do not divide {} experts", o.expert, stack.moe->experts));
}

Graph forward_pass(const Architecture& whole, const TrainingOptions& o) {
  check_training(whole, o);
  const Architecture model = shard(whole, o.tensor);
  const PassShape shape = pass_shape(o);
  PassBuilder builder(pass_options(o), "forward", "decoder");
  embed(builder, model, shape);
  layers(builder, model, shape);
  score(builder, model, shape);
  return builder.finish();
}

std::vector<std::size_t> layer_order(const Architecture& model) {
  const auto kinds = layer_kinds(*model.decoder);
  std::vector<std::size_t> order;
  for (const LayerKind& layer : model.decoder->layers)
    order.push_back(static_cast<std::size_t>(
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == layer; }) - kinds.begin()));
  return order;
}

Parameters parameters_of(const Graph& forward, const Segment& segment) {
  Parameters sum;
  std::set<TensorId> seen;
  for (const Op& op : segment.ops)
    for (const TensorId id : op.weights)
      if (seen.insert(id).second)
        (op.name.starts_with("expert_") ? sum.experts : sum.shared) += static_cast<double>(forward.tensors[id].values);
  return sum;
}

double state_bytes(Optimizer optimizer) { return optimizer == Optimizer::adam ? 12 : 8; }

double widened_bytes(Format gradients) { return gradients == Format::fp32 ? 0 : bytes_per_value(Format::fp32); }

Graph update_pass(Optimizer optimizer, const Update& p, const TrainingOptions& o) {
  Graph graph;
  graph.phase = "update";
  graph.segments.push_back({"update", 1, {}, {}, {}});
  const double held = bytes_per_value(o.gradients), states = state_bytes(optimizer), wide = bytes_per_value(Format::fp32);
  // Adam: two moments (3 operations each), bias corrections folded, root, division, decay, step; SGD: momentum, step.
  const VectorCost step = optimizer == Optimizer::adam ? VectorCost{11, 2, 0, false} : VectorCost{4, 0, 0, false};
  if (widened_bytes(o.gradients) > 0) over_parameters(graph, "gradient_widen", p.updated, {1, 0, 0, false}, held, wide);
  if (o.formats.activations == Format::fp16) over_parameters(graph, "gradient_unscale", p.updated, {2, 0, 0, false}, wide, wide);
  over_parameters(graph, "gradient_norm", p.updated, {2, 0, 0, true}, wide, 0);
  over_parameters(graph, std::string(kOptimizerNames[static_cast<std::size_t>(optimizer)]), p.updated, step, wide + states, states);
  over_parameters(graph, "weights_copy", p.updated, {1, 0, 0, false}, wide, bytes_per_value(o.formats.weights));
  over_parameters(graph, "gradient_zero", p.held, {}, 0, held);
  if (p.averaged <= 0) return graph;
  const double buckets = std::ceil(p.averaged / kBucket);
  graph.segments.push_back({"average", p.exchanges * to_count(buckets), {}, {}, {}});
  over_parameters(graph, "gradient_average", p.averaged / buckets, cost::kMultiply, held, held);
  return graph;
}

}  // namespace presil::workload
