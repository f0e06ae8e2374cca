// bench_operator.h -- one operator alone on a chip, from memory to memory: what the kinds of `presil bench` share.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/gpu/kernel.h"
#include "sim/run/chip.h"

namespace presil::run {

/// The format of --dtype. Throws UsageError with the nearest one.
Format bench_format(const std::string& text);

/// Throws UsageError unless 1 <= extent <= most.
void check_extent(const char* flag, std::uint64_t extent, std::uint64_t most = std::uint64_t{1} << 24);

/// The product of a tensor's extents. Throws CapacityError beyond 2^60, which no memory holds.
std::uint64_t values_of(std::initializer_list<std::uint64_t> extents);

/// The chip of --device with its --set.
Chip bench_chip(const std::string& device, const std::vector<std::string>& overrides);

/// Throws UsageError when the chip does not multiply in the format.
void check_format(const Chip& chip, Format format);

/// What to tell about a format that a GPU's tensor cores do not have; empty when they do, and for other chips.
std::string format_note(const Chip& chip, Format format);

/// A graph of one operator. Operands are cached or are parameters and results are cached, so that all of them live in
/// memory whatever the chip keeps elsewhere.
class OneOperator {
 public:
  explicit OneOperator(const std::string& name, workload::OpKind kind, Format compute);
  workload::Op& op() { return graph_.segments.front().ops.front(); }
  const workload::Op& op() const { return graph_.segments.front().ops.front(); }
  const workload::Graph& graph() const { return graph_; }

  void input(const std::string& name, Format format, std::uint64_t values);
  void weight(const std::string& name, Format format, std::uint64_t values);
  void output(const std::string& name, Format format, std::uint64_t values);

 private:
  workload::Graph graph_;
};

/// What one execution from the idle chip came to.
struct BenchRun {
  OpTotals op;
  double time_s{};  ///< of GPUs the kernels' own, as a profiler shows it: without gaps and launches
  double clock_hz{};  ///< that it ran at: on GPUs the power cap decides
  std::string plan;
};

/// On the kernel that the chip's mapping chooses. Throws CapacityError when the operands do not fit in memory. A process
/// can run one: SystemC elaborates once.
BenchRun run_alone(const Chip& chip, const OneOperator& one);

/// On these kernels of a GPU, one after another, for what the graph of a model cannot say. `work` multiplies the
/// operator's arithmetic and `speedup` the chip's peak in the bounds. Throws RunError when the time beats the bounds.
BenchRun run_alone(const Chip& chip, const OneOperator& one, const std::vector<gpu::Kernel>& kernels, double work = 1, double speedup = 1);

/// Adds latency_us, achieved_ and peak_ in tflops or tops, utilisation (against `peak_ops_per_s`) and the rest of what
/// every kind prints.
void add_matrix_timing(nlohmann::ordered_json& record, const Chip& chip, const BenchRun& run, double peak_ops_per_s);
/// memory_gb_per_s, memory_utilisation, bound_us, bottleneck.
void add_memory_timing(nlohmann::ordered_json& record, const Chip& chip, const BenchRun& run);

}  // namespace presil::run
