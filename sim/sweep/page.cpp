// page.cpp -- implementation of page.h.
#include "sim/sweep/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/names.h"
#include "sim/report/bars.h"
#include "sim/report/format.h"
#include "sim/report/page.h"
#include "sim/sweep/axis.h"
#include "sim/sweep/charts.h"
#include "sim/sweep/pareto.h"

namespace presil::sweep {

namespace {

using report::Cell;

constexpr std::size_t kMostDrawn = 2000;
constexpr std::size_t kMostHeat = 16;  // values of a path in a heat map
constexpr std::ptrdiff_t kMostOpen = 12;  // points of the front that are listed without being asked for

// The outcomes to look at: the stated ones, or the first that all points have of some usual ones.
std::vector<std::pair<std::string, bool>> objectives_of(const Title& title, const std::vector<Record>& good) {
  if (!title.objectives.empty()) return title.objectives;
  std::vector<std::pair<std::string, bool>> found;
  for (const auto& [name, largest] : {std::pair{"tokens_per_s", true}, {"energy_per_token_j", false}, {"latency_s", false}, {"latency_us", false}, {"utilisation", true}})
    if (found.size() < 2 && std::all_of(good.begin(), good.end(), [&, metric = std::string(name)](const Record& r) { return r.metric(metric); }))
      found.emplace_back(name, largest);
  return found;
}

// Everything that is drawn, point by point.
struct View {
  std::vector<const Record*> points;
  std::vector<Outcome> outcomes;
  std::vector<std::vector<std::string>> values;  ///< [path][point]
  std::vector<bool> front;
  std::vector<std::string> labels;
};

std::string label_of(const Title& title, const Record& record, const std::vector<Outcome>& outcomes, std::size_t i) {
  std::string text;
  for (std::size_t p = 0; p < title.paths.size(); ++p) text += fmt::format("{} = {}\n", title.paths[p], record.cells[p]);
  for (const Outcome& outcome : outcomes) text += fmt::format("{}: {}\n", outcome.name, report::number(outcome.values[i]));
  return text;
}

// The front is found among all points; of the others every n-th is kept when there are too many.
View view_of(const Title& title, const std::vector<Record>& records) {
  std::vector<Record> good;
  std::copy_if(records.begin(), records.end(), std::back_inserter(good), [](const Record& r) { return r.ok(); });
  std::vector<Outcome> all;
  for (const auto& [what, largest] : objectives_of(title, good)) all.push_back({what, largest, {}});
  std::vector<Expression> expressions;
  for (const Outcome& outcome : all) expressions.emplace_back(outcome.name);
  std::vector<const Record*> whole;
  std::vector<Fitness> fitness;
  for (const Record& record : records) {
    std::vector<double> values;
    for (const Expression& what : expressions)
      if (const auto value = value_of(what, record, title.paths)) values.push_back(*value);
    if (!record.ok() || values.size() < all.size()) continue;
    whole.push_back(&record);
    Fitness point;
    for (std::size_t o = 0; o < all.size(); ++o) {
      all[o].values.push_back(values[o]);
      point.push_back(all[o].largest ? -values[o] : values[o]);
    }
    fitness.push_back(std::move(point));
  }
  const std::vector<std::size_t> rank = all.empty() ? std::vector<std::size_t>(whole.size(), 1) : fronts(fitness);
  View view;
  view.values.resize(title.paths.size());
  for (const Outcome& outcome : all) view.outcomes.push_back({outcome.name, outcome.largest, {}});
  const std::size_t stride = whole.size() / kMostDrawn + 1;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (rank[i] != 0 && i % stride != 0) continue;
    view.points.push_back(whole[i]);
    view.front.push_back(rank[i] == 0);
    for (std::size_t o = 0; o < all.size(); ++o) view.outcomes[o].values.push_back(all[o].values[i]);
    for (std::size_t p = 0; p < title.paths.size(); ++p) view.values[p].push_back(whole[i]->cells[p]);
    view.labels.push_back(label_of(title, *whole[i], view.outcomes, view.points.size() - 1));
  }
  return view;
}

std::vector<Effect> effects_of(const Title& title, const View& view, const Outcome& outcome) {
  std::vector<Effect> effects;
  for (std::size_t p = 0; p < title.paths.size(); ++p) effects.push_back(effect_of(title.paths[p], view.values[p], outcome.values));
  return effects;
}

std::string sensitivity(const Title& title, const View& view) {
  std::string text;
  for (const Outcome& outcome : view.outcomes) {
    std::vector<Effect> effects = effects_of(title, view, outcome);
    std::stable_sort(effects.begin(), effects.end(), [](const Effect& a, const Effect& b) { return a.share > b.share; });
    std::vector<report::Bar> bars;
    for (const Effect& effect : effects) {
      std::string note;
      for (const Level& level : effect.levels) note += fmt::format("{}: {}\n", level.value, report::number(level.mean));
      const std::string factor = effect.factor() > 0 ? fmt::format(", x {:.2f} between its means", effect.factor()) : "";
      bars.push_back({effect.path, report::percent(effect.share) + factor, effect.share, 1, "var(--a)", note});
    }
    text += "<h3>" + report::escaped(outcome.name) + "</h3>\n" + report::bar_rows(bars);
  }
  return text;
}

// Of the two paths that move the first outcome most.
std::string heat(const Title& title, const View& view) {
  const Outcome& outcome = view.outcomes.front();
  const std::vector<Effect> effects = effects_of(title, view, outcome);
  std::vector<std::size_t> order;
  for (std::size_t p = 0; p < effects.size(); ++p)
    if (effects[p].levels.size() > 1 && effects[p].levels.size() <= kMostHeat) order.push_back(p);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return effects[a].share > effects[b].share; });
  if (order.size() < 2) return "";
  return "<p>" + report::escaped("Mean " + outcome.name + " by " + effects[order[0]].path + " and " + effects[order[1]].path + ".") + "</p>\n" +
         heat_map(effects[order[0]], effects[order[1]], outcome);
}

std::string point_table(const Title& title, const View& view, bool only_front) {
  std::vector<std::string> head = title.paths;
  for (const Outcome& outcome : view.outcomes) head.push_back(outcome.name);
  report::Rows rows;
  for (std::size_t i = 0; i < view.points.size(); ++i) {
    if (only_front && !view.front[i]) continue;
    std::vector<Cell> row;
    for (const std::string& cell : view.points[i]->cells) {
      const ExpressionValue value = expression_value(cell);
      row.push_back(std::holds_alternative<double>(value) ? Cell(cell, std::get<double>(value)) : Cell(cell));
    }
    for (const Outcome& outcome : view.outcomes) row.emplace_back(report::number(outcome.values[i]), outcome.values[i]);
    rows.push_back(std::move(row));
  }
  return rows.empty() ? "" : report::html_table(head, rows, 0);
}

std::string failures(const Title& title, const std::vector<Record>& records) {
  std::vector<std::string> head = title.paths;
  head.insert(head.end(), {"status", "error"});
  report::Rows rows;
  for (const Record& record : records) {
    if (record.ok() || rows.size() >= kMostDrawn) continue;
    std::vector<Cell> row(record.cells.begin(), record.cells.end());
    row.emplace_back(std::to_string(static_cast<int>(record.status)));
    row.emplace_back(record.error);
    rows.push_back(std::move(row));
  }
  return rows.empty() ? "" : report::html_table(head, rows, head.size());
}

}  // namespace

std::string html_page(const Title& title, const std::vector<Record>& records) {
  const View view = view_of(title, records);
  const auto good = static_cast<double>(std::count_if(records.begin(), records.end(), [](const Record& r) { return r.ok(); }));
  std::vector<report::Figure> figures{{"points", report::count(static_cast<double>(records.size())), ""},
                                      {"failed", report::count(static_cast<double>(records.size()) - good), ""}};
  std::string body = "<header><h1>" + report::escaped(title.name) + "</h1>\n<p>A sweep over " +
                     report::escaped(join(title.paths)) + ".</p></header>\n";
  if (view.outcomes.empty() || view.points.empty()) {
    body += report::html_figures(figures);
  } else {
    for (const Outcome& outcome : view.outcomes) {
      const auto [low, high] = std::minmax_element(outcome.values.begin(), outcome.values.end());
      figures.push_back({"best " + outcome.name, report::number(outcome.largest ? *high : *low), "worst " + report::number(outcome.largest ? *low : *high)});
    }
    body += report::html_figures(figures);
    if (view.outcomes.size() > 1)
      body += report::html_section("Pareto front", "Orange: points that no other point beats in every objective. Hover over a point for its values.",
                                   pareto_plot(view.outcomes[0], view.outcomes[1], view.front, view.labels));
    body += report::html_section("Sensitivity", "How much of an objective's variance lies between the means of a path's values. What the paths leave to 100% comes from their interplay.",
                                 sensitivity(title, view));
    body += report::html_section("Heat map", "", heat(title, view));
    body += report::html_section("Parallel coordinates", "A line is a point: its values on the paths' axes, then its objectives. Orange: the front.",
                                 parallel_plot(title.paths, view.values, view.outcomes, view.front, view.labels));
    const auto best = std::count(view.front.begin(), view.front.end(), true);
    const auto listed = best > kMostOpen ? report::html_folded : report::html_section;
    body += listed(view.outcomes.size() > 1 ? fmt::format("The {} points of the front", best) : "Best point", "A click on a head sorts.", point_table(title, view, true));
    body += report::html_folded("All points", view.points.size() < static_cast<std::size_t>(good) ? "Only a part of them, evenly chosen; the CSV table has all." : "", point_table(title, view, false));
  }
  body += report::html_section("Failed points", "What did not fit or was wrong.", failures(title, records));
  return report::html_page("presil: " + title.name, body + "<footer>presil sweep</footer>\n");
}

}  // namespace presil::sweep
