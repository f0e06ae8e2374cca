// spec.h -- a sweep file: an experiment and the values to try in it.
//
//   experiment: ../experiments/llama3_8b.yaml     # relative to this file
//   grid:                                         # every combination; the last path varies fastest
//     batch: [1, 8, 64]
//     chip.memory.stacks: [4, 6]
//   output: stacks.csv                            # optional; --out overrides it
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/config/node.h"
#include "sim/config/visitor.h"

namespace presil::sweep {

/// Most points of a grid, unless the user allows more.
inline constexpr std::uint64_t kMostPoints = 100'000;

struct Axis {
  std::string path;                 ///< as for --set
  std::vector<std::string> values;  ///< YAML, as on the right of --set PATH=VALUE
  std::vector<std::string> cells;   ///< as in the table: text without its quotes
  config::Mark mark;                ///< of the path
};

struct Spec {
  std::string file;  ///< as the user named it
  std::filesystem::path experiment;
  std::filesystem::path output;  ///< empty: standard output
  std::vector<Axis> grid;

  std::size_t points() const;
  /// The overrides of a point, "batch=8".
  std::vector<std::string> overrides(std::size_t point) const;
  /// The cells of a point, one for each axis.
  std::vector<std::string> cells(std::size_t point) const;

 private:
  std::vector<std::size_t> position(std::size_t point) const;
};

/// Throws InputError with file:line:column for an unknown key, an empty grid or axis, a value given twice, or
/// more than `most_points` points.
Spec read_spec(const std::filesystem::path& file, std::uint64_t most_points = kMostPoints);

/// JSON Schema of a sweep file.
nlohmann::ordered_json spec_schema();

}  // namespace presil::sweep
