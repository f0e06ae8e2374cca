// sweep.h -- runs an experiment at every point of a grid, on several processes, into one table.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/sweep/output.h"
#include "sim/sweep/spec.h"

namespace presil::sweep {

/// Runs one experiment with overrides to a result document (docs/result.md); called in a child process.
using Runner = std::function<nlohmann::ordered_json(const std::filesystem::path& experiment,
                                                    const std::vector<std::string>& overrides)>;

struct Progress {
  std::size_t done{}, points{}, failed{};
};

struct Job {
  std::size_t jobs{1};
  Existing existing;  ///< of an earlier, interrupted sweep (--resume)
  Runner run;
  std::function<void(std::string_view)> write;      ///< gets whole rows, in grid order
  std::function<void(const Progress&)> progress{};  ///< after every point; may be empty
};

/// Rows come in grid order and equal byte for byte on any number of jobs. A point that fails, or whose
/// process dies, has its status and error in its row, and the sweep goes on. The first point runs alone: if
/// its input is wrong (say, a path of the grid is misspelt) the sweep is refused with InputError and nothing
/// is written.
Progress run_sweep(const Spec& spec, const Job& job);

}  // namespace presil::sweep
