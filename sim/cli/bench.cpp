// bench.cpp -- `presil bench`: one operator on one machine. Each kind has a file of its own.
#include "sim/cli/bench.h"

#include <nlohmann/json.hpp>

#include "sim/cli/parse.h"
#include "sim/cli/terminal.h"
#include "sim/report/csv.h"
#include "sim/report/record.h"
#include "sim/report/result.h"

namespace presil::cli {

void print_record(const nlohmann::ordered_json& record, const std::string& format) {
  if (format == "json") return print(report::document_text(record));
  if (format == "csv") return print(report::record_csv(record));
  print(report::record_text(record, output_style()));
}

void add_bench(CLI::App& app, Action& action) {
  CLI::App* bench =
      app.add_subcommand("bench", "Time one operator on one machine, without a model around it");
  bench->require_subcommand(1);
  add_bench_gemm(*bench, action);
  add_bench_attention(*bench, action);
  add_bench_vector(*bench, action);
  add_bench_collective(*bench, action);
  add_bench_memory(*bench, action);
  add_bench_noc(*bench, action);
  add_bench_pim(*bench, action);
  add_bench_imc(*bench, action);
}

}  // namespace presil::cli
