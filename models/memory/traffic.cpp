// traffic.cpp -- implementation of traffic.h.
#include "models/memory/traffic.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::memory {

namespace {

constexpr std::uint64_t kLine = 64;
constexpr std::uint64_t kRandomSpan = std::uint64_t{1} << 30;
constexpr std::uint64_t kStreamGap = std::uint64_t{256} << 20;
constexpr double kTheta = 0.99;

/// splitmix64 [Steele et al., OOPSLA 2014].
std::uint64_t scramble(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

struct Uniform {
  std::uint64_t state{1};
  std::uint64_t next() { return scramble(state += 0x9e3779b97f4a7c15); }
  double real() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

/// Ranks 1..n by the closed form of Gray et al.; the sum of 1/k^theta by Euler-Maclaurin beyond its first terms.
class Zipf {
 public:
  explicit Zipf(std::uint64_t n) : n_(static_cast<double>(n)) {
    double zeta = 0;
    const int first = 1000;
    for (int k = 1; k < first; ++k) zeta += std::pow(k, -kTheta);
    zeta += (std::pow(n_, 1 - kTheta) - std::pow(first, 1 - kTheta)) / (1 - kTheta) + (std::pow(first, -kTheta) + std::pow(n_, -kTheta)) / 2;
    zeta_ = zeta;
    eta_ = (1 - std::pow(2 / n_, 1 - kTheta)) / (1 - (1 + std::pow(0.5, kTheta)) / zeta);
  }
  std::uint64_t rank(double u) const {
    if (u * zeta_ < 1) return 1;
    if (u * zeta_ < 1 + std::pow(0.5, kTheta)) return 2;
    return 1 + static_cast<std::uint64_t>(n_ * std::pow(eta_ * u - eta_ + 1, 1 / (1 - kTheta)));
  }

 private:
  double n_, zeta_, eta_;
};

[[noreturn]] void refuse(const std::string& text) {
  throw UsageError(fmt::format(
      "'{}' is not a pattern; expected seq, random, stride=N (bytes, a multiple of 64), streams=N, mix=R:W or zipf", text));
}

std::uint64_t number(const std::string& whole, std::string_view text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < min || value > max) refuse(whole);
  return value;
}

RequestSource interleaved(const Pattern& p, std::uint64_t requests, std::uint64_t capacity) {
  const std::uint64_t streams = p.reads + p.writes;
  const std::uint64_t gap = streams * kStreamGap <= capacity ? kStreamGap : std::max(kLine, capacity / streams / kLine * kLine);
  return [=, i = std::uint64_t{0}]() mutable -> std::optional<TraceRequest> {
    if (i == requests) return {};
    const std::uint64_t stream = i % streams, line = i++ / streams;
    return TraceRequest{(stream * gap + line * kLine) % capacity, stream >= p.reads};
  };
}

}  // namespace

Pattern parse_pattern(const std::string& text) {
  using Kind = Pattern::Kind;
  if (text == "seq") return {};
  if (text == "random") return {.kind = Kind::random};
  if (text == "zipf") return {.kind = Kind::zipf};
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string_view value = equals == std::string::npos ? std::string_view{} : std::string_view{text}.substr(equals + 1);
  if (name == "stride") {
    Pattern p{.kind = Kind::stride, .stride = number(text, value, kLine, std::uint64_t{1} << 40)};
    if (p.stride % kLine != 0) refuse(text);
    return p;
  }
  if (name == "streams") return {.kind = Kind::streams, .reads = static_cast<std::uint32_t>(number(text, value, 1, 65536))};
  const std::size_t colon = value.find(':');
  if (name != "mix" || colon == std::string_view::npos) refuse(text);
  const Pattern p{.kind = Kind::mix, .reads = static_cast<std::uint32_t>(number(text, value.substr(0, colon), 0, 1024)),
                  .writes = static_cast<std::uint32_t>(number(text, value.substr(colon + 1), 0, 1024))};
  if (p.reads + p.writes == 0) refuse(text);
  return p;
}

RequestSource make_traffic(const Pattern& pattern, std::uint64_t requests, std::uint64_t capacity) {
  using Kind = Pattern::Kind;
  const std::uint64_t lines = std::min(kRandomSpan, capacity) / kLine;
  switch (pattern.kind) {
    case Kind::random:
      return [=, left = requests, u = Uniform{}]() mutable -> std::optional<TraceRequest> {
        if (left == 0) return {};
        --left;
        return TraceRequest{u.next() % lines * kLine, false};
      };
    case Kind::zipf:
      return [=, left = requests, u = Uniform{}, z = Zipf(lines)]() mutable -> std::optional<TraceRequest> {
        if (left == 0) return {};
        --left;
        return TraceRequest{scramble(z.rank(u.real())) % lines * kLine, false};
      };
    case Kind::streams:
    case Kind::mix: return interleaved(pattern, requests, capacity);
    default: break;
  }
  return [=, stride = pattern.kind == Kind::stride ? pattern.stride : kLine, i = std::uint64_t{0}]() mutable -> std::optional<TraceRequest> {
    if (i == requests) return {};
    return TraceRequest{i++ * stride % capacity / kLine * kLine, false};
  };
}

}  // namespace presil::memory
