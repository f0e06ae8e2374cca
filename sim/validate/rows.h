// rows.h -- one typed row for every kind of table. describe() names the columns; a header that has them all
// makes the table one of this kind, whatever other columns it has.
//
// `device` is what the chip is found by, `measured` the value to predict, in `unit`. Rows of one device and
// kind whose `group` differs are also judged apart. Rows that are not `gated` do not count for --max-mape.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <variant>

#include "sim/base/formats.h"
#include "sim/validate/cells.h"

namespace presil::validate {

struct Row {
  std::string device;
  double measured{};
  std::string group;
  std::string unit{"us"};
  bool gated{true};
  bool is_system{false};  ///< `device` names a system: "4xA100-SXM-80GB NVLink3", "1x v5e-256"
  bool is_macro{false};   ///< `device` names an in-memory-compute macro, which need not have a file
  /// After the cells were read, faulty ones included: what follows from them.
  void settle() {}
  /// Of a row whose cells are all right: why it still cannot be used, or nothing.
  std::string check() const { return ""; }
};

/// C (m x n) = A (m x k) B (k x n), `batch` times.
struct GemmRow : Row {
  static constexpr const char* kKind = "gemm";
  Format dtype{};
  std::uint64_t m{}, n{}, k{}, batch{};
  bool includes_launch{};  ///< the framework's host time is in the measurement
  void describe(Cells& c);
};

/// An elementwise or row-wise operator on rows x cols.
struct VectorRow : Row {
  static constexpr const char* kKind = "vector";
  std::string op, kernel;
  Format dtype{};
  std::uint64_t rows{}, cols{};
  bool includes_launch{};
  bool eager() const { return kernel == "eager"; }
  void describe(Cells& c);
  void settle();
  std::string check() const;
};

struct AttentionRow : Row {
  static constexpr const char* kKind = "attention";
  Format dtype{};
  std::string phase, impl;
  std::uint64_t batch{}, q_len{}, kv_len{}, heads{}, kv_heads{}, head_dim{};
  bool includes_launch{}, causal{};
  void describe(Cells& c);
  void settle();
  std::string check() const;
};

/// Measured in TFLOPS of 4 seq^2 head_dim heads batch, halved when causal, backward 2.5 x forward.
struct FlashAttentionRow : Row {
  static constexpr const char* kKind = "flash_attention";
  Format dtype{};
  std::string pass, impl;
  std::uint64_t head_dim{}, seq{}, batch{}, heads{};
  bool causal{};
  void describe(Cells& c);
  void settle();
  std::string check() const;
  bool forward() const { return pass.find("fwd") != std::string::npos; }
  bool backward() const { return pass.find("bwd") != std::string::npos; }
  double flops() const;
};

struct CollectiveRow : Row {
  static constexpr const char* kKind = "collective";
  std::string link, op;
  std::uint64_t devices{}, bytes{};
  void describe(Cells& c);
  void settle();
};

struct NcclRow : Row {
  static constexpr const char* kKind = "nccl";
  std::string algo;
  std::uint64_t gpus{}, bytes{};
  void describe(Cells& c);
  void settle();
};

/// metric is first_token_ms or output_tokens_per_s_per_gpu.
struct InferenceRow : Row {
  static constexpr const char* kKind = "inference";
  std::string model, metric, gate;
  Format dtype{};
  std::uint64_t tp{}, batch{}, in_len{}, out_len{};
  void describe(Cells& c);
  void settle();
  std::string check() const;
};

/// A part of a layer, a layer or a training step, in milliseconds.
struct LayerRow : Row {
  static constexpr const char* kKind = "layers_and_steps";
  std::string model, phase, value_unit;
  std::uint64_t batch{}, in_len{}, out_len{}, tp{};
  void describe(Cells& c);
  void settle();
  std::string check() const;
};

/// Published training runs, in TFLOPS per GPU; what a publication does not give is 0.
struct TrainingPaperRow : Row {
  static constexpr const char* kKind = "training_papers";
  std::string model, batch;  ///< `batch` sequences, or "16M tok"
  std::string mfu;           ///< empty: the rate counts what is computed again, too (HFU)
  std::uint64_t gpus{}, layers{}, hidden{}, heads{}, seq{}, global_batch{}, tp{}, pp{}, cp{}, dp{};
  double params_b{};
  void describe(Cells& c);
  void settle();
};

/// Published training runs, in TFLOPS per chip.
struct TrainingTpuRow : Row {
  static constexpr const char* kKind = "training_tpu";
  std::string model_params;
  std::uint64_t chips{};
  void describe(Cells& c);
  void settle();
};

/// A matrix product on a TPU, in TFLOPS per device, launch included.
struct TpuGemmRow : Row {
  static constexpr const char* kKind = "tpu_gemm";
  std::string what, value_unit;
  Format dtype{};
  std::uint64_t m{}, n{}, k{};
  void describe(Cells& c);
  void settle();
  std::string check() const;
  double flops() const {
    return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
};

/// Applications of TPU v1 (Jouppi et al., ISCA 2017), in TOPS.
struct TpuV1Row : Row {
  static constexpr const char* kKind = "tpu_v1";
  std::string app;
  std::uint64_t batch{};
  void describe(Cells& c);
  void settle();
};

/// Published in-memory-compute macros; the metric says what the value is. Cells of the operating point are text, because
/// some hold a number and words ("4 (analog)") and some are empty.
struct ImcMacroRow : Row {
  static constexpr const char* kKind = "imc_macros";
  std::string type, cell, node, vdd, rows, cols, metric, value_unit;
  std::string banks, in_bits, w_bits, out_bits, notes;  ///< of columns that a table need not have
  void describe(Cells& c);
  void settle();
};

using AnyRow =
    std::variant<GemmRow, VectorRow, AttentionRow, FlashAttentionRow, CollectiveRow, NcclRow, InferenceRow,
                 LayerRow, TrainingPaperRow, TrainingTpuRow, TpuGemmRow, TpuV1Row, ImcMacroRow>;

inline const Row& common(const AnyRow& row) {
  return std::visit([](const auto& r) -> const Row& { return r; }, row);
}

/// "gemm"
inline const char* kind_of(const AnyRow& row) {
  return std::visit([](const auto& r) { return r.kKind; }, row);
}

/// The chip that a system's name speaks of, from the longest to the shortest guess: "4xA100-SXM-80GB NVLink3"
/// gives itself, "A100-SXM-80GB NVLink3", "A100-SXM-80GB"; "1x v5e-256" ends with "v5e", "H100-pairwise" with
/// "H100".
std::vector<std::string> chips_in(const std::string& system);

}  // namespace presil::validate
