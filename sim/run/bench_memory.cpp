// bench_memory.cpp -- a memory alone under a pattern or a trace (see run.h); banks and rows, no SystemC.
#include <charconv>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/memory/dram_device.h"
#include "models/memory/traffic.h"
#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/run.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

/// Reads `R|W hexaddress` lines. Every line must be complete: the last one ends in a newline.
class TraceFile {
 public:
  TraceFile(const std::string& file, double capacity)
      : file_(file), in_(file, std::ios::binary), capacity_(static_cast<std::uint64_t>(capacity)) {
    if (!in_) throw InputError(fmt::format("{}: cannot read the trace", file));
  }

  std::optional<memory::TraceRequest> next() {
    std::string line;
    while (std::getline(in_, line)) {
      ++number_;
      if (in_.eof()) refuse(line.size() + 1, "the last line does not end in a newline, so that its address may be cut short: "
                                               "append one if the line is complete");
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty() || line.front() == '#') continue;
      return parse(line);
    }
    if (in_.bad()) throw InputError(fmt::format("{}: reading the trace failed", file_));
    if (count_ == 0) throw InputError(fmt::format("{}: the trace holds no request", file_));
    return {};
  }

 private:
  memory::TraceRequest parse(std::string_view line) {
    const char kind = line.front();
    if (kind != 'R' && kind != 'W') refuse(1, fmt::format("'{}' is neither R nor W", printable(line.substr(0, 1))));
    const std::size_t start = line.find_first_not_of(" \t", 1);
    if (start == 1 || start == std::string_view::npos) refuse(2, "expected `R|W hexaddress`");
    std::string_view digits = line.substr(start, line.find_last_not_of(" \t") + 1 - start);
    const std::string_view whole = digits;
    if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
    std::uint64_t address = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), address, 16);
    if (problem != std::errc() || digits.empty() || end != digits.data() + digits.size())
      refuse(start + 1, fmt::format("'{}' is not a hexadecimal address", printable(whole)));
    if (address % 64 != 0) refuse(start + 1, fmt::format("address {:#x} is not a multiple of 64, the size of a request", address));
    if (address >= capacity_) refuse(start + 1, fmt::format("address {:#x} lies beyond the capacity of {:#x} bytes", address, capacity_));
    ++count_;
    return {address, kind == 'W'};
  }

  static std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
    return result;
  }

  [[noreturn]] void refuse(std::size_t column, const std::string& rule) const {
    throw InputError(fmt::format("{}:{}:{}: {}", file_, number_, column, rule));
  }

  std::string file_;
  std::ifstream in_;
  std::uint64_t capacity_, number_{0}, count_{0};
};

memory::MemoryConfig load_memory(const std::string& name, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  memory::MemoryConfig c;
  config::read(config::load(config::find_config(search, "memories", name), overrides, {}, search), c);
  return c;
}

memory::RequestSource source_of(const MemoryQuery& q, double capacity) {
  if (q.trace.empty())
    return memory::make_traffic(memory::parse_pattern(q.pattern), q.requests, static_cast<std::uint64_t>(capacity));
  return [trace = std::make_shared<TraceFile>(q.trace, capacity)] { return trace->next(); };
}

void add_energy(ordered_json& record, const memory::DramEnergy& e) {
  record["energy_j"] = e.total();
  record["activate_j"] = e.activate;
  record["read_j"] = e.read;
  record["write_j"] = e.write;
  record["refresh_j"] = e.refresh;
  record["background_j"] = e.background;
  record["array_j"] = e.array;
  record["phy_j"] = e.phy;
  record["tsv_j"] = e.tsv;
}

std::string energy_source(const memory::MemoryConfig& c) {
  if (!c.dram.currents.published()) return "pJ/bit of the memory, all inclusive";
  return c.phy.value > 0 ? "supply currents, pJ/bit of PHY and TSV" : "supply currents, without PHY";
}

}  // namespace

ordered_json bench_memory(const MemoryQuery& q, const std::vector<std::string>& overrides, std::vector<std::string>* warnings) {
  const memory::MemoryConfig c = load_memory(q.config, overrides);
  const memory::DramSpec spec = memory::dram_spec(c);
  const memory::AddressBits map = memory::address_bits(c);
  if (warnings != nullptr) *warnings = memory::timing_warnings(c.dram.timing);
  memory::FeedOptions options{.per_tick = c.dram.controller.offers_per_tick, .load = q.load, .stacks = c.stacks,
                              .interleave = static_cast<std::uint64_t>(c.interleave.value)};
  const memory::FeedResult r = memory::feed(spec, map, c.dram.channels, source_of(q, memory::capacity(c).value), options);
  const double peak = memory::peak(c).value;
  if (r.bandwidth > peak * (1 + 1e-9)) throw RunError(fmt::format("memory moved {:.6g} B/s, more than its peak of {:.6g}", r.bandwidth, peak));
  const memory::DramEnergy energy = memory::dram_energy(c, spec, r.total, r.seconds / spec.tick_s * c.dram.channels * c.stacks);
  ordered_json record{{"memory", c.name}, {"traffic", q.trace.empty() ? q.pattern : q.trace}};
  if (q.load > 0) record["load"] = q.load;
  record.update({{"requests", r.requests}, {"time_us", r.seconds * 1e6}, {"bandwidth_gb_per_s", r.bandwidth / 1e9},
                 {"peak_gb_per_s", peak / 1e9}, {"share_of_peak", r.bandwidth / peak},
                 {"read_latency_ns", (r.read_latency_s + r.waiting_s) * 1e9}, {"row_hit_rate", r.row_hit_rate},
                 {"energy_pj_per_bit", energy.total() / (static_cast<double>(r.requests) * options.request_bytes * 8) * 1e12},
                 {"energy_source", energy_source(c)}});
  if (q.energy) add_energy(record, energy);
  return record;
}

}  // namespace presil::run
