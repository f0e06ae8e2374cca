// compare.cpp -- implementation of compare.h.
#include "sim/report/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "sim/base/error.h"
#include "sim/report/compare_cells.h"
#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/report/metrics.h"
#include "sim/report/table.h"

namespace presil::report {

namespace {

std::size_t page_width(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

// Columns first..last of the results, beside the first result.
std::string block(const std::vector<Named>& results, std::size_t first, std::size_t last,
                  const Style& style) {
  std::vector<Column> columns{{"metric"}, {"A", Align::right}};
  for (std::size_t i = first; i < last; ++i) {
    columns.push_back({letter(i), Align::right});
    columns.push_back({letter(i) + " - A", Align::right});
    columns.push_back({letter(i) + " / A", Align::right});
  }
  Table table(columns);
  for (const std::string& name : names_of(results)) {
    const std::optional<std::size_t> best = winner(results, name);
    const auto marked = [&](std::string text, std::size_t i) {
      return best == i ? style.green(text + "*") : text + " ";
    };
    std::vector<std::string> row{shortened(row_label(name), 22),
                                 marked(cells(results[0], results[0], name).value, 0)};
    for (std::size_t i = first; i < last; ++i) {
      const Cells c = cells(results[0], results[i], name);
      row.insert(row.end(), {marked(c.value, i), c.difference, c.ratio});
    }
    table.add(row);
  }
  return table.render(style, 2);
}

}  // namespace

/// "chip.memory.stacks 4 -> 6", a line each: what was set otherwise than in the first result, names apart; their
/// number when they are many.
std::string differences(const Result& first, const Result& other) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string> changed;
  for (const auto& [path, value] : other.settings) {
    if (path.ends_with("name") || path.ends_with("description") || path.ends_with("aliases")) continue;
    const auto same = std::find_if(first.settings.begin(), first.settings.end(), [&](const auto& s) { return s.first == path; });
    if (same == first.settings.end()) changed.push_back(fmt::format("{} {}", path, value));
    else if (same->second != value) changed.push_back(fmt::format("{} {} -> {}", path, same->second, value));
  }
  if (changed.size() > kMost) return fmt::format("   {} values of the experiment differ\n", changed.size());
  std::string text;
  for (const std::string& change : changed) text += "   " + change + "\n";
  return text;
}

std::string compare_text(const std::vector<Named>& results, const Style& style) {
  std::string text;
  for (std::size_t i = 0; i < results.size(); ++i) {
    text += fmt::format("{}  {}\n   {}: {}\n", style.bold(letter(i)), clean(results[i].name),
                        results[i].result.title(), results[i].result.workload());
    if (i > 0) text += differences(results[0].result, results[i].result);
  }
  std::size_t first = 1;
  do {  // the first result alone is a table too
    std::size_t last = std::min(first + 2, results.size());
    std::string beside = block(results, first, last, style);
    if (last == first + 2 && page_width(beside) > kPageWidth) beside = block(results, first, --last, style);
    text += "\n" + beside;
    first = last;
  } while (first < results.size());
  return text;
}

std::string compare_csv(const std::vector<Named>& results) {
  std::string text = csv_record({"metric", "result", "value", "difference", "ratio"});
  for (const std::string& name : names_of(results))
    for (const Named& named : results) {
      const double *a = results[0].result.metric(name), *b = named.result.metric(name);
      text += csv_record({name, named.name, b ? fmt::format("{}", *b) : "",
                          a && b ? fmt::format("{}", *b - *a) : "",
                          a && b && *a != 0 ? fmt::format("{}", *b / *a) : ""});
    }
  return text;
}

std::vector<std::string> worse_than_first(const std::vector<Named>& results, double percent) {
  std::vector<std::string> found;
  for (std::size_t i = 1; i < results.size(); ++i) {
    std::size_t judged = 0;
    for (const Metric& metric : metrics()) {
      if (!metric.is_time) continue;
      const double *a = results[0].result.metric(metric.name), *b = results[i].result.metric(metric.name);
      if (!a || !b || !(*a > 0)) continue;
      ++judged;
      const double worse = 100 * (*b / *a - 1);
      if (worse > percent)
        found.push_back(fmt::format("{}: {} is {:.2f}% worse than in {}: {} instead of {}", results[i].name,
                                    metric.name, worse, results[0].name, time(*b), time(*a)));
    }
    if (judged == 0)
      throw InputError(
          fmt::format("{}: has no time metric in common with {}", results[i].name, results[0].name));
  }
  return found;
}

}  // namespace presil::report
