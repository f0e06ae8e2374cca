// page.cpp -- implementation of page.h.
#include "sim/report/page.h"

#include <fmt/format.h>

namespace presil::report {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --page: #ffffff;
  --a: #2f6fb5; --b: #c2662d; --c: #3d8f5f; --d: #8455a8; --e: #6c7686; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9f0; --soft: #9aa5b5; --line: #38424f; --page: #14181e;
  --a: #6aa5e6; --b: #e8935c; --c: #6cc391; --d: #b78bd8; --e: #97a2b3; } }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --page: #fff; } section { break-inside: avoid; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: var(--ink); background: var(--page);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { color: var(--soft); margin: .3rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
dl div { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .25rem .9rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; } .n { text-align: right; white-space: nowrap; }
.best { font-weight: 700; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .soft { fill: var(--soft); } svg .axis { stroke: var(--line); } svg .roof { stroke: var(--ink); fill: none; stroke-width: 1.5; }
)";

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string html_table(const std::vector<std::string>& head,
                       const std::vector<std::vector<std::string>>& rows, std::size_t text_columns) {
  const auto row_of = [&](const std::vector<std::string>& cells, const char* tag) {
    std::string row = "<tr>";
    for (std::size_t c = 0; c < cells.size(); ++c)
      row +=
          fmt::format("<{}{}>{}</{}>", tag, c < text_columns ? "" : " class=\"n\"", escaped(cells[c]), tag);
    return row + "</tr>\n";
  };
  std::string text = "<div class=\"wide\"><table>\n<thead>" + row_of(head, "th") + "</thead>\n<tbody>\n";
  for (const auto& row : rows) text += row_of(row, "td");
  return text + "</tbody></table></div>\n";
}

std::string html_page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escaped(title), kStyle, body);
}

}  // namespace presil::report
