// bench_gemm.cpp -- `presil bench gemm`: a matrix product on a chip, or on a bare systolic array.
#include <fmt/format.h>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sim/base/formats.h"
#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchGemmExamples = R"(
C (m x n) = A (m x k) B (k x n), `batch` times. Times are in us, rates in TFLOPS (TOPS for integers)
with a multiply-add counted as 2.

Examples:
  presil bench gemm --device NAME --m 4096 --n 4096 --k 4096
  presil bench gemm --device NAME --dtype int8 --m 1 --n 8192 --k 8192 --format json
  presil bench gemm --device h100_sxm --dtype fp8 --sparse --m 4096 --n 4096 --k 4096
  presil bench gemm --array 128x128 --dataflow os --m 512 --n 512 --k 512
  presil bench gemm --array 16x16 --fidelity cycle --m 40 --n 30 --k 50)";

struct BenchGemmOptions {
  std::string device, array, dtype, dataflow, timing, fidelity, format;  // empty: not given
  std::uint64_t m{}, n{}, k{}, batch{};
  bool sparse{false};
  std::vector<std::string> overrides;
};

void declare_bench_gemm(CLI::App& command, BenchGemmOptions& o) {
  command.add_option("--device", o.device, "The chip: a name of `presil list chips`, or a file")
      ->type_name("NAME");
  command.add_option("--array", o.array, "Instead of a chip: a bare array without memory")
      ->type_name("ROWSxCOLUMNS");
  for (const auto& [name, value, about] : {std::tuple{"--m", &o.m, "Rows of A and C"},
                                           {"--n", &o.n, "Columns of B and C"},
                                           {"--k", &o.k, "Columns of A, rows of B"}})
    command.add_option(name, *value, about)->required()->check(positive_integer())->type_name("N");
  command.add_option("--batch", o.batch, "How many such products (default 1)")
      ->check(positive_integer())
      ->type_name("N");
  const std::vector<std::string> formats(kFormatNames.begin(), kFormatNames.end());
  command.add_option("--dtype", o.dtype, "Number format of A and B (default bf16)")
      ->check(one_of(formats))
      ->type_name("FORMAT");
  command.add_flag("--sparse", o.sparse,
                   "B has 2:4 structured sparsity, for chips of kind gpu; rates count its zeros as work");
  command
      .add_option("--dataflow", o.dataflow,
                  "What a bare array holds: ws (weights, default), os (outputs), is (inputs)")
      ->check(one_of({"ws", "os", "is"}))
      ->type_name("DATAFLOW");
  command
      .add_option("--timing", o.timing,
                  "Of a bare array: overlapped (next tile loads behind this one, default), serialised")
      ->check(one_of({"overlapped", "serialised"}))
      ->type_name("TIMING");
  command
      .add_option("--fidelity", o.fidelity,
                  "Of a bare array: transaction (default), or cycle: every PE stepped with real operands")
      ->check(one_of({"transaction", "cycle"}))
      ->type_name("FIDELITY");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

std::uint32_t side(const std::string& whole, std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 1 || value > 65536)
    throw UsageError(
        fmt::format("--array: '{}' is not ROWSxCOLUMNS with sides from 1 to 65536, such as 128x128", whole));
  return value;
}

nlohmann::ordered_json bare_array(const BenchGemmOptions& o) {
  const std::size_t cross = o.array.find('x');
  const std::string_view text = o.array;
  run::ArrayQuery query;
  query.rows = side(o.array, text.substr(0, cross));
  query.columns = side(o.array, cross == std::string::npos ? "" : text.substr(cross + 1));
  if (!o.dataflow.empty()) query.dataflow = o.dataflow;
  if (!o.timing.empty()) query.timing = o.timing;
  if (!o.fidelity.empty()) query.fidelity = o.fidelity;
  query.m = o.m;
  query.n = o.n;
  query.k = o.k;
  return run::bench_array(query);
}

// An option that the chosen machine would ignore is refused, not dropped.
void check_machine(const BenchGemmOptions& o) {
  if (o.device.empty() && o.array.empty())
    throw UsageError("bench gemm needs --device NAME or --array ROWSxCOLUMNS");
  const auto refuse = [&](bool given, const char* option) {
    if (given)
      throw UsageError(
          fmt::format("{} does not go with {}", option, o.array.empty() ? "--device" : "--array"));
  };
  refuse(!o.array.empty() && !o.device.empty(), "--device");
  refuse(!o.array.empty() && !o.dtype.empty(), "--dtype");
  refuse(!o.array.empty() && o.batch != 0, "--batch");
  refuse(!o.array.empty() && o.sparse, "--sparse");
  refuse(!o.array.empty() && !o.overrides.empty(), "--set");
  refuse(o.array.empty() && !o.dataflow.empty(), "--dataflow");
  refuse(o.array.empty() && !o.timing.empty(), "--timing");
  refuse(o.array.empty() && !o.fidelity.empty(), "--fidelity");
}

ExitStatus perform_bench_gemm(const BenchGemmOptions& o) {
  check_machine(o);
  if (!o.array.empty()) {
    print_record(bare_array(o), o.format);
    return ExitStatus::ok;
  }
  run::GemmQuery query;
  query.device = o.device;
  if (!o.dtype.empty()) query.dtype = o.dtype;
  query.m = o.m;
  query.n = o.n;
  query.k = o.k;
  if (o.batch) query.batch = o.batch;
  query.sparse = o.sparse;
  print_record(run::bench_gemm(query, o.overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_gemm(CLI::App& bench, Action& action) {
  add_command<BenchGemmOptions>(bench, "gemm", "A matrix product on a chip, or on a bare systolic array", kBenchGemmExamples,
                       action, declare_bench_gemm, perform_bench_gemm);
}

}  // namespace presil::cli
