// spec.h -- a sweep file: what to run, and the space of values to try in it.
//
//   experiment: ../experiments/llama3_8b.yaml     # relative to this file; or
//   bench: gemm                                   # one product: device, dtype, m, n, k, batch are paths
//   set: {chip.clock: 1.2 GHz}                    # the same for every point
//   grid:                                         # every combination; the last path varies fastest
//     workload.batch: [1, 8, 64]                  # forms of values: axis.h
//     workload.in_len: {log2: [128, 4096]}
//   zip:                                          # lists of one length that vary together
//     chip: [h100_sxm, tpu_v6e]
//     workload.formats.weights: [fp8, int8]
//   sample: {points: 64, method: sobol, seed: 1, of: {chip.clock: {uniform: [0.8 GHz, 1.6 GHz]}}}
//   constraints: ["workload.batch * workload.in_len <= 65536"]
//   objectives: {tokens_per_s: max, energy_per_token_j: min}
//   explore: {population: 32, generations: 10, seed: 1}   # search the space instead of running all of it
//   output: stacks.csv                            # optional; --out overrides it
//
// grid, zip and sample multiply: a point takes one row of every dimension of the space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/base/expression.h"
#include "sim/config/node.h"
#include "sim/sweep/axis.h"

namespace presil::sweep {

/// Most points of a space, unless the user allows more.
inline constexpr std::uint64_t kMostPoints = 100'000;

/// Paths that vary together: one path of a grid, the lists of a zip, or a sample.
struct Dimension {
  std::vector<std::string> paths;          ///< as for --set
  std::vector<config::Mark> marks;         ///< of the paths
  std::vector<std::vector<Setting>> rows;  ///< each with a value for every path
};

/// A row of every dimension.
using Choice = std::vector<std::size_t>;

/// What is better: an expression over metrics and paths, to be made small or large.
struct Objective {
  Expression what;
  bool largest{false};
  config::Mark mark{};
};

/// How to search: an evolutionary search by non-dominated sorting (search.h).
struct Explore {
  std::uint32_t population{32}, generations{10};
  std::uint64_t seed{1};
};

struct Spec {
  std::string file;                  ///< as the user named it
  std::filesystem::path experiment;  ///< empty: a bench
  std::string bench;                 ///< "gemm", or empty
  std::filesystem::path output;      ///< empty: standard output
  std::vector<Setting> fixed;        ///< of `set`
  std::vector<std::string> fixed_paths;
  std::vector<Dimension> dimensions;
  std::vector<Expression> constraints;
  std::vector<Objective> objectives;
  std::optional<Explore> explore;
  std::vector<Choice> points;  ///< that keep the constraints, in order; empty when the space is explored

  /// Names of the values that vary.
  std::vector<std::string> paths() const;
  /// The overrides of a point, "batch=8"; those of `set` first.
  std::vector<std::string> overrides(const Choice& choice) const;
  /// The cells of a point, one for each of `paths()`.
  std::vector<std::string> cells(const Choice& choice) const;
  /// Does it keep every constraint?
  bool allowed(const Choice& choice) const;
  /// Where the user wrote a path; null for a path that does not vary.
  const config::Mark* mark_of(const std::string& path) const;
};

/// Throws InputError with file:line:column for an unknown key, an empty space or axis, a value given twice, a path that is
/// in two places, more than `most_points` points, or constraints that no point keeps.
Spec read_spec(const std::filesystem::path& file, std::uint64_t most_points = kMostPoints);

/// JSON Schema of a sweep file.
nlohmann::ordered_json spec_schema();

}  // namespace presil::sweep
