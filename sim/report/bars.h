// bars.h -- bars of HTML: unlike a drawing they keep their letters' size on a narrow screen.
#pragma once

#include <string>
#include <vector>

namespace presil::report {

struct Bar {
  std::string label, value;  ///< in words
  double share{};            ///< of the row's width, 0 to 1
  double inner{};            ///< of it, in full colour; the rest is pale. 1: all
  std::string colour;        ///< "var(--a)"
  std::string note;          ///< tooltip
};

/// One row for each, in order.
std::string bar_rows(const std::vector<Bar>& bars);

struct Piece {
  std::string label, value;
  double share{};  ///< of the whole
};

/// One bar cut into pieces, with a legend; colours are given in order, and pieces below 0.05% are left out.
std::string stacked_bar(const std::vector<Piece>& pieces);

/// The colours of a series: "var(--a)" to "var(--h)", then again.
std::string series_colour(std::size_t i);

}  // namespace presil::report
