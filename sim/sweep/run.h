// run.h -- what a sweep runs at a point: an experiment, or one matrix product.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/sweep/spec.h"

namespace presil::sweep {

/// A Runner (sweep.h). Throws what run::run_experiment and run::bench_gemm throw.
nlohmann::ordered_json run_subject(const Spec& spec, const std::vector<std::string>& overrides);

/// The metrics that its results may hold, in the order of tables.
std::vector<std::string> metrics_of(const Spec& spec);

/// Checks the names that objectives use. Throws InputError with their place and the nearest name.
void check_objectives(const Spec& spec);

/// A hash of everything that decides the results: the values, the constraints, the search, the text of the experiment
/// and the version of presil. Files that the experiment refers to are not followed.
std::string fingerprint(const Spec& spec, const std::string& version);

}  // namespace presil::sweep
