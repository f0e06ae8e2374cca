// layer_block.cpp -- norms, residuals and the order of the parts of a layer.
#include "workloads/transformer/blocks.h"

namespace presil::workload {

namespace {

/// Everything a branch of a layer needs.
struct Layer {
  PassBuilder& builder;
  std::uint64_t hidden;
  const Stack& stack;
  const LayerKind& kind;
  const PassShape& shape;
  const LayerContext& context;

  std::uint64_t rows() const { return builder.own_rows(shape.tokens()); }
  TensorId normalise(const std::string& weight, TensorId x) const {
    return norm(builder, stack, weight, x, rows(), hidden);
  }
  // Of a model that ranks share, the branches are partial sums; whoever calls these adds up the ranks.
  TensorId partial_attention(TensorId x) const {
    return self_attention(builder, hidden, stack, kind, shape, context, x);
  }
  TensorId partial_feed_forward(TensorId x) const {
    return kind.moe ? moe_block(builder, hidden, *stack.moe, shape.tokens(), x)
                    : mlp_block(builder, hidden, stack.mlp, shape.tokens(), x);
  }
  TensorId attention(TensorId x) const { return builder.leave(partial_attention(builder.enter(x))); }
  TensorId feed_forward(TensorId x) const { return builder.leave(partial_feed_forward(builder.enter(x))); }
  /// The residual, of which dropout leaves the first summand as it is.
  TensorId add(std::vector<TensorId> summands) const {
    const std::size_t n = summands.size();
    const TensorId sum = builder.vector("residual_add", vector_work(rows(), hidden, cost::sum_of(n)), std::move(summands),
                                        {}, rows() * hidden);
    if (builder.options().dropout) builder.drop_in_place(static_cast<double>(n - 1));
    return sum;
  }

  TensorId sum(std::vector<TensorId> partial) const {
    const VectorWork work = vector_work(shape.tokens(), hidden, cost::sum_of(partial.size()));
    return builder.vector("residual_add", work, std::move(partial), {}, shape.tokens() * hidden);
  }

  TensorId before(TensorId x) const {
    x = add({x, attention(normalise("attn_norm", x))});
    if (stack.cross_attention)
      x = add({x, workload::cross_attention(builder, hidden, stack, shape, context, normalise("cross_norm", x))});
    return add({x, feed_forward(normalise("mlp_norm", x))});
  }
  TensorId after(TensorId x) const {
    x = normalise("attn_norm", add({x, attention(x)}));
    return normalise("mlp_norm", add({x, feed_forward(x)}));
  }
  TensorId parallel(TensorId x, bool two_norms) const {
    const TensorId for_attention = builder.enter(normalise("attn_norm", x));
    const TensorId for_mlp = two_norms ? builder.enter(normalise("mlp_norm", x)) : for_attention;
    const TensorId mixed = partial_attention(for_attention);
    const TensorId fed = partial_feed_forward(for_mlp);
    if (builder.options().tensor_parallel == 1) return add({x, mixed, fed});
    // Both branches are sums over ranks: one all-reduce serves the two.
    return add({x, builder.leave(sum({mixed, fed}))});
  }
};

}  // namespace

TensorId norm(PassBuilder& builder, const Stack& stack, const std::string& weight, TensorId input, std::uint64_t rows,
              std::uint64_t width) {
  const bool layer = stack.norm == NormKind::layer_norm;
  VectorCost price = layer ? cost::kLayerNorm : cost::kRmsNorm;
  std::vector<TensorId> weights{builder.parameter(weight + ".weight", width)};
  if (stack.norm_bias) {
    price = price + cost::kAdd;
    weights.push_back(builder.parameter(weight + ".bias", width));
  }
  return builder.vector(layer ? "layer_norm" : "rms_norm", vector_work(rows, width, price), {input}, weights,
                        rows * width);
}

TensorId layer_block(PassBuilder& builder, std::uint64_t hidden, const Stack& stack, const LayerKind& kind,
                     const PassShape& shape, const LayerContext& context, TensorId input) {
  const Layer layer{builder, hidden, stack, kind, shape, context};
  switch (stack.placement) {
    case NormPlacement::before: return layer.before(input);
    case NormPlacement::after: return layer.after(input);
    case NormPlacement::parallel: return layer.parallel(input, false);
    case NormPlacement::parallel_two: return layer.parallel(input, true);
  }
  return input;
}

}  // namespace presil::workload
