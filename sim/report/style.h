// style.h -- what the terminal can show; decided once by the command line, followed by every text report.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace presil::report {

struct Style {
  bool colour{false};   ///< ANSI colours: only on a terminal, and not with NO_COLOR
  bool unicode{false};  ///< block characters in bars: only in a UTF-8 locale

  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string green(std::string_view text) const { return paint("32", text); }
  std::string red(std::string_view text) const { return paint("31", text); }

  /// A bar of at most `width` columns for a share of 1; never empty for a share above zero.
  std::string bar(double share, int width) const {
    if (!(share > 0)) return "";
    const double eighths = std::min(share, 1.0) * width * 8;
    std::string text;
    if (!unicode) return std::string(static_cast<std::size_t>(std::max(1.0, eighths / 8 + 0.5)), '#');
    static constexpr std::string_view kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const int whole = std::max(1, static_cast<int>(eighths + 0.5));
    for (int i = 0; i < whole / 8; ++i) text += "█";
    return text.append(kParts[whole % 8]);
  }

 private:
  std::string paint(std::string_view code, std::string_view text) const {
    if (!colour || text.empty()) return std::string(text);
    return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
  }
};

}  // namespace presil::report
