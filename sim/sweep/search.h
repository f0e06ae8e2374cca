// search.h -- an evolutionary search for a Pareto front over a space of choices.
//
// NSGA-II (Deb, Pratap, Agarwal, Meyarivan, IEEE Trans. Evol. Comput. 6(2), 2002) on genes that are indices: tournaments
// of two by front and crowding, uniform crossover, mutation with probability 1/genes to another value, half of the time to a
// neighbour (ranges are in order); the best of parents and children survive. No genome is evaluated twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/sweep/pareto.h"

namespace presil::sweep {

using Genome = std::vector<std::size_t>;

struct SearchOptions {
  std::size_t population{32}, generations{10};
  std::uint64_t seed{1};
};

/// Calls `evaluate` once a generation with genomes that are new, allowed and below `sizes` in every gene; stops early when
/// it finds no new ones. The calls are the same for equal arguments and equal answers. Throws InputError when it finds no
/// allowed genome at all.
void search(const std::vector<std::size_t>& sizes, const SearchOptions& options,
            const std::function<bool(const Genome&)>& allowed,
            const std::function<std::vector<Fitness>(const std::vector<Genome>&)>& evaluate);

}  // namespace presil::sweep
