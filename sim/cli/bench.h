// bench.h -- the kinds of `presil bench`.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "sim/cli/commands.h"

namespace presil::cli {

void add_bench_gemm(CLI::App& bench, Action& action);
void add_bench_attention(CLI::App& bench, Action& action);
void add_bench_vector(CLI::App& bench, Action& action);
void add_bench_collective(CLI::App& bench, Action& action);
void add_bench_memory(CLI::App& bench, Action& action);
void add_bench_noc(CLI::App& bench, Action& action);
void add_bench_pim(CLI::App& bench, Action& action);
void add_bench_imc(CLI::App& bench, Action& action);

/// Prints a benchmark's answer as text, json or csv.
void print_record(const nlohmann::ordered_json& record, const std::string& format);

}  // namespace presil::cli
