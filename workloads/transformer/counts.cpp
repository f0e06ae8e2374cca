// counts.cpp -- parameter counts and memory, from the same tensors that the passes read.
#include "workloads/transformer/counts.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace presil::workload {

namespace {

/// The shortest passes that together read every weight: the encoder and the prompt. Decode reads no other.
std::vector<Graph> weight_passes(const Architecture& model, const PassOptions& options) {
  std::vector<Graph> passes;
  if (model.encoder || model.mlp) passes.push_back(encode_pass(model, options, 1));
  if (model.decoder) passes.push_back(prefill_pass(model, options, 1));
  return passes;
}

/// Sum of value(tensor, op) over the weights of a model, times the repetitions of their segment. Weights of the
/// same name in several operators or passes (tied or shared embeddings) count once.
template <class Value>
double sum_over_weights(const Architecture& model, const PassOptions& options, Value value) {
  std::set<std::string> seen;
  double total = 0;
  for (const Graph& graph : weight_passes(model, options))
    for (const Segment& segment : graph.segments)
      for (const Op& op : segment.ops)
        for (TensorId id : op.weights)
          if (seen.insert(graph.tensors[id].name).second)
            total += value(graph.tensors[id], op) * static_cast<double>(segment.count);
  return total;
}

double values_of(const Tensor& tensor, const Op&) { return static_cast<double>(tensor.values); }

/// Keys of each sequence at the end. A learned table may be one shorter: the last token is never looked up.
std::uint64_t longest_cache(const Architecture& model, std::uint64_t in_len, std::uint64_t out_len) {
  const Stack& stack = *model.decoder;
  const std::uint64_t length = (stack.cross_attention ? 1 : in_len) + out_len;
  return stack.position == PositionKind::learned && length == stack.positions + 1 ? stack.positions : length;
}

}  // namespace

double estimated_parameters(const Architecture& model) { return sum_over_weights(model, {}, values_of); }

double all_weight_bytes(const Architecture& model, const PassOptions& options) {
  return sum_over_weights(model, options, [](const Tensor& tensor, const Op&) { return tensor.bytes(); });
}

std::uint64_t parameter_count(const Architecture& model) {
  return static_cast<std::uint64_t>(std::llround(estimated_parameters(model)));
}

std::uint64_t active_parameter_count(const Architecture& model) {
  // Lookup tables count whole: their read share is of rows, not of experts.
  const double active = sum_over_weights(model, {}, [](const Tensor& tensor, const Op& op) {
    return values_of(tensor, op) * (op.kind == OpKind::gather ? 1.0 : op.weight_fraction);
  });
  return static_cast<std::uint64_t>(std::llround(active));
}

Footprint footprint(const Architecture& model, const PassOptions& options, std::uint64_t in_len,
                    std::uint64_t out_len) {
  Footprint memory;
  memory.weight_bytes = all_weight_bytes(model, options);
  if (model.encoder || model.mlp) memory.activation_bytes = peak_activation_bytes(encode_pass(model, options, in_len));
  if (!model.decoder) return memory;
  const Graph prefill = prefill_pass(model, options, in_len);
  memory.activation_bytes = std::max(memory.activation_bytes, peak_activation_bytes(prefill));
  // Unfused attention reads a shared latent twice, but memory holds it once.
  PassOptions fused = options;
  fused.fused_attention = true;
  memory.kv_bytes = decode_pass(model, fused, longest_cache(model, in_len, out_len), in_len).kv_read_bytes();
  return memory;
}

}  // namespace presil::workload
