// report.h -- a validation as a page of Markdown with charts beside it.
#pragma once

#include <string>
#include <vector>

#include "sim/validate/validation.h"

namespace presil::validate {

struct Chart {
  std::string file;  ///< "validation_gemm.svg"
  std::string svg;
};

struct Report {
  std::string page;
  std::vector<Chart> charts;
};

/// `stem` is the page's name without .md; charts are called STEM_KIND.svg. The same input gives the same
/// bytes.
Report report_of(const Validation& validation, const std::string& stem);

}  // namespace presil::validate
