// bench_gemm.cpp -- a matrix product alone on a chip (see run.h).
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/gpu/matmul_kernel.h"
#include "models/gpu/matmul_policy.h"
#include "sim/base/error.h"
#include "sim/run/bench_operator.h"
#include "sim/run/gpu_chip.h"
#include "sim/run/run.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

/// Bits stored for a value of a weight of which two in four are zero (one in two for tf32): half of the values, and for
/// each of these two bits that say where in its four it stood (four bits for tf32) [NVIDIA, PTX ISA, mma.sp metadata].
double sparse_bits(Format format) { return bits(format) / 2 + (format == Format::tf32 ? 2 : 1); }

/// Only what tensor cores multiply as it is has a sparse mode.
const gpu::GpuConfig& sparse_gpu(const GemmQuery& q, const Chip& chip, Format format) {
  const gpu::GpuConfig* gpu = gpu_config(chip);
  if (gpu == nullptr) throw UsageError(fmt::format("--sparse needs a chip of kind gpu; {} is of kind {}", chip->board().name, chip->kind()));
  if (gpu->architecture.sparse_speedup <= 1)
    throw UsageError(fmt::format("--sparse: the tensor cores of {} have no mode for 2:4 structured sparsity", chip->board().name));
  if (!gpu->supports(format) || format == Format::fp32)
    throw UsageError(fmt::format("--sparse: the tensor cores of {} do not support {}", chip->board().name, name(format)));
  if (q.k % 4 != 0) throw UsageError(fmt::format("--sparse: k is {}; expected a multiple of 4, of which two are kept", q.k));
  return *gpu;
}

OneOperator product(const GemmQuery& q, Format format) {
  OneOperator one("gemm", workload::OpKind::matmul, format);
  one.op().matmul = {.batch = q.batch, .m = q.m, .n = q.n, .k = q.k};
  const double stored = static_cast<double>(values_of({q.batch, q.k, q.n})) * (q.sparse ? sparse_bits(format) / bits(format) : 1);
  one.input("a", format, values_of({q.batch, q.m, q.k}));
  one.weight("b", format, static_cast<std::uint64_t>(std::ceil(stored)));
  one.output("c", format, values_of({q.batch, q.m, q.n}));
  return one;
}

BenchRun run_sparse(const Chip& chip, const gpu::GpuConfig& gpu, const GemmQuery& q, Format format) {
  gpu::MatmulShape shape;
  shape.batch = q.batch;
  shape.m = q.m;
  shape.n = q.n;
  shape.k = q.k;
  shape.format = format;
  shape.a_bytes = shape.c_bytes = bytes_per_value(format);
  shape.b_bytes = sparse_bits(format) / 8;
  shape.speedup = gpu.architecture.sparse_speedup;
  return run_alone(chip, product(q, format), {gpu::plan_matmul(gpu, shape)}, 1, shape.speedup);
}

}  // namespace

ordered_json bench_gemm(const GemmQuery& q, const std::vector<std::string>& overrides) {
  check_extent("m", q.m);
  check_extent("n", q.n);
  check_extent("k", q.k);
  check_extent("batch", q.batch);
  const Format format = bench_format(q.dtype);
  const Chip chip = bench_chip(q.device, overrides);
  check_format(chip, format);
  const double speedup = q.sparse ? sparse_gpu(q, chip, format).architecture.sparse_speedup : 1;
  const BenchRun run = q.sparse ? run_sparse(chip, *gpu_config(chip), q, format) : run_alone(chip, product(q, format));

  ordered_json record{{"device", chip->board().name}, {"dtype", q.dtype}, {"m", q.m}, {"n", q.n}, {"k", q.k}, {"batch", q.batch}};
  add_matrix_timing(record, chip, run, chip->peak_ops_per_s(format) * speedup);
  record[std::string(chip->units().name) + "_cycles"] = static_cast<std::uint64_t>(run.time_s * run.clock_hz + 0.5);
  record["mapping"] = run.plan;
  const std::string note =
      q.sparse ? "2:4 sparse weights: zeros count as work, and the peak is the sparse one" : format_note(chip, format);
  if (!note.empty()) record["note"] = note;
  return record;
}

}  // namespace presil::run
