// compare.cpp -- implementation of compare.h.
#include "sim/report/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "sim/base/error.h"
#include "sim/report/csv.h"
#include "sim/report/format.h"
#include "sim/report/metrics.h"
#include "sim/report/page.h"
#include "sim/report/table.h"

namespace presil::report {

namespace {

// The metrics that any result has: those presil knows in their order, then the others as they come.
std::vector<std::string> names_of(const std::vector<Named>& results) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics())
    if (std::any_of(results.begin(), results.end(),
                    [&](const Named& r) { return r.result.metric(metric.name); }))
      names.emplace_back(metric.name);
  for (const Named& named : results)
    for (const auto& [name, value] : named.result.metrics)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

Better better_of(const std::string& name) {
  const Metric* metric = find_metric(name);
  return metric ? metric->better : Better::neither;
}

// The one result that is best; none on a tie for the best, or where better has no meaning.
std::optional<std::size_t> winner(const std::vector<Named>& results, const std::string& name) {
  const Better better = better_of(name);
  if (better == Better::neither) return std::nullopt;
  std::optional<std::size_t> best;
  bool tie = false;
  std::size_t values = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const double* value = results[i].result.metric(name);
    if (!value) continue;
    ++values;
    const double* so_far = best ? results[*best].result.metric(name) : nullptr;
    if (so_far && *value == *so_far) tie = true;
    if (!so_far || (better == Better::lower ? *value < *so_far : *value > *so_far)) {
      best = i;
      tie = false;
    }
  }
  return tie || values < 2 ? std::nullopt : best;
}

std::string letter(std::size_t i) {
  return i < 26 ? std::string(1, static_cast<char>('A' + i)) : fmt::format("R{}", i + 1);
}

struct Cells {
  std::string value, difference, ratio;
};

Cells cells(const Named& first, const Named& other, const std::string& name) {
  const double *a = first.result.metric(name), *b = other.result.metric(name);
  if (!b) return {"-", "", ""};
  Cells text{with_unit(name, *b), "", ""};
  if (!a) return text;
  const double difference = *b - *a;
  text.difference = difference == 0 ? "0" : (difference > 0 ? "+" : "") + with_unit(name, difference);
  text.ratio = *a == 0 ? "" : fmt::format("{:.3f}", *b / *a);
  return text;
}

std::string row_label(const std::string& name) {
  const Metric* metric = find_metric(name);
  return metric ? std::string(metric->label) : label(name);
}

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

std::string compare_html(const std::vector<Named>& results) {
  std::vector<std::string> head{"metric"};
  std::vector<std::vector<std::string>> files, rows;
  for (std::size_t i = 0; i < results.size(); ++i) {
    files.push_back({letter(i), results[i].name, results[i].result.title(), results[i].result.workload()});
    head.push_back(letter(i));
    if (i > 0) head.insert(head.end(), {letter(i) + " - A", letter(i) + " / A"});
  }
  for (const std::string& name : names_of(results)) {
    std::vector<std::string> row{row_label(name)};
    const std::optional<std::size_t> best = winner(results, name);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Cells c = cells(results[0], results[i], name);
      row.push_back(c.value + (best == i ? " *" : ""));
      if (i > 0) row.insert(row.end(), {c.difference, c.ratio});
    }
    rows.push_back(row);
  }
  return html_page("presil: comparison",
                   "<h1>Comparison</h1>\n" + html_table({"", "file", "what", "workload"}, files, 4) +
                       "<h2>Metrics</h2>\n<p>The best of a row is marked with *.</p>\n" +
                       html_table(head, rows, 1));
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
