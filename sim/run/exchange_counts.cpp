// exchange_counts.cpp -- implementation of exchange_counts.h.
#include "sim/run/exchange_counts.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::run {

namespace {

constexpr std::string_view kSeparators = ", \t\r";
constexpr double kMostBytes = 1ull << 50;

class CountsReader {
 public:
  CountsReader(const std::filesystem::path& file, std::uint32_t ranks) : file_(file), ranks_(ranks), in_(file) {
    if (!in_) throw InputError(fmt::format("{}: cannot be read; expected {} lines of {} numbers of bytes", file.string(), ranks, ranks));
  }

  std::vector<double> read() {
    for (std::string line; std::getline(in_, line);) {
      ++line_;
      if (line.find_first_not_of(kSeparators) == std::string::npos || line.front() == '#') continue;
      if (counts_.size() == std::size_t{ranks_} * ranks_) fail(1, fmt::format("more than {} lines of numbers; expected one for every rank", ranks_));
      add(line);
    }
    if (counts_.size() < std::size_t{ranks_} * ranks_)
      fail(1, fmt::format("the file ends after {} lines of numbers; expected {}, one for every rank", counts_.size() / ranks_, ranks_));
    return counts_;
  }

 private:
  void add(std::string_view line) {
    std::uint32_t found = 0;
    for (std::size_t at = line.find_first_not_of(kSeparators); at != std::string_view::npos;) {
      const std::size_t end = std::min(line.find_first_of(kSeparators, at), line.size());
      if (++found > ranks_) fail(at + 1, fmt::format("more than {} numbers in a line; expected one for every rank", ranks_));
      counts_.push_back(number(line.substr(at, end - at), at + 1));
      at = line.find_first_not_of(kSeparators, end);
    }
    if (found < ranks_) fail(line.size() + 1, fmt::format("{} numbers in a line; expected {}, one for every rank", found, ranks_));
  }

  double number(std::string_view text, std::size_t column) const {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= kMostBytes))
      fail(column, fmt::format("'{}' is no number of bytes; expected 0 to {:.0f}", text.substr(0, 40), kMostBytes));
    return value;
  }

  [[noreturn]] void fail(std::size_t column, const std::string& problem) const {
    throw InputError(fmt::format("{}:{}:{}: {}", file_.string(), line_, column, problem));
  }

  const std::filesystem::path& file_;
  const std::uint32_t ranks_;
  std::ifstream in_;
  std::size_t line_{0};
  std::vector<double> counts_;
};

}  // namespace

std::vector<double> read_counts(const std::filesystem::path& file, std::uint32_t ranks) { return CountsReader(file, ranks).read(); }

std::vector<double> hot_counts(std::uint32_t ranks, double bytes, double imbalance) {
  if (!(imbalance >= 1 && imbalance <= ranks))
    throw UsageError(fmt::format("--imbalance {:g} among {} ranks; expected 1 to {}: the first rank gets so many times the mean", imbalance, ranks, ranks));
  std::vector<double> counts(std::size_t{ranks} * ranks, bytes * (1 - imbalance / ranks) / (ranks - 1.0));
  for (std::uint32_t i = 0; i < ranks; ++i) counts[std::size_t{i} * ranks] = bytes * imbalance / ranks;
  return counts;
}

}  // namespace presil::run
