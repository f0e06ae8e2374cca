// floorplan.h -- a die as rectangles, and how far its blocks lie from each other.
//
// Full-width strips on a square die: memory interfaces on the upper and lower edge, cores in two halves behind them, cache and
// network side by side in the middle, links and other along the lowest edge. A sketch that keeps edges and neighbours, not the layout
// of any product; one rectangle per group of blocks and strip.
//
//   distance     mean Manhattan distance between points spread evenly over two rectangles:
//                E|x1 - x2| + E|y1 - y2|; of two intervals that overlap in full E = w / 3, of disjoint ones the distance of centres
#pragma once

#include <string>
#include <vector>

#include "sim/ppa/area.h"

namespace presil::ppa {

struct Rectangle {
  std::string group;
  double x{}, y{}, width{}, height{};  ///< mm from the lower left corner
};

/// The rectangles tile the die: their areas sum to the area given. Chips of several dies have none.
std::vector<Rectangle> floorplan(const ChipArea& area);

/// Side of the first die, taken as a square: of the chiplets that carry the units.
Millimetres side(const ChipArea& area);

/// Mean wire between units and memory interfaces: by the floorplan, or over a chiplet (2/3 of its side, the mean Manhattan
/// distance of two points of a square) where there are several.
Millimetres crossing(const ChipArea& area);
/// Wire between neighbours of so many nodes spread evenly over a die.
Millimetres spacing(const ChipArea& area, std::uint32_t nodes);

/// Seconds of a millimetre of repeated wire on thick metal. [assumed] 0.1 ns: 0.06 to 0.15 in nodes from 65 to 5 nm, since what
/// transistors gain thinner wires lose (Ho, Mai and Horowitz, Proc. IEEE 89(4), 2001).
inline constexpr double kWireDelay = 0.1e-9;
inline Seconds wire_delay(Millimetres length) { return {length.value * kWireDelay}; }

/// Mean wire between two groups, over all their rectangles by area; 0 when one of them is not there.
Millimetres distance(const std::vector<Rectangle>& plan, const std::string& from, const std::string& to);

}  // namespace presil::ppa
