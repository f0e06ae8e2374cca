// html.h -- the report of a run as one self-contained page.
#pragma once

#include <string>

#include "sim/report/result.h"

namespace presil::report {

/// Summary, drawings and every table of the document; nothing is fetched from outside.
std::string html_report(const Result& result);

}  // namespace presil::report
