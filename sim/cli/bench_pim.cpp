// bench_pim.cpp -- `presil bench pim`: an operation in a memory that computes, beside the same by the host.
#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/bench_pim.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchPimExamples = R"(
gemv: a matrix of OUT x IN values times a vector. add, mul, relu: OUT values. The host streams operands and
results through the same memory; `choice` is the faster of the two.

Examples:
  presil bench pim --device hbm_pim --op gemv --out 4096 --in 4096
  presil bench pim --device hbm_pim --op mul --out 2097152
  presil bench pim --device gddr6_aim --op gemv --out 8192 --in 8192 --format json)";

constexpr std::uint64_t kMost = std::uint64_t{1} << 32;

struct BenchPimOptions {
  std::string device, op{"gemv"}, format;
  std::uint64_t out{}, in{};
  std::vector<std::string> overrides;
};

void declare_bench_pim(CLI::App& command, BenchPimOptions& o) {
  command.add_option("--device", o.device, "The memory: a name of `presil list pim`, or a file")->required()->type_name("NAME");
  command.add_option("--op", o.op, "gemv (default), add, mul or relu")->check(one_of({"gemv", "add", "mul", "relu"}))->type_name("OP");
  command.add_option("--out,--elements", o.out, "Outputs of a GEMV, or values")->required()->check(positive_integer(kMost))->type_name("N");
  command.add_option("--in", o.in, "Inputs of a GEMV")->check(positive_integer(kMost))->type_name("N");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_bench_pim(const BenchPimOptions& o) {
  if (o.op == "gemv" && o.in == 0) throw UsageError("bench pim --op gemv needs --in N");
  if (o.op != "gemv" && o.in != 0) throw UsageError("--in does not go with --op " + o.op);
  print_record(run::bench_pim({o.device, o.op, o.out, o.in}, o.overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_pim(CLI::App& bench, Action& action) {
  add_command<BenchPimOptions>(bench, "pim", "An operation in a memory that computes, beside the host's time", kBenchPimExamples, action, declare_bench_pim, perform_bench_pim);
}

}  // namespace presil::cli
