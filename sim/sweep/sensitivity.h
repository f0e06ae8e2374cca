// sensitivity.h -- which of the varied values moved an outcome, and by how much.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace presil::sweep {

/// The mean outcome of the points that share a value.
struct Level {
  std::string value;
  double mean{};
  std::size_t count{};
};

struct Effect {
  std::string path;
  double share{};             ///< of the outcome's variance: between the means of its values (eta squared)
  std::vector<Level> levels;  ///< numbers ascending, else as they first came
  std::vector<std::size_t> level_of;  ///< of every point

  /// Largest mean over smallest; 0 when a mean is not above 0.
  double factor() const;
};

/// One path's values and the outcomes of the same points. Values that are numbers and more than 12 are put together in 8
/// groups of equal size. The shares of several paths of a full grid sum to at most 1, the rest is interaction.
Effect effect_of(const std::string& path, const std::vector<std::string>& values, const std::vector<double>& outcome);

}  // namespace presil::sweep
