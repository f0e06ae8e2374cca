// bench_collective.cpp -- `presil bench collective`: an all-reduce or all-gather between the devices of a node.
#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kExamples = R"(
The time of NCCL's fastest algorithm and protocol over the links of one node, in closed form, with algbw and busbw as
nccl-tests define them; --bytes is the size that nccl-tests prints.

Examples:
  presil bench collective --link nvlink4 --n-devices 8 --bytes 1073741824
  presil bench collective --link nvlink3 --op all_gather --n-devices 4 --bytes 65536 --format json
  presil bench collective --link nvlink4 --n-devices 8 --bytes 8192 --serving)";

struct Options {
  std::string link, op, algorithm, format;
  std::uint64_t n_devices{}, bytes{};
  bool serving{};
  std::vector<std::string> overrides;
};

void declare(CLI::App& command, Options& o) {
  command.add_option("--link", o.link, "The links: a name of `presil list links`, or a file")->required()->type_name("NAME");
  command.add_option("--op", o.op, "all_reduce (default) or all_gather")->check(one_of({"all_reduce", "all_gather"}))->type_name("OP");
  command.add_option("--n-devices,--n_devices", o.n_devices, "Devices that take part")->required()->check(positive_integer(1u << 20))->type_name("N");
  command.add_option("--bytes", o.bytes, "Size of the message")->required()->check(positive_integer(std::uint64_t{1} << 50))->type_name("N");
  command.add_option("--algo", o.algorithm, "No other algorithm: ring, tree, in-switch, one-shot or two-shot")
      ->check(one_of({"ring", "tree", "in-switch", "one-shot", "two-shot"}))
      ->type_name("NAME");
  command.add_flag("--serving", o.serving, "Also the one-shot and two-shot kernels of inference servers");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform(const Options& o) {
  run::CollectiveQuery query{.link = o.link, .op = o.op.empty() ? "all_reduce" : o.op, .algorithm = o.algorithm,
                             .n_devices = static_cast<std::uint32_t>(o.n_devices), .bytes = static_cast<double>(o.bytes), .serving = o.serving};
  print_record(run::bench_collective(query, o.overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_collective(CLI::App& bench, Action& action) {
  add_command<Options>(bench, "collective", "An all-reduce or all-gather between the devices of a node", kExamples, action, declare, perform);
}

}  // namespace presil::cli
