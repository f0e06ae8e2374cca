// format.cpp -- implementation of format.h.
#include "sim/report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>

namespace presil::report {

namespace {

struct Prefix {
  double factor;
  const char* unit;
};

double rounded(double value) { return std::strtod(fmt::format("{:.3e}", value).c_str(), nullptr); }

// Four significant digits of a value below 1000, zeros kept, so that columns of one unit line up.
std::string four_digits(double value) {
  const double shown = rounded(value), size = std::abs(shown);
  return fmt::format("{:.{}f}", shown,
                     size >= 1000  ? 0
                     : size >= 100 ? 1
                     : size >= 10  ? 2
                     : size >= 1   ? 3
                                   : 4);
}

std::string grouped(std::string digits) {
  const std::size_t start = digits.starts_with('-') ? 1 : 0;
  for (std::size_t i = digits.size(); i > start + 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

// The largest unit in which the value, rounded as it will be printed, is at least 1; the smallest otherwise.
std::string scaled(double value, std::span<const Prefix> units) {
  if (value == 0)
    return fmt::format("0 {}", std::find_if(units.begin(), units.end(), [](const Prefix& p) {
                                 return p.factor == 1;
                               })->unit);
  const Prefix* chosen = &units.front();
  for (const Prefix& prefix : units)
    if (rounded(std::abs(value) / prefix.factor) >= 1) chosen = &prefix;
  const double shown = value / chosen->factor;
  const bool whole_bytes = chosen->unit == std::string_view("B") && shown == std::trunc(shown);
  return (whole_bytes || std::abs(shown) >= 1000 ? number(shown) : four_digits(shown)) + " " + chosen->unit;
}

constexpr std::array kTime{Prefix{1e-12, "ps"}, Prefix{1e-9, "ns"}, Prefix{1e-6, "us"}, Prefix{1e-3, "ms"},
                           Prefix{1, "s"}};
constexpr std::array kRate{Prefix{1e-9, "B/s"}, Prefix{1e-6, "kB/s"}, Prefix{1e-3, "MB/s"},
                           Prefix{1, "GB/s"},   Prefix{1e3, "TB/s"},  Prefix{1e6, "PB/s"}};
constexpr std::array kTraffic{Prefix{1, "B"},    Prefix{1e3, "kB"},  Prefix{1e6, "MB"},
                              Prefix{1e9, "GB"}, Prefix{1e12, "TB"}, Prefix{1e15, "PB"}};
constexpr std::array kBinary{Prefix{1, "B"},        Prefix{0x1p10, "KiB"}, Prefix{0x1p20, "MiB"},
                             Prefix{0x1p30, "GiB"}, Prefix{0x1p40, "TiB"}, Prefix{0x1p50, "PiB"}};
constexpr std::array kEnergy{Prefix{1e-12, "pJ"}, Prefix{1e-9, "nJ"}, Prefix{1e-6, "uJ"}, Prefix{1e-3, "mJ"},
                             Prefix{1, "J"},      Prefix{1e3, "kJ"},  Prefix{1e6, "MJ"}};
constexpr std::array kPower{Prefix{1e-6, "uW"}, Prefix{1e-3, "mW"}, Prefix{1, "W"}, Prefix{1e3, "kW"},
                            Prefix{1e6, "MW"}};

struct Unit {
  std::string_view suffix;
  std::string (*spell)(double);
};

constexpr std::array kUnits{
    Unit{"tokens_per_s", [](double v) { return number(v) + " tokens/s"; }},
    Unit{"_tflops_per_mm2", [](double v) { return number(v) + " TFLOPS/mm2"; }},
    Unit{"_tflops_per_w", [](double v) { return number(v) + " TFLOPS/W"; }},
    Unit{"tops_per_mm2", [](double v) { return number(v) + " TOPS/mm2"; }},
    Unit{"tops_per_w", [](double v) { return number(v) + " TOPS/W"; }},
    Unit{"tflops_per_mm2", [](double v) { return number(v) + " TFLOPS/mm2"; }},
    Unit{"tflops_per_w", [](double v) { return number(v) + " TFLOPS/W"; }},
    Unit{"_j_s", [](double v) { return number(v) + " J s"; }},
    Unit{"_gb_per_s", rate},
    Unit{"_pj_per_bit", [](double v) { return number(v) + " pJ/bit"; }},
    Unit{"_tflops", [](double v) { return number(v) + " TFLOPS"; }},
    Unit{"_gops", [](double v) { return number(v) + " GOPS"; }},
    Unit{"_tops", [](double v) { return number(v) + " TOPS"; }},
    Unit{"_mm2", [](double v) { return number(v) + " mm2"; }},
    Unit{"_bytes", binary_size},
    Unit{"_usd", [](double v) { return "$" + number(v); }},
    Unit{"usd_per_million_tokens", [](double v) { return "$" + number(v); }},
    Unit{"_g_per_query", [](double v) { return number(v) + " g"; }},
    Unit{"_g", [](double v) { return number(v) + " g"; }},
    Unit{"_ns", [](double v) { return time(v * 1e-9); }},
    Unit{"_us", [](double v) { return time(v * 1e-6); }},
    Unit{"_ms", [](double v) { return time(v * 1e-3); }},
    Unit{"_s", time},
    Unit{"_j", energy},
    Unit{"_w", power},
    Unit{"_pct", [](double v) { return percent(v / 100); }},
    Unit{"utilisation", percent},
    Unit{"mfu", percent},
    Unit{"hfu", percent},
    Unit{"share", percent},
};

const Unit* unit_of(std::string_view key) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const Unit& unit) { return key.ends_with(unit.suffix); });
  return found == kUnits.end() ? nullptr : &*found;
}

}  // namespace

std::string number(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const double shown = rounded(value), size = std::abs(shown);
  if (size == 0) return "0";
  if (size < 1e-3 || size >= 1e15) return fmt::format("{:.4g}", value);
  if (size >= 1000) return count(value);
  const std::string text = four_digits(value);
  if (value == std::trunc(value)) return text.substr(0, text.find('.'));
  return text;
}

std::string time(double seconds) {
  if (std::abs(seconds) >= 7200) return number(seconds / 3600) + " h";
  if (std::abs(seconds) >= 600) return number(seconds / 60) + " min";
  return scaled(seconds, kTime);
}

std::string rate(double gb_per_s) { return scaled(gb_per_s, kRate); }
std::string binary_size(double bytes) { return scaled(bytes, kBinary); }
std::string traffic(double bytes) { return scaled(bytes, kTraffic); }
std::string energy(double joules) { return scaled(joules, kEnergy); }
std::string power(double watts) { return scaled(watts, kPower); }

std::string percent(double share) {
  if (share > 0 && share < 0.0005) return "<0.1%";
  return fmt::format("{:.1f}%", 100 * share);
}

std::string count(double value) { return grouped(fmt::format("{:.0f}", value)); }

std::string with_unit(std::string_view key, double value) {
  const Unit* unit = unit_of(key);
  if (unit) return unit->spell(value);
  return value == std::trunc(value) && std::abs(value) < 1e15 ? count(value) : number(value);
}

std::string label(std::string_view key) {
  const Unit* unit = unit_of(key);
  if (unit && unit->suffix.starts_with('_') && key.size() > unit->suffix.size())
    key.remove_suffix(unit->suffix.size());
  std::string text(key);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string unit_word(std::string_view unit) {
  std::string word = label(unit);
  if (word.size() <= 3)
    for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return word;
}

std::string unit_activity(std::string_view name) {
  if (name == "active") return "multiplying";
  if (name == "preload") return "preloading";
  if (name == "wait_memory") return "waiting for memory";
  if (name == "wait_transfer") return "waiting for transfers";
  if (name == "wait_other") return "waiting for other work";
  return label(name);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  bool escape = false;
  for (const char c : text) {
    if (c == '\033') escape = true;
    if (!escape && (static_cast<unsigned char>(c) & 0xC0) != 0x80) ++width;
    if (escape && c == 'm') escape = false;
  }
  return width;
}

std::string clean(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return result;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::size_t end = 0, columns = 0;
  while (end < text.size()) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && ++columns > width - 2) break;
    ++end;
  }
  return std::string(text.substr(0, end)) + "..";
}

}  // namespace presil::report
