// graph.h -- a model pass as repeated segments of operators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/ops/op.h"

namespace presil::workload {

/// A run of operators that occurs `count` times in a row of time (not always adjacent), e.g. one decoder layer.
/// Self-contained: tensors are those of one repetition, and no two segments share one, except a token embedding
/// that is tied to the LM head. Operators are in execution order; an input that is an activation is the output of
/// an earlier operator of the segment or one of its entries.
struct Segment {
  std::string name;  ///< "embed", "layer", "layer_sliding", "dense_layer", "head"
  std::uint64_t count{1};
  std::vector<Op> ops;
  /// Activations that come from outside: the hidden state first (the exit of whatever ran before), then what stays
  /// the same for every repetition (position bias, encoder output). Empty where the pass begins.
  std::vector<TensorId> entries;
  /// Activations that later segments (or repetitions) take in, in the order of their entries. Empty where the
  /// results leave the pass.
  std::vector<TensorId> exits;
};

/// One pass: the prompt (prefill), one generated token (decode), or an encoder.
struct Graph {
  std::string phase;  ///< "encode", "prefill" or "decode"
  bool benchmark{false};  ///< an operator alone on a benchmark's operands, not part of a model on the model's
  std::vector<Tensor> tensors;
  std::vector<Segment> segments;

  TensorId add(Tensor tensor);
  double flops() const;         ///< matrix work of the pass, every repetition counted
  double vector_ops() const;    ///< operations of vector units, every repetition counted
  double weight_bytes() const;  ///< parameters read at least once, every repetition counted
  double kv_read_bytes() const; ///< keys and values of the cache that operators read
};

/// Bytes an operator takes in and puts out, each operand once: inputs, the read share of its weights, outputs.
double operand_bytes(const Graph&, const Op&);

/// The largest sum of activations, inputs and outputs alive at once in any segment. A tensor lives from its
/// producer to its last reader; entries that are not the hidden state live for the whole segment.
double peak_activation_bytes(const Graph&);

/// What a model holds in memory, for the fit check.
struct Footprint {
  double weight_bytes{};
  double kv_bytes{};          ///< at the longest sequence, all sequences of the batch
  double activation_bytes{};  ///< the largest sum of activations alive at once
};

}  // namespace presil::workload
