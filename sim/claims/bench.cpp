// bench.cpp -- implementation of bench.h.
#include "sim/claims/bench.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/run/bench_collective.h"
#include "sim/run/bench_pim.h"
#include "sim/run/run.h"
#include "sim/sweep/run.h"

namespace presil::claims {

namespace {

using Json = nlohmann::ordered_json;

/// Arguments of the bench are taken out one by one; what is left belongs to the machine.
class Settings {
 public:
  explicit Settings(const std::vector<std::string>& list) : left_(list) {}

  std::string text(const std::string& name, const std::string& otherwise = "") {
    for (auto at = left_.begin(); at != left_.end(); ++at) {
      if (!at->starts_with(name + "=")) continue;
      std::string value = at->substr(name.size() + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      left_.erase(at);
      return value;
    }
    return otherwise;
  }

  std::uint64_t number(const std::string& name, std::uint64_t otherwise) {
    const std::string value = text(name);
    if (value.empty()) return otherwise;
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number == 0)
      throw InputError(fmt::format("{}={}: expected a whole number above 0", name, value));
    return number;
  }

  const std::vector<std::string>& left() const { return left_; }

 private:
  std::vector<std::string> left_;
};

Json collective(Settings settings) {
  run::SystemCollectiveQuery query;
  query.system = settings.text("system");
  query.op = settings.text("op", query.op);
  query.algorithm = settings.text("algorithm");
  query.protocol = settings.text("protocol");
  query.ranks = static_cast<std::uint32_t>(settings.number("ranks", 0));
  query.least = query.most = static_cast<double>(settings.number("bytes", 1));
  std::vector<std::string> warnings;
  return run::bench_collective(query, settings.left(), &warnings).at(0);
}

Json pim(Settings settings) {
  run::PimQuery query;
  query.device = settings.text("device");
  query.op = settings.text("op", query.op);
  query.out = settings.number("out", 1);
  query.in = settings.number("in", 1);
  return run::bench_pim(query, settings.left());
}

Json imc(Settings settings) {
  const run::ImcQuery query{settings.text("macro")};
  return run::bench_imc(query, settings.left());
}

}  // namespace

const std::vector<std::string>& benches() {
  static const std::vector<std::string> names{"gemm", "collective", "pim", "imc"};
  return names;
}

Json run_bench(const std::string& bench, const std::vector<std::string>& settings) {
  if (bench == "collective") return collective(Settings(settings));
  if (bench == "pim") return pim(Settings(settings));
  if (bench == "imc") return imc(Settings(settings));
  sweep::Spec gemm;
  gemm.bench = "gemm";
  return sweep::run_subject(gemm, settings);
}

}  // namespace presil::claims
