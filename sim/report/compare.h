// compare.h -- results beside each other: every metric, its difference and ratio to the first result's.
#pragma once

#include <string>
#include <vector>

#include "sim/report/result.h"
#include "sim/report/style.h"

namespace presil::report {

struct Named {
  std::string name;  ///< the file, as the user gave it
  Result result;
};

/// A table of metrics; the best of each row is marked with '*' where better has a meaning and one is best.
std::string compare_text(const std::vector<Named>& results, const Style& style);

/// The same as a page.
std::string compare_html(const std::vector<Named>& results);

/// One row per metric and result: metric, result, value, difference, ratio.
std::string compare_csv(const std::vector<Named>& results);

/// One sentence for every time that is more than `percent` worse than in the first result; empty when none
/// is. Throws InputError when a result has no time in common with the first, for then nothing could fail.
std::vector<std::string> worse_than_first(const std::vector<Named>& results, double percent);

}  // namespace presil::report
