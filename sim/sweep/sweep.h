// sweep.h -- runs the points of a sweep on several processes, or searches its space for a Pareto front.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sim/sweep/pool.h"
#include "sim/sweep/record.h"
#include "sim/sweep/spec.h"

namespace presil::sweep {

/// Runs what the sweep is of with these overrides. Returns {"config_hash": text, "metrics": {name: number}}; other members
/// are ignored. Called in a child process.
using Runner = std::function<nlohmann::ordered_json(const Spec& spec, const std::vector<std::string>& overrides)>;

struct Progress {
  std::size_t done{}, points{}, failed{};
  std::size_t kept{};  ///< of `done`: results of an earlier run
};

/// A part of the points: those whose number leaves `index` when divided by `count`.
struct Shard {
  std::size_t index{0}, count{1};
  bool has(std::size_t point) const { return point % count == index; }
};

/// Runs pieces of work elsewhere, as run_pool does here; `order(i)` says what to do, for serve_point().
using Launcher = std::function<void(std::size_t first, std::size_t last, const std::function<std::string(std::size_t)>& order,
                                    const std::function<void(std::size_t, const Reply&)>& done)>;

struct Job {
  std::size_t jobs{1};
  Launcher launch{};          ///< empty: processes of this machine, `jobs` at once
  Shard shard;
  std::vector<Record> known;  ///< of an earlier, interrupted run: not run again
  Runner run;
  std::function<void(const Record&)> save{};        ///< gets every new result as it arrives; may be empty
  std::function<void(const Record&)> row{};         ///< gets every result in order of points; may be empty
  std::function<void(const Progress&)> progress{};  ///< after every point; may be empty
};

/// All results, in order of points. They are the same on any number of jobs and however often the run was interrupted. A
/// point that fails, or whose process dies, has its status and error in its record, and the sweep goes on. The first point
/// runs alone: if its input is wrong (say, a path is misspelt) the sweep is refused with InputError and nothing is saved.
/// With `spec.explore` the points are those that the search proposes, numbered in order of proposal.
std::vector<Record> run_sweep(const Spec& spec, const Job& job);

/// What another rank does with an order of a Launcher: the point, in a process of its own.
Reply serve_point(const Spec& spec, const Runner& run, const std::string& order);

/// How many points run_sweep will run at most.
std::size_t most_points(const Spec& spec, const Shard& shard);

}  // namespace presil::sweep
