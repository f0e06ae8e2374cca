// compare_cells.h -- what the text and the page of a comparison share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/compare.h"

namespace presil::report {

/// The metrics that any result has: those presil knows in their order, then the others as they come.
std::vector<std::string> names_of(const std::vector<Named>& results);

/// The one result that is best; none on a tie for the best, or where better has no meaning.
std::optional<std::size_t> winner(const std::vector<Named>& results, const std::string& name);

/// "A", "B", ...
std::string letter(std::size_t i);

struct Cells {
  std::string value, difference, ratio;  ///< the latter two against the first result
};
Cells cells(const Named& first, const Named& other, const std::string& name);

/// What a person calls a metric.
std::string row_label(const std::string& name);

}  // namespace presil::report
