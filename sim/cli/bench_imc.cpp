// bench_imc.cpp -- `presil bench imc`: an in-memory-compute macro alone.
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/bench_imc_functional.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kBenchImcExamples = R"(
Latency, rate, energy and area by part of one macro, in closed form. What a flag gives replaces the value of the
macro's file, as --set does; the ranges are those of docs/fields.md.

Examples:
  presil bench imc --macro isscc22_15_5
  presil bench imc --macro jia_jssc20 --vdd 1.2V --adc-bits 6 --format json
  presil bench imc --macro neurram --input-bits 4 --input-density 0.3
  presil bench imc --macro isaac_reram --functional --adc-bits 6 --set noise.programming=0.05
  presil bench imc --macro dcim_28nm --functional --unit fp8_e4m3 --weights model.safetensors

--functional runs a GPT-2-shaped model on the numbers that the macro computes, with its converters and noise, and prints
how far each layer and the logits are from FP32. Weights come from a safetensors file with GPT-2's names, or a seed.)";

/// A flag and the field it stands for.
struct Flag {
  const char *name, *field, *doc;
};
constexpr std::array kFlags{
    Flag{"--rows", "rows", "Rows of cells"},
    Flag{"--cols,--columns", "columns", "Columns of cells"},
    Flag{"--rows-active", "rows_active", "Rows summed at once; 0: all"},
    Flag{"--macros,--banks", "macros", "Arrays that work at once"},
    Flag{"--input-bits,--in-b", "input_bits", "Bits of an input"},
    Flag{"--weight-bits,--w-b", "weight_bits", "Bits of a weight"},
    Flag{"--dac-bits", "dac_bits", "Input bits that enter in one step"},
    Flag{"--adc-bits", "adc.bits", "Resolution of the converters"},
    Flag{"--cell-bits", "cell.bits", "Bits in a cell"},
    Flag{"--vdd", "vdd", "Supply: 0.8V"},
    Flag{"--node", "node", "Technology node: 28nm"},
    Flag{"--input-density", "operands.input_density", "Share of input bits that are 1"},
    Flag{"--weight-density", "operands.weight_density", "Share of weight bits that are 1"},
    Flag{"--input-toggle", "operands.input_toggle", "Share of input bits that change from step to step"},
};

struct BenchImcOptions {
  std::string macro, format;
  std::array<std::string, kFlags.size()> values;
  bool functional{};
  run::FunctionalQuery query;
  std::vector<std::string> overrides;
};

void declare_functional(CLI::App& command, run::FunctionalQuery& q) {
  std::vector<std::string> units(imc::kNumberFormatNames.begin(), imc::kNumberFormatNames.end());
  units.insert(units.begin(), "macro");
  const auto only = [](CLI::Option* option) { option->needs("--functional"); };
  only(command.add_option("--unit", q.unit, "What multiplies: macro (default) or a format")->check(one_of(units))->type_name("NAME"));
  only(command.add_option("--weights", q.weights, "A safetensors file of a GPT-2; without it weights are random")->type_name("FILE"));
  only(command.add_option("--tokens", q.tokens, "Tokens to generate (default 64)")->check(positive_integer(1u << 16))->type_name("N"));
  only(command.add_option("--layers", q.shape.layers, "Layers of random weights (default 4)")->check(positive_integer(1024))->type_name("N"));
  only(command.add_option("--hidden", q.shape.hidden, "Hidden size of random weights, a multiple of 64 (default 256)")->check(positive_integer(8192))->type_name("N"));
  only(command.add_option("--vocabulary", q.shape.vocabulary, "Tokens of random weights (default 2048)")->check(positive_integer(1u << 20))->type_name("N"));
  only(command.add_option("--seed", q.seed, "Of weights, prompt and noise (default 1)")->check(positive_integer(1u << 31))->type_name("N"));
}

void declare_bench_imc(CLI::App& command, BenchImcOptions& o) {
  command.add_option("--macro", o.macro, "A name of `presil list macros`, or a file")->required()->type_name("NAME");
  for (std::size_t i = 0; i < kFlags.size(); ++i)
    command.add_option(kFlags[i].name, o.values[i], kFlags[i].doc)->type_name("VALUE");
  command.add_flag("--functional", o.functional, "Generate tokens through the macro's numbers");
  declare_functional(command, o.query);
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform_bench_imc(const BenchImcOptions& o) {
  std::vector<std::string> overrides = o.overrides;
  for (std::size_t i = 0; i < kFlags.size(); ++i)
    if (!o.values[i].empty()) overrides.push_back(fmt::format("{}={}", kFlags[i].field, o.values[i]));
  if (!o.functional) {
    print_record(run::bench_imc({o.macro}, overrides), o.format);
    return ExitStatus::ok;
  }
  run::FunctionalQuery query = o.query;
  query.macro = o.macro;
  const run::FunctionalOutcome outcome = run::bench_imc_functional(query, overrides);
  print_record(outcome.record, o.format);
  fmt::print(stderr, "{:.0f} tokens a second of processor time\n", outcome.tokens_per_s);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_imc(CLI::App& bench, Action& action) {
  add_command<BenchImcOptions>(bench, "imc", "Time, energy and area of an in-memory-compute macro", kBenchImcExamples, action, declare_bench_imc,
                       perform_bench_imc);
}

}  // namespace presil::cli
