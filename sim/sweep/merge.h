// merge.h -- the databases of a sweep's parts put together.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/sweep/database.h"

namespace presil::sweep {

struct Merged {
  Title title;
  std::vector<Record> records;  ///< in order of points
  std::size_t missing() const { return title.points > records.size() ? title.points - records.size() : 0; }
  std::size_t failed() const;
};

/// Throws InputError when a file is damaged, when they are not parts of one sweep, or when two of them have different
/// results for one point.
Merged merge(const std::vector<std::string>& databases);

}  // namespace presil::sweep
