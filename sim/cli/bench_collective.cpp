// bench_collective.cpp -- `presil bench collective`: exchanges between the devices of a system, or of one node.
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/cli/run_trace.h"
#include "sim/cli/terminal.h"
#include "sim/report/csv.h"
#include "sim/report/record.h"
#include "sim/report/result.h"
#include "sim/run/bench_collective.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchCollectiveExamples = R"(
With --system: on the simulated fabric of a machine of `presil list systems`, in nccl-tests' columns (size, time, algbw,
busbw), one row for every size from --min to --max, doubling. Algorithm and protocol are chosen as NCCL does, or given.
--serving adds the one-shot and two-shot kernels of inference servers. An all_to_all need not be even, as that of
experts is not: --counts reads one line for every rank, the bytes that it has for rank 0, 1, ...; --imbalance R lets the
first rank get R times the mean. size_b is then what a rank sends in the mean. --trace writes what every link carries.
With --link: the time over the links of one node, in closed form, of one --bytes. Sizes are what nccl-tests prints.

Examples:
  presil bench collective --system dgx_h100 --min 1024 --max 1073741824
  presil bench collective --system dgx_h100_superpod --ranks 64 --op all_to_all --min 1048576 --max 1048576
  presil bench collective --system dgx_h100 --op all_to_all --bytes 67108864 --imbalance 3
  presil bench collective --system dgx_h100 --bytes 16777216 --trace links.json
  presil bench collective --system tpu_v4_pod --ranks 64 --algo ring --protocol Simple --bytes 16777216
  presil bench collective --link nvlink3 --op all_gather --n-devices 4 --bytes 65536 --format json
  presil bench collective --link nvlink4 --n-devices 8 --bytes 8192 --serving)";

nlohmann::ordered_json readable(nlohmann::ordered_json rows) {
  for (auto& row : rows)
    for (auto& [key, value] : row.items())
      if (value.is_number()) value = key == "size_b" ? fmt::format("{:.0f}", value.get<double>()) : fmt::format("{:.2f}", value.get<double>());
  return rows;
}

struct BenchCollectiveOptions {
  std::string system, link, op, algorithm, protocol, counts, format;
  std::uint64_t n_devices{}, bytes{}, least{}, most{};
  double imbalance{};
  bool serving{}, unfolded{};
  TraceArguments trace;
  std::vector<std::string> overrides;
};

void declare_bench_collective(CLI::App& command, BenchCollectiveOptions& o) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
  auto* system = command.add_option("--system", o.system, "The machine: a name of `presil list systems`, or a file")->type_name("NAME");
  auto* link = command.add_option("--link", o.link, "Instead: the links of one node, a name of `presil list links`, or a file")->type_name("NAME");
  system->excludes(link);
  command.add_option("--op", o.op, "all_reduce (default), all_gather, reduce_scatter, all_to_all, broadcast or send_receive; over links the first two")
      ->check(one_of({"all_reduce", "all_gather", "reduce_scatter", "all_to_all", "broadcast", "send_receive"}))
      ->type_name("OP");
  command.add_option("--ranks,--n-devices,--n_devices", o.n_devices, "Devices that take part; of a system all when not given")->check(positive_integer(1u << 20))->type_name("N");
  command.add_option("--bytes", o.bytes, "One size of the message")->check(positive_integer(kMost))->type_name("N");
  auto* least = command.add_option("--min", o.least, "Smallest size")->check(positive_integer(kMost))->type_name("N");
  auto* most = command.add_option("--max", o.most, "Largest size")->check(positive_integer(kMost))->type_name("N");
  least->needs(most);
  most->needs(least);
  command.add_option("--algo", o.algorithm, "No other algorithm: ring, tree, in-switch; one-shot, two-shot; on a system also halving-doubling, direct, torus, hierarchical")
      ->check(one_of({"ring", "tree", "in-switch", "halving-doubling", "direct", "torus", "hierarchical", "one-shot", "two-shot"}))
      ->type_name("NAME");
  command.add_option("--protocol", o.protocol, "No other protocol, on a system: LL, LL128 or Simple")->check(one_of({"LL", "LL128", "Simple"}))->type_name("NAME");
  command.add_flag("--serving", o.serving, "Also the one-shot and two-shot kernels of inference servers");
  auto* counts = command.add_option("--counts", o.counts, "Of all_to_all on a system: a file of the bytes that each rank has for each other, a line a rank")->type_name("FILE");
  auto* imbalance = command.add_option("--imbalance", o.imbalance, "Of all_to_all on a system: times the mean that the first rank gets")->check(CLI::PositiveNumber)->type_name("R");
  counts->excludes(imbalance);
  command.add_flag("--unfolded", o.unfolded, "On a system: simulate every rank, even where one node stands for all");
  declare_trace(command, o.trace);
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_system(const BenchCollectiveOptions& o) {
  if (!o.counts.empty() && (o.bytes != 0 || o.least != 0)) throw UsageError("--counts says all sizes; expected neither --bytes nor --min and --max");
  if (o.bytes != 0 && o.least != 0) throw UsageError("--bytes does not go with --min and --max");
  const std::uint64_t least = o.bytes != 0 ? o.bytes : o.least, most = o.bytes != 0 ? o.bytes : o.most;
  if (least == 0 && o.counts.empty()) throw UsageError("bench collective --system needs --bytes N, or --min N and --max N");
  if (least > most) throw UsageError(fmt::format("--min {} is above --max {}", least, most));
  run::SystemCollectiveQuery query{.system = o.system, .op = o.op.empty() ? "all_reduce" : o.op, .algorithm = o.algorithm, .protocol = o.protocol,
                                   .ranks = static_cast<std::uint32_t>(o.n_devices), .least = static_cast<double>(least), .most = static_cast<double>(most), .unfolded = o.unfolded,
                                   .counts = o.counts, .imbalance = o.imbalance, .serving = o.serving};
  std::vector<std::string> warnings;
  TraceFiles files(o.trace);
  const nlohmann::ordered_json rows = run::bench_collective(query, o.overrides, &warnings, files.options());
  files.finish(o.system);
  for (const std::string& warning : warnings) std::cerr << "presil: warning: " << o.system << ": " << warning << '\n';
  if (o.format == "json") print(report::document_text(rows));
  else if (o.format == "csv") print(report::list_csv(rows));
  else print(report::list_text(readable(rows), {"size_b", "time_us", "algbw_gb_per_s", "busbw_gb_per_s", "algorithm", "protocol", "bound_us"}, output_style()));
  return ExitStatus::ok;
}

ExitStatus perform_bench_collective(const BenchCollectiveOptions& o) {
  if (!o.system.empty()) return perform_system(o);
  if (o.link.empty()) throw UsageError("bench collective needs --system NAME or --link NAME");
  if (o.bytes == 0 || o.n_devices == 0) throw UsageError("bench collective --link needs --n-devices N and --bytes N");
  if (!o.protocol.empty() || o.least != 0) throw UsageError("--protocol, --min and --max go with --system");
  if (!o.trace.json.empty() || !o.trace.vcd.empty()) throw UsageError("--trace and --vcd go with --system");
  if (!o.counts.empty() || o.imbalance > 0) throw UsageError("--counts and --imbalance go with --system");
  if (!o.op.empty() && o.op != "all_reduce" && o.op != "all_gather") throw UsageError(fmt::format("--op {} goes with --system", o.op));
  run::CollectiveQuery query{.link = o.link, .op = o.op.empty() ? "all_reduce" : o.op, .algorithm = o.algorithm,
                             .n_devices = static_cast<std::uint32_t>(o.n_devices), .bytes = static_cast<double>(o.bytes), .serving = o.serving};
  print_record(run::bench_collective(query, o.overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_collective(CLI::App& bench, Action& action) {
  add_command<BenchCollectiveOptions>(bench, "collective", "All-reduce and its kin, on the simulated fabric of a system or over the links of a node", kBenchCollectiveExamples, action, declare_bench_collective, perform_bench_collective);
}

}  // namespace presil::cli
