// bars.cpp -- implementation of bars.h.
#include "sim/report/bars.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/page.h"

namespace presil::report {

namespace {

constexpr double kLeastShare = 0.0005;

double percent_of(double share) { return 100 * std::clamp(share, 0.0, 1.0); }

}  // namespace

std::string bar_rows(const std::vector<Bar>& bars) {
  std::string text = "<div class=\"bars\">\n";
  for (const Bar& bar : bars)
    text += fmt::format(
        "<div class=\"bar\" title=\"{}\"><span class=\"bl\">{}</span><span class=\"bt\"><i style=\"width:{:.2f}%;background:{}\">"
        "<b style=\"width:{:.2f}%;background:{}\"></b></i></span><span class=\"bv\">{}</span></div>\n",
        escaped(bar.note), escaped(bar.label), percent_of(bar.share), fmt::format("color-mix(in srgb, {} 38%, transparent)", bar.colour),
        percent_of(bar.inner), bar.colour, escaped(bar.value));
  return text + "</div>\n";
}

std::string stacked_bar(const std::vector<Piece>& pieces) {
  std::string bar = "<div class=\"stack\">", legend = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (piece.share < kLeastShare) continue;
    bar += fmt::format("<i style=\"width:{:.3f}%;background:{}\" title=\"{}: {}\"></i>", percent_of(piece.share), series_colour(i),
                       escaped(piece.label), escaped(piece.value));
    legend += fmt::format("<li><i style=\"background:{}\"></i>{} <b>{}</b></li>", series_colour(i), escaped(piece.label), escaped(piece.value));
  }
  return bar + "</div>\n" + legend + "</ul>\n";
}

std::string series_colour(std::size_t i) { return fmt::format("var(--{})", static_cast<char>('a' + i % 8)); }

}  // namespace presil::report
