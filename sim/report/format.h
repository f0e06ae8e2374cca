// format.h -- numbers as a person reads them: four significant digits and the unit that fits.
#pragma once

#include <string>
#include <string_view>

namespace presil::report {

/// Four significant digits, no exponent between 1e-3 and 1e7: "0.0123", "14.21", "1234", "1,234,567".
std::string number(double value);
/// "812.3 ns", "14.21 ms", "1.917 s", "12.5 min", "3.2 h".
std::string time(double seconds);
/// Decimal rate from GB/s: "450 MB/s", "2.039 TB/s".
std::string rate(double gb_per_s);
/// Binary size: "80 GiB", "512 MiB".
std::string binary_size(double bytes);
/// Decimal amount of traffic: "16.06 GB".
std::string traffic(double bytes);
/// "41.2 pJ", "412 J".
std::string energy(double joules);
std::string power(double watts);
/// "74.1%", and "<0.1%" for what is small but not nothing.
std::string percent(double share);
/// A whole number with thousands separators: "4,064".
std::string count(double value);

/// Spells `value` after the unit at the end of `key`: latency_us, achieved_tflops, memory_gb_per_s, area_mm2,
/// utilisation (a share), cycles, ...; a plain number when the key names no unit.
std::string with_unit(std::string_view key, double value);
/// The key without its unit, for a person: "achieved_tflops" -> "achieved", "bound_us" -> "bound".
std::string label(std::string_view key);

/// The unit of a `<unit>_time` as a word: "array"; up to three letters are an abbreviation, "SM".
std::string unit_word(std::string_view unit);
/// An entry of a `<unit>_time` in words: "wait_memory" -> "waiting for memory".
std::string unit_activity(std::string_view name);

/// Columns that `text` takes on a terminal: code points, escape sequences not counted.
std::size_t display_width(std::string_view text);
/// `text` without control characters, which a hostile name could use to rewrite the terminal.
std::string clean(std::string_view text);
/// At most `width` columns, the cut marked by "..".
std::string shortened(std::string_view text, std::size_t width);

}  // namespace presil::report
