// text.h -- the report of a run for the terminal: the answer first, then where the time went.
#pragma once

#include <string>

#include "sim/report/result.h"
#include "sim/report/style.h"

namespace presil::report {

/// At most kPageWidth columns wide; ends in a newline. Parts the document does not have are left out.
std::string text_report(const Result& result, const Style& style);

/// The chosen tiling of every operator: `run --explain`.
std::string mapping_table(const Result& result, const Style& style);

}  // namespace presil::report
