// sweep_progress.cpp -- implementation of sweep_progress.h.
#include "sim/cli/sweep_progress.h"

#include <fmt/format.h>

#include "sim/cli/terminal.h"
#include "sim/report/format.h"

namespace presil::cli {

namespace {

std::string count(std::size_t n) { return report::count(static_cast<double>(n)); }

}  // namespace

void SweepProgress::show(const sweep::Progress& p) {
  const auto now = Clock::now();
  if (p.done < p.points && now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const double run = static_cast<double>(p.done - p.kept), left = static_cast<double>(p.points - p.done);
  const double rate = run / std::max(seconds(), 1e-3);
  const double share = p.points > 0 ? static_cast<double>(p.done) / static_cast<double>(p.points) : 1;
  std::string bar = output_style().bar(share, 24);
  bar.append(24 - report::display_width(bar), ' ');
  std::string line = fmt::format("{} {} of {} points", bar, count(p.done), count(p.points));
  if (p.failed > 0) line += fmt::format(", {} failed", count(p.failed));
  if (run > 0) line += fmt::format(", {} per s, {} left", report::number(rate), report::time(left / rate));
  show_progress(line);
}

std::string SweepProgress::summary(const sweep::Progress& p) const {
  const double run = static_cast<double>(p.done - p.kept);
  std::string line = fmt::format("{} points in {}, {} per s", count(p.done - p.kept), report::time(seconds()),
                                 report::number(run / std::max(seconds(), 1e-3)));
  return p.kept > 0 ? line + fmt::format("; {} were there already", count(p.kept)) : line;
}

}  // namespace presil::cli
