// gradient.cpp -- implementation of gradient.h.
#include "workloads/training/gradient.h"

#include <algorithm>

#include "workloads/ops/vector_costs.h"
#include "workloads/training/gradient_tape.h"

namespace presil::workload {

namespace {

/// Between the projections: what selective recomputation runs again. Fused attention keeps no scores in the first place.
bool recomputed_selectively(const Op& op) {
  return op.name == "attention_scores" || op.name == "attention_softmax" || op.name == "attention_dropout" || op.name == "attention_context";
}

CollectiveKind conjugate(CollectiveKind kind) {
  switch (kind) {
    case CollectiveKind::all_reduce: return CollectiveKind::copy;
    case CollectiveKind::copy: return CollectiveKind::all_reduce;
    case CollectiveKind::all_gather: return CollectiveKind::reduce_scatter;
    case CollectiveKind::reduce_scatter: return CollectiveKind::all_gather;
    case CollectiveKind::all_to_all: break;
  }
  return CollectiveKind::all_to_all;
}

/// Walks a segment from its end to its beginning.
class Walk : public GradientTape {
 public:
  Walk(const Graph& forward, const Segment& segment, const TrainingOptions& options)
      : GradientTape(forward, segment, options.formats.activations), gradients_(options.gradients), activations_(options.formats.activations),
        fused_(options.fused_accumulation) {}

  void run() {
    for (const TensorId exit : segment().exits) {
      const TensorId seed = fresh("d_hidden", tensor(exit).values);
      contribute(exit, seed);
      back().entries.push_back(seed);
    }
    for (auto op = segment().ops.rbegin(); op != segment().ops.rend(); ++op) gradients(*op);
    for (const TensorId entry : segment().entries)
      if (const TensorId d = gradient_of(entry); d != kNoTensor) back().exits.push_back(d);
  }

 private:
  void gradients(const Op& op) {
    std::vector<TensorId> arriving;
    for (const TensorId out : op.outputs)
      if (const TensorId d = gradient_of(out); d != kNoTensor) arriving.push_back(d);
    if (op.name == "loss") return loss(op);
    if (op.name.starts_with("loss_")) return;
    if (arriving.empty()) return;
    switch (op.kind) {
      case OpKind::matmul: return op.weights.empty() ? product(op, arriving.front()) : linear(op, arriving);
      case OpKind::attention: return attention(op, arriving.front());
      case OpKind::vector: return vector(op, arriving);
      case OpKind::gather: return gather(op, arriving.front());
      case OpKind::collective: return exchange(op, arriving.front());
      case OpKind::transfer: return transfer(op, arriving.front());
    }
  }

  void loss(const Op& op) {
    // (probability - target) x scale in fp32, then to the format of the logits, which were converted first.
    const auto first = std::find_if(segment().ops.begin(), segment().ops.end(), [](const Op& o) { return o.name == "loss_convert"; });
    const TensorId logits = first->inputs.front(), probabilities = keep(op.outputs.front());
    const TensorId wide = fresh("d_wide", tensor(logits).values, tensor(probabilities).format), d = fresh("d_logits", tensor(logits).values);
    emit_vector("loss_gradient", vector_work(op.vector.rows, op.vector.columns, {2, 0, 0, false}), {probabilities}, {wide});
    emit_vector("loss_convert_gradient", vector_work(op.vector.rows, op.vector.columns, cost::kAdd), {wide}, {d});
    contribute(logits, d);
  }

  void linear(const Op& op, const std::vector<TensorId>& parts) {
    const MatMul& m = op.matmul;
    const std::vector<TensorId> arriving{joined(op, parts)};
    const TensorId operand = op.inputs.front();
    const Op* entry = entrance(operand);
    const bool gathered = entry != nullptr && entry->collective.kind == CollectiveKind::all_gather;
    if (gathered) emit_exchange(entry->collective, keep(entry->inputs.front()), tensor(operand).values, true);
    else keep(operand);
    if (differentiable(operand)) dgrad(op, arriving, entry);
    MatMul w{.batch = m.batch, .m = m.n, .n = m.k, .k = m.m};
    if (m.routed_rows != 0) w.useful_fraction = static_cast<double>(m.routed_rows) / (static_cast<double>(m.batch) * static_cast<double>(m.m));
    w.accumulate = fused_;
    Op product = like(op, op.name + "_wgrad", w);
    product.inputs = {arriving.front(), operand};
    product.outputs = {fresh_gradient("d_weight", w.batch * w.m * w.n, fused_ ? gradients_ : activations_)};
    const TensorId part = emit(std::move(product)).outputs.front();
    if (!fused_) accumulate(part);
    for (std::size_t i = 1; i < op.weights.size(); ++i)
      emit_vector("bias_gradient", vector_work(m.batch * m.m, m.n, {1, 0, 0, true}), arriving,
                  {fresh_gradient("d_bias", tensor(op.weights[i]).values, gradients_)});
  }

  /// Adds a micro-batch's gradients to those of the ones before.
  void accumulate(TensorId part) {
    const TensorId sum = fresh_gradient("d_weight_sum", tensor(part).values, gradients_);
    emit_vector("gradient_accumulate", vector_work(1, tensor(part).values, cost::kAdd), {part, sum}, {sum});
  }

  /// Gradients of the parts of one product, side by side again.
  TensorId joined(const Op& op, const std::vector<TensorId>& parts) {
    if (parts.size() == 1) return parts.front();
    std::uint64_t values = 0;
    for (const TensorId id : parts) values += tensor(id).values;
    const TensorId all = fresh("d_joined", values);
    emit_vector(op.name + "_join", vector_work(1, values, {}), parts, {all});
    return all;
  }

  void dgrad(const Op& op, const std::vector<TensorId>& arriving, const Op* entry) {
    MatMul d = op.matmul;
    std::swap(d.n, d.k);
    const TensorId operand = op.inputs.front();
    Op product = like(op, op.name + "_dgrad", d);
    product.inputs = arriving;
    product.weights = {op.weights.front()};
    product.weight_fraction = op.weight_fraction;
    product.outputs = {fresh("d_operand", tensor(operand).values)};
    const TensorId result = emit(std::move(product)).outputs.front();
    if (entry == nullptr) return contribute(operand, result);
    Collective back_exchange = entry->collective;
    back_exchange.kind = conjugate(back_exchange.kind);
    contribute(entry->inputs.front(), emit_exchange(back_exchange, result, tensor(entry->inputs.front()).values, true));
  }

  void product(const Op& op, TensorId arriving) {
    const MatMul& m = op.matmul;
    const TensorId a = op.inputs[0], b = op.inputs[1];
    MatMul for_a = m, for_b = m;
    for_a.n = m.k;
    for_a.k = m.n;
    for_b.m = m.k;
    for_b.k = m.m;
    Op left = like(op, op.name + "_grad_a", for_a), right = like(op, op.name + "_grad_b", for_b);
    left.inputs = {arriving, keep(b)};
    left.outputs = {fresh("d_a", tensor(a).values)};
    right.inputs = {keep(a), arriving};
    right.outputs = {fresh("d_b", tensor(b).values)};
    contribute(a, emit(std::move(left)).outputs.front());
    contribute(b, emit(std::move(right)).outputs.front());
  }

  /// Keys and values that the context group gathered are gathered again: a device keeps its own.
  TensorId kept_or_gathered(TensorId operand) {
    const Op* maker = producer(operand);
    if (maker == nullptr || maker->kind != OpKind::collective || maker->collective.group != Group::context) return keep(operand);
    return emit_exchange(maker->collective, keep(maker->inputs.front()), tensor(operand).values, false);
  }

  void attention(const Op& op, TensorId arriving) {
    Op d;
    d.name = op.name + "_gradient";
    d.kind = OpKind::attention;
    d.attention = op.attention;
    d.attention.backward = true;
    d.compute = op.compute;
    d.accumulate = op.accumulate;
    d.weights = op.weights;
    for (const TensorId in : op.inputs) d.inputs.push_back(kept_or_gathered(in));
    d.inputs.push_back(keep(op.outputs.front()));
    d.inputs.push_back(arriving);
    const std::size_t operands = op.attention.shared_kv ? 2 : 3;
    for (std::size_t i = 0; i < operands; ++i) d.outputs.push_back(fresh("d_head", tensor(op.inputs[i]).values));
    const std::vector<TensorId> results = emit(std::move(d)).outputs;
    for (std::size_t i = 0; i < operands; ++i) contribute(op.inputs[i], results[i]);
  }

  void vector(const Op& op, const std::vector<TensorId>& arriving) {
    if (op.name.ends_with("norm")) return norm(op, arriving.front());
    if (op.name.ends_with("_softmax")) return softmax(op, arriving.front());
    if (op.name == "residual_add" || op.name == "embedding_add" || op.name.ends_with("_dropout")) return sum(op, arriving.front());
    if (op.name == "rope" || op.name == "embedding_scale") return elementwise(op, arriving, false);
    elementwise(op, arriving, true);
  }

  void norm(const Op& op, TensorId arriving) {
    const TensorId x = op.inputs.front(), d = fresh("d_norm", tensor(x).values);
    VectorWork work = op.vector;
    work.simple = 2 * op.vector.simple;
    emit_vector(op.name + "_gradient", work, {arriving, keep(x)}, {d});
    contribute(x, d);
    double values = 0;
    for (const TensorId w : op.weights) values += static_cast<double>(tensor(w).values);
    emit_vector(op.name + "_weight_gradient", vector_work(op.vector.rows, op.vector.columns, {5, 0, 0, true}), {arriving, x},
                {fresh_gradient("d_norm_weights", static_cast<std::uint64_t>(values), gradients_)});
  }

  void softmax(const Op& op, TensorId arriving) {
    const TensorId p = keep(op.outputs.front()), d = fresh("d_scores", tensor(p).values);
    emit_vector(op.name + "_gradient", vector_work(op.vector.rows, op.vector.columns, {5, 0, 0, true}), {arriving, p}, {d});
    contribute(op.inputs.front(), d);
  }

  /// Sums pass the gradient on; what went through dropout goes through its mask again.
  void sum(const Op& op, TensorId arriving) {
    const bool drops = op.outputs.size() > 1;
    const std::size_t first = op.inputs.size() > 1 ? 1 : 0;
    if (first == 1) contribute(op.inputs.front(), arriving);
    for (std::size_t i = first; i < op.inputs.size(); ++i) {
      if (!drops) {
        contribute(op.inputs[i], arriving);
        continue;
      }
      const TensorId d = fresh("d_dropped", tensor(op.inputs[i]).values);
      emit_vector("dropout_gradient", vector_work(op.vector.rows, op.vector.columns, {2, 0, 0, false}), {arriving, keep(op.outputs.back())}, {d});
      contribute(op.inputs[i], d);
    }
  }

  /// [assumed] twice the work of the way forward: the derivative is as long as the function, times the gradient.
  void elementwise(const Op& op, const std::vector<TensorId>& arriving, bool reads_operands) {
    VectorWork work = op.vector;
    if (reads_operands) {
      work.simple = 2 * work.simple + 1;
      work.special *= 2;
    }
    std::vector<TensorId> inputs = arriving, outputs;
    for (const TensorId in : op.inputs) {
      if (reads_operands) inputs.push_back(keep(in));
      if (differentiable(in)) outputs.push_back(fresh("d_" + op.name, tensor(in).values));
    }
    if (outputs.empty()) return;
    emit_vector(op.name + "_gradient", work, inputs, outputs);
    std::size_t next = 0;
    for (const TensorId in : op.inputs)
      if (differentiable(in)) contribute(in, outputs[next++]);
  }

  void gather(const Op& op, TensorId arriving) {
    const std::uint64_t values = tensor(op.outputs.front()).values;
    if (!op.weights.empty()) {  // rows of the table's gradient are read, added to and written
      const auto rows = static_cast<double>(op.gather.rows) * op.gather.row_bytes / bytes_per_value(tensor(op.weights.front()).format);
      const auto touched = static_cast<std::uint64_t>(rows);
      const TensorId held = fresh_gradient("d_table_rows", touched, gradients_);
      emit_vector(op.name + "_gradient", vector_work(1, std::max<std::uint64_t>(1, touched), cost::kAdd), {arriving, held}, {held});
      return;
    }
    const TensorId source = op.inputs.front();
    const std::uint64_t out = tensor(source).values;
    const TensorId d = fresh("d_gathered", out);
    emit_vector(op.name + "_gradient", vector_work(1, out, cost::sum_of(std::max<std::uint64_t>(1, values / std::max<std::uint64_t>(1, out)))), {arriving}, {d});
    contribute(source, d);
  }

  void exchange(const Op& op, TensorId arriving) {
    // A product whose operand this is has exchanged the gradient already.
    if (readers(op.outputs.front()) == 1 && op.collective.group == Group::tensor &&
        (op.collective.kind == CollectiveKind::copy || op.collective.kind == CollectiveKind::all_gather)) {
      const auto reader = std::find_if(segment().ops.begin(), segment().ops.end(), [&](const Op& o) { return contains(o.inputs, op.outputs.front()); });
      if (reader->kind == OpKind::matmul && !reader->weights.empty()) return;
    }
    Collective what = op.collective;
    what.kind = conjugate(what.kind);
    const TensorId input = op.inputs.front();
    contribute(input, what.kind == CollectiveKind::copy ? arriving : emit_exchange(what, arriving, tensor(input).values, false));
  }

  /// Joined tensors are split again.
  void transfer(const Op& op, TensorId arriving) {
    std::vector<TensorId> outputs;
    for (const TensorId in : op.inputs)
      if (differentiable(in)) outputs.push_back(fresh("d_part", tensor(in).values));
    if (outputs.empty()) return;
    emit_vector(op.name + "_gradient", vector_work(1, tensor(arriving).values, {}), {arriving}, outputs);
    std::size_t next = 0;
    for (const TensorId in : op.inputs)
      if (differentiable(in)) contribute(in, outputs[next++]);
  }

  static Op like(const Op& op, const std::string& name, const MatMul& shape) {
    Op fresh_op;
    fresh_op.name = name;
    fresh_op.kind = OpKind::matmul;
    fresh_op.matmul = shape;
    fresh_op.compute = op.compute;
    fresh_op.accumulate = op.accumulate;
    return fresh_op;
  }

  const Format gradients_, activations_;
  const bool fused_;
};

/// What runs again: all, or what selective recomputation does.
Graph again(const Graph& forward, const Segment& segment, Recompute recompute) {
  Graph graph;
  graph.phase = "recompute";
  graph.tensors = forward.tensors;
  Segment part{segment.name, segment.count, {}, segment.entries, segment.exits};
  for (const Op& op : segment.ops)
    if (recompute == Recompute::full || recomputed_selectively(op)) part.ops.push_back(op);
  if (!part.ops.empty()) graph.segments.push_back(std::move(part));
  return graph;
}

bool made_again(const Segment& segment, TensorId id) {
  for (const Op& op : segment.ops)
    if (recomputed_selectively(op) && op.name != "attention_context" && contains(op.outputs, id)) return true;
  return false;
}

}  // namespace

BackwardSegment backward_of(const Graph& forward, const Segment& segment, Recompute recompute, const TrainingOptions& options) {
  Walk walk(forward, segment, options);
  walk.run();
  BackwardSegment result;
  const bool layer = !segment.entries.empty() && !segment.exits.empty();  // embedding and head keep what they need
  if (layer && recompute != Recompute::none) result.recompute = again(forward, segment, recompute);
  for (const TensorId id : segment.entries) result.entry_bytes += forward.tensors[id].bytes();
  for (const TensorId id : walk.kept())
    if (!(recompute == Recompute::selective && made_again(segment, id))) result.kept_bytes += forward.tensors[id].bytes();
  if (layer && recompute == Recompute::full) {
    result.working_bytes = result.kept_bytes;
    result.kept_bytes = result.entry_bytes;
  }
  result.graph = walk.take();
  return result;
}

}  // namespace presil::workload
