// pareto.h -- which of several outcomes no other one beats in everything.
#pragma once

#include <cstddef>
#include <vector>

namespace presil::sweep {

/// Values to be made small; empty for a point that failed, which every other one beats.
using Fitness = std::vector<double>;

/// Is `a` nowhere worse than `b` and somewhere better?
bool dominates(const Fitness& a, const Fitness& b);

/// The front of every point, 0 for those that none dominates, 1 for those that only points of front 0 dominate, and so on.
/// Two objectives take O(n log n) a front, more take O(n^2).
std::vector<std::size_t> fronts(const std::vector<Fitness>& points);

/// Crowding distance of the points of one front (Deb et al., IEEE Trans. Evol. Comput. 6, 2002): the sum over objectives of
/// the distance between its neighbours as a share of the range; infinite at the ends.
std::vector<double> crowding(const std::vector<Fitness>& front);

}  // namespace presil::sweep
