// units.h -- physical quantities as types. Everything is held in SI units (and bytes; areas in mm2
// and lengths in mm are the exceptions) and converted only at the edges.
#pragma once

#include <compare>

namespace presil {

/// A number with a dimension. Two quantities of different dimensions do not mix.
template <class Dimension>
struct Quantity {
  double value{};
  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
  friend constexpr Quantity operator*(Quantity a, double k) { return {a.value * k}; }
  friend constexpr Quantity operator*(double k, Quantity a) { return {a.value * k}; }
  friend constexpr Quantity operator/(Quantity a, double k) { return {a.value / k}; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value / b.value; }
  constexpr Quantity& operator+=(Quantity b) { value += b.value; return *this; }
};

namespace dimension {
struct Data {};
struct DataRate {};
struct Time {};
struct Frequency {};
struct Power {};
struct Energy {};
struct EnergyPerBit {};
struct Area {};
struct Length {};
struct Voltage {};
struct Money {};
}  // namespace dimension

using Bytes = Quantity<dimension::Data>;               ///< bytes; fractional only for 4-bit formats
using BytesPerSecond = Quantity<dimension::DataRate>;  ///< B/s, decimal: 1 GB/s = 1e9 B/s
using Seconds = Quantity<dimension::Time>;             ///< s
using Hertz = Quantity<dimension::Frequency>;          ///< 1/s
using Watts = Quantity<dimension::Power>;              ///< W
using Joules = Quantity<dimension::Energy>;            ///< J
using JoulesPerBit = Quantity<dimension::EnergyPerBit>;///< J/bit
using SquareMillimetres = Quantity<dimension::Area>;   ///< mm2
using Millimetres = Quantity<dimension::Length>;       ///< mm
using Volts = Quantity<dimension::Voltage>;            ///< V
using Dollars = Quantity<dimension::Money>;            ///< US$

constexpr Seconds operator/(Bytes size, BytesPerSecond rate) { return {size.value / rate.value}; }
constexpr BytesPerSecond operator/(Bytes size, Seconds t) { return {size.value / t.value}; }
constexpr Bytes operator*(BytesPerSecond rate, Seconds t) { return {rate.value * t.value}; }
constexpr Joules operator*(Watts p, Seconds t) { return {p.value * t.value}; }
constexpr Watts operator/(Joules e, Seconds t) { return {e.value / t.value}; }
constexpr Seconds period(Hertz f) { return {1.0 / f.value}; }

}  // namespace presil
