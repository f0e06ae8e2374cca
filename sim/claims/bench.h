// bench.h -- benches that a claim can run beside experiments.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace presil::claims {

/// gemm, collective, pim.
const std::vector<std::string>& benches();

/// One bench. `settings` are PATH=VALUE: the arguments of the command by name (of a collective: system, op, algorithm,
/// protocol, ranks, bytes), all others values of the machine. Its answer, numbers and text. Throws InputError.
nlohmann::ordered_json run_bench(const std::string& bench, const std::vector<std::string>& settings);

}  // namespace presil::claims
