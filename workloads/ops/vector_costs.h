// vector_costs.h -- what each kind of element-wise or row-wise operator costs, stated once.
//
// `simple` counts additions, multiplications, comparisons and conversions of one element (a fused multiply-add is
// two); `special` counts transcendental functions and reciprocals of one element; `row_special` those of one row.
// Constants are folded (1/n, 1/sqrt(2), log2(e)); the formula beside each entry is what is counted.
#pragma once

#include <cstdint>

#include "workloads/ops/op.h"

namespace presil::workload {

struct VectorCost {
  double simple{}, special{}, row_special{};
  bool reduces{false};
};

constexpr VectorCost operator+(VectorCost a, VectorCost b) {
  return {a.simple + b.simple, a.special + b.special, a.row_special + b.row_special, a.reduces || b.reduces};
}

constexpr VectorWork vector_work(std::uint64_t rows, std::uint64_t columns, VectorCost c) {
  return {rows, columns, c.simple, c.special, c.row_special, c.reduces};
}

namespace cost {

inline constexpr VectorCost kAdd{1, 0, 0, false};       ///< residual and position additions: a + b
inline constexpr VectorCost kMultiply{1, 0, 0, false};  ///< gates, scales: a * b

/// x * rsqrt(mean(x^2)) * gamma: square, sum; times r, times gamma. One rsqrt for a row.
inline constexpr VectorCost kRmsNorm{4, 0, 1, true};
/// (x - mean) * rsqrt(var) * gamma, to which a bias adds kAdd: sum; subtract, square, sum; times r, times gamma.
/// One rsqrt for a row.
inline constexpr VectorCost kLayerNorm{6, 0, 1, true};

/// exp(x - max) / sum: maximum, subtract, exp, sum, times the reciprocal (one for a row).
inline constexpr VectorCost kSoftmax{4, 1, 1, true};

inline constexpr VectorCost kRelu{1, 0, 0, false};     ///< max(x, 0)
inline constexpr VectorCost kTanh{0, 1, 0, false};     ///< tanh
inline constexpr VectorCost kSigmoid{1, 2, 0, false};  ///< 1 / (1 + exp(-x)): exp, add, reciprocal
inline constexpr VectorCost kSilu{2, 2, 0, false};     ///< x * sigmoid(x)
inline constexpr VectorCost kQuickGelu{3, 2, 0, false};///< x * sigmoid(1.702 x)
inline constexpr VectorCost kGelu{4, 1, 0, false};     ///< 0.5 x (1 + erf(x / sqrt 2)): times, erf, add, times, times
/// 0.5 x (1 + tanh(x (a + b x^2))): square, times, add, times; tanh; add, times, times.
inline constexpr VectorCost kGeluTanh{7, 1, 0, false};
/// (clamp(up) + 1) * quick_gelu(min(gate, c)), the gate of gpt-oss: three clamps, add, three of quick-GELU, times.
inline constexpr VectorCost kClampedSwiglu{8, 2, 0, false};

/// Dropout: a random number, comparison, times mask, times scale. Philox4x32-10, which frameworks use on GPUs, takes ten rounds for
/// four numbers, and a round two products of both halves, four exclusive ors and two additions to the key [Salmon et al., Parallel
/// Random Numbers: As Easy as 1, 2, 3, SC11].
inline constexpr VectorCost kDropout{10.0 * (4 + 4 + 2) / 4 + 3, 0, 0, false};

/// Rotary position: a cos - b sin for every rotated element; sines and cosines come from a table.
inline constexpr VectorCost kRope{3, 0, 0, false};

/// Temperature, softmax, prefix sum and comparison with a random number, over the vocabulary.
inline constexpr VectorCost kSampling = kMultiply + kSoftmax + VectorCost{2, 0, 0, true};

/// The k largest of a row by k passes of a comparison.
constexpr VectorCost top_k(std::uint64_t k) { return {static_cast<double>(k), 0, 0, true}; }

/// Weighted sum of k rows: k multiplications and k - 1 additions.
constexpr VectorCost weighted_sum(std::uint64_t k) { return {2 * static_cast<double>(k) - 1, 0, 0, false}; }

/// Sum of n tensors.
constexpr VectorCost sum_of(std::uint64_t n) { return {static_cast<double>(n) - 1, 0, 0, false}; }

}  // namespace cost
}  // namespace presil::workload
