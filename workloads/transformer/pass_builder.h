// pass_builder.h -- puts operators, tensors and segments of one pass together.
//
// Formats: matrices take the weights' format. Norms, biases, sinks, position tables and MoE routers take the
// activations' format, as common quantisers leave them. The token embedding and the LM head take the weights'
// format, except that 4-bit deployments keep them in the activations' format (GPTQ, AWQ, MXFP4 files).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/ops/vector_costs.h"
#include "workloads/transformer/transformer.h"

namespace presil::workload {

/// What a pass runs over.
struct PassShape {
  std::uint64_t batch{1};
  std::uint64_t q_len{1};        ///< new tokens of each sequence
  std::uint64_t kv_len{1};       ///< keys of each sequence after them
  std::uint64_t encoder_len{0};  ///< what cross-attention sees
  bool decode{false};            ///< earlier keys and values are in the cache
  std::uint64_t tokens() const { return batch * q_len; }
};

/// One of the outputs of a fused projection.
struct Part {
  std::string name;
  std::uint64_t width{};
};

class PassBuilder {
 public:
  /// `stack` ("encoder", "decoder") begins the name of every weight, so that names are unique in a model.
  PassBuilder(const PassOptions& options, std::string phase, std::string stack);

  void begin_segment(const std::string& name, std::uint64_t count);
  TensorId entry(const std::string& name, std::uint64_t values);
  void end_segment(std::vector<TensorId> exits);  ///< none where the results leave the pass
  Graph finish() { return std::move(graph_); }

  TensorId activation(const std::string& name, std::uint64_t values);
  TensorId activation(const std::string& name, std::uint64_t values, Format format);
  TensorId cache(const std::string& name, std::uint64_t values);
  TensorId matrix(const std::string& name, std::uint64_t values);     ///< weight of a matrix product
  TensorId parameter(const std::string& name, std::uint64_t values);  ///< norm, bias, router, position table
  /// Token embedding or LM head, by its full name; the same name gives the same tensor (tied embeddings).
  TensorId table(const std::string& name, std::uint64_t values);

  /// rows x k times k x width for all parts at once: one weight, one output for each part. `bias` is the number
  /// of bias values, 0 for none.
  std::vector<TensorId> fused_linear(const std::string& name, TensorId input, std::uint64_t rows, std::uint64_t k,
                                     const std::vector<Part>& parts, std::uint64_t bias);
  TensorId linear(const std::string& name, TensorId input, std::uint64_t rows, std::uint64_t k, std::uint64_t n,
                  bool bias);
  /// The same with a weight that exists already.
  TensorId matmul(const std::string& name, MatMul shape, std::vector<TensorId> inputs, std::vector<TensorId> weights,
                  std::uint64_t out_values);
  /// A vector operator with one output of `out_values` values.
  TensorId vector(const std::string& name, VectorWork work, std::vector<TensorId> inputs,
                  std::vector<TensorId> weights, std::uint64_t out_values);
  /// Makes the vector operator added last drop values of `parts` of its operands: its mask, a byte a value, is an output.
  void drop_in_place(double parts);
  /// Reads `rows` rows of `width` values of `source`: an activation, or (as its weight) a table of `table_rows`.
  TensorId gather(const std::string& name, std::vector<TensorId> inputs, TensorId source, std::uint64_t rows,
                  std::uint64_t width, std::uint64_t table_rows = 0);
  /// A gather of `rows` rows from a table of `table_rows` that all ranks share out: of the output one rank finds its
  /// share of the rows, ceil(rows / ranks), in its part `source` of the table.
  TensorId look_up(const std::string& name, TensorId ids, TensorId source, std::uint64_t rows, std::uint64_t width,
                   std::uint64_t table_rows);
  /// Exchanges `input` between all ranks of the pass; `input` itself when there is only one. An all-gather ends with
  /// `values` values, of which `input` is this rank's share (the last share may be padded).
  TensorId all_reduce(TensorId input);
  TensorId all_gather(TensorId input, std::uint64_t values);
  /// The two ends of a part of a layer that ranks share (Megatron-LM's f and g). enter() brings the whole input to every
  /// rank: with sequence parallelism an all-gather, else a copy whose gradient is an all-reduce (in training) or nothing.
  /// leave() adds up the ranks' partial sums: an all-reduce, with sequence parallelism a reduce-scatter.
  TensorId enter(TensorId input);
  TensorId leave(TensorId input);
  /// Rows of `tokens` that one rank holds between such parts.
  std::uint64_t own_rows(std::uint64_t tokens) const;
  /// Keys and values of all devices that share the sequence.
  TensorId gather_context(TensorId input);
  /// Every token to its experts and back, between the devices that share these.
  TensorId exchange_tokens(TensorId input);
  void transfer(const std::string& name, std::vector<TensorId> inputs, std::vector<TensorId> outputs);
  /// Brings `values` values from the host, or sends a tensor to it.
  TensorId host_input(const std::string& name, std::uint64_t values, Format format);
  void host_output(TensorId tensor);

  Op& add(Op op);
  const PassOptions& options() const { return options_; }
  Format activations() const { return options_.formats.activations; }
  /// In which activations are multiplied by weights of a format.
  Format product_format(Format weights) const;
  const Tensor& tensor(TensorId id) const { return graph_.tensors[id]; }

 private:
  TensorId add_tensor(std::string name, TensorRole role, Format format, std::uint64_t values);
  TensorId exchange(const std::string& name, TensorId input, const Collective& what, std::uint64_t values);
  std::string weight_name(const std::string& name) const;
  Segment& segment() { return graph_.segments.back(); }

  PassOptions options_;
  std::string stack_;
  Graph graph_;
  std::vector<TensorId> tables_;
};

/// The format in which operands of two formats are multiplied: the wider one; of two equally wide ones the
/// floating-point one; otherwise the first.
Format wider(Format a, Format b);

}  // namespace presil::workload
