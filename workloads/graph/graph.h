// graph.h -- a model pass as repeated segments of operators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/ops/op.h"

namespace presil::workload {

/// A run of operators that occurs `count` times in a row of time (not always adjacent), e.g. one decoder layer.
/// Operators are in execution order; an input is a tensor of an earlier operator or of the segment's entry.
struct Segment {
  std::string name;  ///< "embed", "layer", "layer_sliding", "dense_layer", "head"
  std::uint64_t count{1};
  std::vector<Op> ops;
};

/// One pass: the prompt (prefill), one generated token (decode), or an encoder.
struct Graph {
  std::string phase;  ///< "encode", "prefill" or "decode"
  std::vector<Tensor> tensors;
  std::vector<Segment> segments;

  TensorId add(Tensor tensor);
  double flops() const;         ///< matrix work of the pass, every repetition counted
  double weight_bytes() const;  ///< parameters read at least once, every repetition counted
  double kv_read_bytes() const;
};

/// What a model holds in memory, for the fit check.
struct Footprint {
  double weight_bytes{};
  double kv_bytes{};          ///< at the longest sequence, all sequences of the batch
  double activation_bytes{};  ///< the largest sum of activations alive at once
};

}  // namespace presil::workload
