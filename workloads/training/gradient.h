// gradient.h -- the way back through a segment: from its operators to those of their gradients.
//
//   C = A W           dA = dC W' (name_dgrad), dW += A' dC (name_wgrad, into gradients of the parameters; without
//                     fused_accumulation dW = A' dC, added by gradient_accumulate), bias: column sums
//   C = A B           dA = dC B', dB = A' dC (name_grad_a, name_grad_b)
//   fused attention   one kernel for dQ, dK, dV, which computes scores again [Dao et al., arXiv:2205.14135, algorithm 4]
//   norm              dX (name_gradient) and sums over rows for its parameters (name_weight_gradient)
//   element-wise      one operator over its kept operand and the gradient; sums pass theirs on as it is
//   softmax           from its probabilities: P (dP - sum(P dP))
//   look-up           rows added to the table's gradient; experts' rows: summed for every token
//   exchange          the conjugate: all-reduce and copy, all-gather and reduce-scatter, all-to-all and itself
// A tensor that several operators read gets the sum of their gradients (gradient_add).
//
// With sequence parallelism a product keeps its rank's rows only and gathers the others again, beside its dgrad; the
// reduce-scatter (or all-reduce) of a product's dA runs beside its wgrad [Korthikanti et al., section 4.2.2; Megatron-LM,
// LinearWithGradAccumulationAndAsyncCommunication].
//
// Devices that share a sequence gather keys and values again for the attention's gradient, and nothing runs beside that
// [Transformer Engine, AttnFuncWithCPAndKVAllGather].
//
// What the way back reads of the way forward is kept. `selective` recomputation keeps nothing of the attention between
// its projections and runs that again; `full` keeps the segment's entry alone and runs it all again.
// Gradients of queries, keys, values are copied side by side first. Not modelled: statistics of norms and attention.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "workloads/training/training_pass.h"

namespace presil::workload {

enum class Recompute { none, selective, full };
inline constexpr std::array<std::string_view, 3> kRecomputeNames{"none", "selective", "full"};

/// The way back through one segment of a forward pass.
struct BackwardSegment {
  Graph graph;                  ///< phase "backward", one segment
  Graph recompute;              ///< phase "recompute": what runs again before it; no segment when nothing does
  double kept_bytes{};          ///< activations that stay from the way forward to the way back
  double entry_bytes{};         ///< of these, the segment's entry: with full recomputation nothing else stays
  double working_bytes{};       ///< what full recomputation makes again, alive while the way back uses it
};

BackwardSegment backward_of(const Graph& forward, const Segment& segment, Recompute recompute, const TrainingOptions& options);

}  // namespace presil::workload
