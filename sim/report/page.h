// page.h -- the frame of an HTML report: one file, no script, nothing fetched.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace presil::report {

/// Text that is safe between tags and in double-quoted attributes.
std::string escaped(std::string_view text);

/// A table; the first `text_columns` columns are left-aligned, the others hold numbers. Cells are escaped
/// here.
std::string html_table(const std::vector<std::string>& head,
                       const std::vector<std::vector<std::string>>& rows, std::size_t text_columns);

/// The whole page around a body. Follows the reader's light or dark preference; prints black on white.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace presil::report
