// bench_vector.cpp -- `presil bench vector`: an element-wise or row-wise operator on a chip.
#include <nlohmann/json.hpp>

#include "sim/base/formats.h"
#include "sim/base/names.h"
#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchVectorExamples = R"(
rows x cols values, operands and result in memory. Norms and softmax reduce along cols; silu_mul, gelu_mul
and gelu_tanh_mul read a gate and a value, add and mul two operands; embedding looks up `rows` tokens of
`cols` values. Times are in us, rates in GOPS with an exponential or a reciprocal counted as 1.

Examples:
  presil bench vector --device NAME --op rmsnorm --rows 4096 --cols 8192
  presil bench vector --device NAME --op softmax --dtype fp16 --rows 65536 --cols 2048 --format json
  presil bench vector --device NAME --op embedding --rows 4096 --cols 8192)";

constexpr std::uint64_t kMost = std::uint64_t{1} << 32;  // of rows and of cols; memory holds less

struct BenchVectorOptions {
  std::string device, op, dtype{"bf16"}, kernel{"fused"}, format;
  std::uint64_t rows{}, cols{};
  std::vector<std::string> overrides;
};

void declare_bench_vector(CLI::App& command, BenchVectorOptions& o) {
  command.add_option("--device", o.device, "The chip: a name of `presil list chips`, or a file")
      ->required()
      ->type_name("NAME");
  const std::vector<std::string> operators = run::vector_operators();
  command.add_option("--op", o.op, "The operator: " + join(operators))
      ->required()
      ->check(one_of(operators))
      ->type_name("OP");
  const std::vector<std::string> formats(kFormatNames.begin(), kFormatNames.end());
  command.add_option("--dtype", o.dtype, "Number format of operands and result (default bf16)")
      ->check(one_of(formats))
      ->type_name("FORMAT");
  command.add_option("--rows", o.rows, "Rows: tokens, or tokens x heads")
      ->required()
      ->check(positive_integer(kMost))
      ->type_name("N");
  command.add_option("--cols", o.cols, "Values of a row of the result")
      ->required()
      ->check(positive_integer(kMost))
      ->type_name("N");
  command
      .add_option("--kernel", o.kernel,
                  "fused (default): one kernel; eager: a framework's operators, with their host time, for chips "
                  "of kind gpu")
      ->check(one_of({"fused", "eager"}))
      ->type_name("KERNEL");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_bench_vector(const BenchVectorOptions& o) {
  run::VectorQuery query;
  query.device = o.device;
  query.op = o.op;
  query.dtype = o.dtype;
  query.rows = o.rows;
  query.cols = o.cols;
  query.kernel = o.kernel;
  print_record(run::bench_vector(query, o.overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_vector(CLI::App& bench, Action& action) {
  add_command<BenchVectorOptions>(bench, "vector", "An element-wise or row-wise operator on a chip", kBenchVectorExamples, action, declare_bench_vector,
                       perform_bench_vector);
}

}  // namespace presil::cli
