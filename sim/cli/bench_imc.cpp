// bench_imc.cpp -- `presil bench imc`: an in-memory-compute macro alone.
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/cli/bench.h"
#include "sim/cli/parse.h"
#include "sim/run/run.h"

namespace presil::cli {

namespace {

constexpr const char* kExamples = R"(
Latency, rate, energy and area by part of one macro, in closed form. What a flag gives replaces the value of the
macro's file, as --set does; the ranges are those of docs/fields.md.

Examples:
  presil bench imc --macro isscc22_15_5
  presil bench imc --macro jia_jssc20 --vdd 1.2V --adc-bits 6 --format json
  presil bench imc --macro neurram --input-bits 4 --input-density 0.3 --set adc.kind=integrating)";

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

struct Options {
  std::string macro, format;
  std::array<std::string, kFlags.size()> values;
  std::vector<std::string> overrides;
};

void declare(CLI::App& command, Options& o) {
  command.add_option("--macro", o.macro, "A name of `presil list macros`, or a file")->required()->type_name("NAME");
  for (std::size_t i = 0; i < kFlags.size(); ++i)
    command.add_option(kFlags[i].name, o.values[i], kFlags[i].doc)->type_name("VALUE");
  add_overrides(command, o.overrides);
  add_format(command, o.format, {"text", "json", "csv"});
}

ExitStatus perform(const Options& o) {
  std::vector<std::string> overrides = o.overrides;
  for (std::size_t i = 0; i < kFlags.size(); ++i)
    if (!o.values[i].empty()) overrides.push_back(fmt::format("{}={}", kFlags[i].field, o.values[i]));
  print_record(run::bench_imc({o.macro}, overrides), o.format);
  return ExitStatus::ok;
}

}  // namespace

void add_bench_imc(CLI::App& bench, Action& action) {
  add_command<Options>(bench, "imc", "Time, energy and area of an in-memory-compute macro", kExamples, action, declare,
                       perform);
}

}  // namespace presil::cli
