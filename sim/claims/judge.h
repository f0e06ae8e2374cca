// judge.h -- runs what claims name and says which of them hold.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/claims/claim.h"

namespace presil::claims {

struct Judgement {
  const Claim* claim{};
  std::string verdict;  ///< "holds", "holds when", "refuted", "cannot be decided", "open"
  std::string because;
  struct Value {
    std::string text;
    double value{};
  };
  std::vector<Value> figures;
};

/// Runs every distinct run once, on `jobs` processes; `progress(done, all)` after each. A run's numbers have names: its
/// metrics, `status` (0, or 5 when the model did not fit), and every other number of its result document under its path, rows of a
/// list by their `name` ("memory.free_bytes", "phases.decode.time_s"). Throws InputError with the claim's place when a
/// run's input is wrong or an expression names what no run has.
std::vector<Judgement> judge(const std::vector<Claim>& claims, std::size_t jobs,
                             const std::function<void(std::size_t, std::size_t)>& progress);

/// The account of all claims as Markdown.
std::string claims_page(const std::vector<Judgement>& judgements);

}  // namespace presil::claims
