// bench_memory.cpp -- `presil bench memory`: a memory alone under a pattern or a trace of requests.
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchMemoryExamples = R"(
Requests of 64 bytes, offered as fast as the memory takes them or, with --load, at a share of its peak.
Patterns: seq; random (over 1 GiB); stride=N (bytes); streams=N (N sequential reads in turn); mix=R:W (R reads, W writes
in turn, each a stream); zipf (skewed, over 1 GiB). A trace has lines `R|W hexaddress`; # starts a comment.
Every line of it, the last one too, ends in a newline: an address cut short is otherwise as good as a whole one.
Latency is from acceptance by the controller to the last data; with --load, from arrival.

Examples:
  presil bench memory --config hbm3 --pattern random
  presil bench memory --config hbm2e --pattern mix=2:1 --load 0.5 --energy
  presil bench memory --config my_dram.yaml --trace requests.txt --format json)";

struct BenchMemoryOptions {
  std::string config, trace, pattern, format;
  std::optional<double> load;
  std::uint64_t requests{};
  bool energy{};
  std::vector<std::string> overrides;
};

void declare_bench_memory(CLI::App& command, BenchMemoryOptions& o) {
  command.add_option("--config", o.config, "The memory: a name of `presil list memories`, or a file")->required()->type_name("FILE");
  auto* trace = command.add_option("--trace", o.trace, "File of requests")->type_name("FILE");
  auto* pattern = command.add_option("--pattern", o.pattern, "Instead of a trace: seq, random, stride=N, streams=N, mix=R:W, zipf")
                      ->type_name("PATTERN");
  trace->excludes(pattern);
  command.add_option("--requests", o.requests, "Requests of a pattern (default 200000)")->check(positive_integer())->type_name("N");
  command.add_option("--load", o.load, "Offer requests at this share of peak, above 0 and up to 1")->type_name("F");
  command.add_flag("--energy", o.energy, "Energy by kind of command");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_bench_memory(const BenchMemoryOptions& o) {
  if (o.trace.empty() && o.pattern.empty()) throw UsageError("bench memory needs --pattern PATTERN or --trace FILE");
  if (!o.trace.empty() && o.requests != 0) throw UsageError("--requests does not go with --trace");
  if (o.load && !(*o.load > 0 && *o.load <= 1)) throw UsageError(fmt::format("--load {}: expected a share of peak above 0 and up to 1", *o.load));
  run::MemoryQuery query{.config = o.config, .trace = o.trace, .pattern = o.pattern, .load = o.load.value_or(0), .energy = o.energy};
  if (o.requests != 0) query.requests = o.requests;
  std::vector<std::string> warnings;
  const auto record = run::bench_memory(query, o.overrides, &warnings);
  for (const std::string& warning : warnings) std::cerr << "presil: warning: " << o.config << ": " << warning << '\n';
  print_record(record, o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_memory(CLI::App& bench, Action& action) {
  add_command<BenchMemoryOptions>(bench, "memory", "A memory alone, under a pattern or a trace of requests", kBenchMemoryExamples, action, declare_bench_memory, perform_bench_memory);
}

}  // namespace presil::cli
