// page.cpp -- implementation of page.h.
#include "sim/report/page.h"

#include <fmt/format.h>

namespace presil::report {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #17202b; --soft: #566273; --line: #dde3ea; --page: #ffffff; --card: #f6f8fa;
  --a: #2f6fb5; --b: #c8652a; --c: #3d8f5f; --d: #8455a8; --e: #a8862b; --f: #b2487c; --g: #2a8f95; --h: #6c7686; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #9aa7b8; --line: #303a47; --page: #11151b; --card: #191f28;
  --a: #6aa5e6; --b: #ee935a; --c: #6cc391; --d: #b78bd8; --e: #d8b65a; --f: #e482b0; --g: #5cc4ca; --h: #97a2b3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.6rem 1.2rem 3rem; color: var(--ink); background: var(--page);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.12rem; margin: 2.2rem 0 .2rem; } h3 { font-size: .95rem; margin: 1.2rem 0 .2rem; }
p { color: var(--soft); margin: .2rem 0 .7rem; max-width: 46rem; } p.lead { color: var(--ink); font-size: 1.05rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1.1rem 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .8rem; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: .78rem; font-weight: 400; color: var(--soft); }
.wide { overflow-x: auto; } .figure { overflow-x: auto; }
.figure svg { display: block; width: 100%; min-width: 34rem; max-width: 52rem; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .88rem; min-width: 30rem; }
th, td { padding: .28rem .9rem .28rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; white-space: nowrap; cursor: pointer; } th[aria-sort=ascending]::after { content: " \2191"; }
th[aria-sort=descending]::after { content: " \2193"; } .n { text-align: right; white-space: nowrap; } tbody tr:hover { background: var(--card); }
.bars { display: grid; gap: .22rem; margin: .5rem 0; }
.bar { display: grid; grid-template-columns: minmax(7rem, 14rem) 1fr minmax(6.5rem, auto); gap: .7rem; align-items: center; font-size: .88rem; }
.bl { text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .bv { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
.bt { display: block; } .bt i { display: block; height: 1.05rem; min-width: 2px; border-radius: 2px; overflow: hidden; } .bt b { display: block; height: 100%; }
.stack { display: flex; height: 1.7rem; border-radius: 4px; overflow: hidden; margin: .5rem 0; gap: 1px; } .stack i { display: block; min-width: 1px; }
.legend { list-style: none; margin: 0 0 .4rem; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem 1.2rem; font-size: .86rem; color: var(--soft); }
.legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: 2px; margin-right: .4rem; } .legend b { color: var(--ink); font-weight: 600; }
details { margin: 1.4rem 0 0; border-top: 1px solid var(--line); padding-top: .7rem; } summary { cursor: pointer; font-weight: 600; font-size: 1.05rem; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; } svg .soft { fill: var(--soft); font-size: 12px; } svg .axis { stroke: var(--line); }
svg .roof { stroke: var(--ink); fill: none; stroke-width: 1.6; } svg .roof2 { stroke: var(--soft); fill: none; stroke-width: 1.1; stroke-dasharray: 5 4; }
svg .hollow { fill: none; stroke: var(--h); stroke-opacity: .55; } svg circle { fill-opacity: .78; } svg circle:hover, svg polyline:hover { stroke: var(--ink); stroke-width: 2; stroke-opacity: 1; }
svg .front { fill: none; stroke: var(--b); stroke-width: 2; } svg .pale { fill: var(--h); fill-opacity: .45; } svg .inside { fill: #fff; font-size: 12px; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 36rem) { body { padding: 1rem .8rem 2rem; } .bar { grid-template-columns: 1fr auto; gap: 0 .5rem; font-size: .84rem; } .bars { gap: .5rem; } .bl { text-align: left; grid-row: 1; } .bv { grid-row: 1; } .bt { grid-column: 1 / -1; grid-row: 2; } dl { grid-template-columns: 1fr 1fr; } }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --card: #fff; } body { max-width: none; padding: 0; font-size: 10.5pt; }
  section, .bar, tr, figure { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .figure svg { min-width: 0; } }
)";

// Sorts a table by the column whose head is clicked; opens what is folded before printing.
constexpr std::string_view kScript = R"(
document.querySelectorAll('th').forEach(function (th) { th.addEventListener('click', function () {
  var table = th.closest('table'), body = table.tBodies[0], i = th.cellIndex, up = th.getAttribute('aria-sort') === 'descending';
  var key = function (row) { var c = row.cells[i]; return c.dataset.v === undefined ? c.textContent : Number(c.dataset.v); };
  var rows = Array.from(body.rows).sort(function (a, b) { var x = key(a), y = key(b);
    var order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), undefined, {numeric: true});
    return up ? order : -order; });
  table.querySelectorAll('th').forEach(function (other) { other.removeAttribute('aria-sort'); });
  th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  rows.forEach(function (row) { body.appendChild(row); });
}); });
addEventListener('beforeprint', function () { document.querySelectorAll('details').forEach(function (d) { d.open = true; }); });
)";

std::string sentence_of(std::string_view sentence) { return sentence.empty() ? "" : "<p>" + escaped(sentence) + "</p>\n"; }

std::string data_cell(const Cell& cell, bool is_number) {
  const std::string value = cell.value ? fmt::format(" data-v=\"{}\"", *cell.value) : "";
  return fmt::format("<td{}{}>{}</td>", is_number ? " class=\"n\"" : "", value, escaped(cell.text));
}

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

std::string html_table(const std::vector<std::string>& head, const Rows& rows, std::size_t text_columns) {
  std::string text = "<div class=\"wide\"><table>\n<thead><tr>";
  for (std::size_t c = 0; c < head.size(); ++c)
    text += fmt::format("<th{}>{}</th>", c < text_columns ? "" : " class=\"n\"", escaped(head[c]));
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    text += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) text += data_cell(row[c], c >= text_columns);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string html_section(std::string_view title, std::string_view sentence, const std::string& content) {
  if (content.empty()) return "";
  return "<section>\n<h2>" + escaped(title) + "</h2>\n" + sentence_of(sentence) + content + "</section>\n";
}

std::string html_folded(std::string_view title, std::string_view sentence, const std::string& content) {
  if (content.empty()) return "";
  return "<details>\n<summary>" + escaped(title) + "</summary>\n" + sentence_of(sentence) + content + "</details>\n";
}

std::string html_figures(const std::vector<Figure>& figures) {
  std::string text = "<dl>\n";
  for (const Figure& f : figures)
    text += fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", escaped(f.label), escaped(f.value),
                        f.note.empty() ? "" : "<small>" + escaped(f.note) + "</small>");
  return text + "</dl>\n";
}

std::string html_page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // The browser itself refuses to fetch anything.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src "
      "'unsafe-inline'; img-src data:\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n{}<script>{}</script>\n</body>\n</html>\n",
      escaped(title), kStyle, body, kScript);
}

}  // namespace presil::report
