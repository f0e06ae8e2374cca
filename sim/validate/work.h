// work.h -- what a row asks of a machine, by its shape alone: the ground of the baseline (baseline.h).
//
//   gemm             2 batch m n k operations; A, B and C once
//   vector           operations per element in work.cpp; inputs and outputs once. silu_mul reads 2 cols and
//                    writes cols, add reads both operands; an embedding reads the rows it gathers
//   attention        4 batch heads head_dim q kv' operations, kv' the keys a query sees: kv, or
//                    kv - (q - 1)/2 when causal; Q, K, V and the output once
//   flash_attention  4 seq^2 head_dim heads batch, halved when causal, backward 2.5 x forward; Q, K, V, O once
//                    forward, and those, dO, dQ, dK, dV once backward
//   tpu_gemm         as gemm
//   training_papers  a share of the peak alone: MFU, or HFU where the row counts what is computed again
// Other kinds have no work of their own.
#pragma once

#include <optional>

#include "sim/validate/rows.h"

namespace presil::validate {

/// What a row measures, when that is a share of the peak and nothing else is known of it.
enum class Share { none, mfu, hfu };

struct Work {
  double ops{};
  double bytes{};
  Format format{};
  bool vector{};        ///< on the vector units, not the matrix units
  bool launched{true};  ///< the measurement holds the launch
  bool rate{};          ///< measured as operations a second, not as a time
  double scale{1e6};    ///< of a time: units in a second; of a rate: measurement x scale is in 1/s
  Share share{Share::none};

  /// The measured value of a row that takes `seconds`, and back.
  double value_of(double seconds) const { return rate ? ops / seconds / scale : seconds * scale; }
  double seconds_of(double value) const { return rate ? ops / (value * scale) : value / scale; }
};

std::optional<Work> work_of(const AnyRow& row);

}  // namespace presil::validate
