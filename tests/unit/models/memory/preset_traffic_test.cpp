// Shipped memories under the patterns of `presil bench memory`: the whole device, channel by channel, against the
// per-cycle oracles (bandwidth and mean read latency within 0.5%), and against the closed forms that explain them.
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "models/memory/dram_device.h"
#include "models/memory/traffic.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "tests/unit/models/memory/oracle.h"

namespace presil::memory {
namespace {

MemoryConfig load(const std::string& stem) {
  const std::filesystem::path configs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";
  MemoryConfig c;
  config::read(config::load(configs / "memories" / (stem + ".yaml"), {}, {}, {configs}), c);
  c.stacks = 1;
  return c;
}

struct Figures {
  double bandwidth, latency_s;
};

Figures of_model(const MemoryConfig& c, const std::string& pattern, std::uint64_t requests, double share) {
  const FeedResult r = feed(dram_spec(c), address_bits(c), c.dram.channels,
                            make_traffic(parse_pattern(pattern), requests, static_cast<std::uint64_t>(capacity(c).value)),
                            {.per_tick = c.dram.controller.offers_per_tick, .load = share});
  return {r.bandwidth, r.read_latency_s + r.waiting_s};
}

/// 64-byte requests cut into bursts, a FIFO a channel; request i of an offered load comes at 64 i / (load peak).
Figures of_oracle(const MemoryConfig& c, const std::string& pattern, std::uint64_t requests, double share) {
  const DramSpec spec = dram_spec(c);
  const AddressBits map = address_bits(c);
  const Geometry& g = spec.geometry;
  const auto source = make_traffic(parse_pattern(pattern), requests, static_cast<std::uint64_t>(capacity(c).value));
  const double bytes_per_tick = c.dram.channels * g.pseudo_channels * static_cast<double>(map.burst_bytes()) / static_cast<double>(spec.timing.burst);
  const double interval = share > 0 ? 64 / (share * (bytes_per_tick / spec.tick_s)) / spec.tick_s : 0;
  std::vector<std::vector<OracleArrival>> fifos(c.dram.channels);
  for (std::uint64_t i = 0; i < requests; ++i) {
    const TraceRequest request = *source();
    const double at = static_cast<double>(i) * interval;
    for (std::uint64_t part = 0; part < 64; part += map.burst_bytes()) {
      const DecodedAddress a = map.decode(request.address + part);
      using F = AddressField;
      const std::uint32_t group = (a[F::pseudo_channel] * g.stack_ids + a[F::stack_id]) * g.bank_groups + a[F::bank_group];
      fifos[a[F::channel]].push_back({{group * g.banks + a[F::bank], a[F::row], a[F::column], request.write, i}, static_cast<Tick>(std::ceil(at))});
    }
  }
  Tick last = 0;
  double ticks = 0, waiting = 0, reads = 0, all = 0;
  for (const auto& fifo : fifos) {
    if (fifo.empty()) continue;
    const OracleAnswer answer = oracle(spec, fifo, c.dram.controller.offers_per_tick);
    last = std::max(last, answer.last);
    ticks += answer.read_ticks;
    reads += static_cast<double>(answer.reads);
    waiting += answer.waiting;
    all += static_cast<double>(fifo.size());
  }
  return {64.0 * static_cast<double>(requests) / (static_cast<double>(last) * spec.tick_s),
          ((reads > 0 ? ticks / reads : 0) + (share > 0 ? waiting / all : 0)) * spec.tick_s};
}

class PresetTraffic : public testing::TestWithParam<const char*> {
 protected:
  void expect_agreement(const std::string& pattern, double share = 0) {
    const MemoryConfig c = load(GetParam());
    const Figures want = of_oracle(c, pattern, 1500, share), got = of_model(c, pattern, 1500, share);
    if (const double off = std::abs(got.bandwidth / want.bandwidth - 1); off > worst_bandwidth_) worst_bandwidth_ = off;
    if (const double off = want.latency_s > 0 ? std::abs(got.latency_s / want.latency_s - 1) : 0; off > worst_latency_) worst_latency_ = off;
    EXPECT_NEAR(got.bandwidth, want.bandwidth, 0.005 * want.bandwidth) << pattern << " at " << share;
    EXPECT_NEAR(got.latency_s, want.latency_s, 0.005 * want.latency_s) << pattern << " at " << share;
  }
  void TearDown() override {
    std::printf("%s: bandwidth within %.3f%%, latency within %.3f%% of the oracle\n", GetParam(), 100 * worst_bandwidth_, 100 * worst_latency_);
  }

 private:
  double worst_bandwidth_{0}, worst_latency_{0};
};

TEST_P(PresetTraffic, SaturatedAgreesWithTheOracle) {
  for (const char* pattern : {"seq", "random", "stride=128", "stride=256", "stride=1024", "stride=4096", "stride=65536", "stride=1000128",
                              "zipf", "streams=2", "streams=3", "streams=8", "streams=16", "mix=1:1", "mix=2:1", "mix=1:3"})
    expect_agreement(pattern);
}

TEST_P(PresetTraffic, OfferedLoadAgreesWithTheOracle) {
  for (const double share : {0.05, 0.2, 0.5, 0.7, 0.9})
    for (const char* pattern : {"seq", "random", "mix=2:1"}) expect_agreement(pattern, share);
}

INSTANTIATE_TEST_SUITE_P(Presets, PresetTraffic,
                         testing::Values("ddr3_2133", "ddr4", "ddr5", "gddr6", "gddr6x", "gddr7", "hbm",
                                         "hbm2", "hbm2e", "hbm3", "hbm3e", "hbm4", "lpddr5x",
                                         "hbm2_dramsim3"),
                         [](const auto& p) { return std::string(p.param); });

class PresetClosedForms : public testing::TestWithParam<const char*> {};

TEST_P(PresetClosedForms, AStreamReachesPeakLessRefresh) {
  const MemoryConfig c = load(GetParam());
  const DramTiming t = dram_spec(c).timing;
  const double bound = peak(c).value * (1 - static_cast<double>(t.rfc) / static_cast<double>(t.refi));
  const double got = of_model(c, "seq", 400000, 0).bandwidth;
  std::printf("%s: sequential %.4f of peak less refresh\n", GetParam(), got / bound);
  EXPECT_LT(got, bound * 1.001);
  EXPECT_GT(got, bound * 0.93);  // least where a faster clock leaves tCCD_L its nanoseconds: HBM3E
}

/// One bank at a time is refreshed while the others are read.
TEST_P(PresetClosedForms, RefreshOfSingleBanksTakesLittle) {
  MemoryConfig c = load(GetParam());
  if (c.dram.timing.rfc_pb == 0) GTEST_SKIP() << "no refresh of single banks";
  const auto bandwidth = [&c](RefreshPolicy refresh) {
    c.dram.controller.refresh = refresh;
    return of_model(c, "seq", 400000, 0).bandwidth;
  };
  const double all = bandwidth(RefreshPolicy::all_bank), single = bandwidth(RefreshPolicy::per_bank);
  const double none = bandwidth(RefreshPolicy::none);
  std::printf("%s: %.4f of a stream without refresh, %.4f all banks at once\n", GetParam(), single / none, all / none);
  EXPECT_GT(single, all);
  EXPECT_LT(single, none);
  EXPECT_GT(single, none * 0.92);  // least where tRFCpb is longest: HBM4, 280 ns
}

/// Bursts a pseudo-channel can start in a tick, by each limit; a row serves the bursts of one request that share it.
TEST_P(PresetClosedForms, RandomReadsKeepToTheTightestLimit) {
  const MemoryConfig c = load(GetParam());
  const DramSpec s = dram_spec(c);
  const DramTiming& t = s.timing;
  const AddressBits map = address_bits(c);
  const bool together = map.burst_bytes() < 64 && map.decode(0).field[1] == map.decode(32).field[1];
  const double per_row = together ? 64.0 / static_cast<double>(map.burst_bytes()) : 1;
  const double rc = static_cast<double>(t.rc > 0 ? t.rc : t.ras + t.rp), pcs = s.geometry.pseudo_channels;
  const double activations = std::min({t.faw > 0 ? 4.0 / static_cast<double>(t.faw) : 1.0, 1.0 / static_cast<double>(std::max<Tick>(1, t.rrd_s)),
                                       s.geometry.banks_per_pc() / rc, 1.0 / static_cast<double>(t.activate_ticks + 1) / pcs});
  const double bursts = std::min(activations * per_row, 1.0 / static_cast<double>(std::max(t.burst, t.ccd_s)));
  const double refresh = 1 - static_cast<double>(t.rfc) / static_cast<double>(t.refi);
  const double bound = bursts * pcs * c.dram.channels * static_cast<double>(map.burst_bytes()) / s.tick_s * refresh;
  const double got = of_model(c, "random", 100000, 0).bandwidth;
  std::printf("%s: random %.3f of the tightest limit\n", GetParam(), got / bound);
  EXPECT_LT(got, bound * 1.01);
  // Nearly there where tFAW, tRRD or the row bus limits; requests for one bank collide where its tRC does (GDDR7).
  EXPECT_GT(got, bound * (activations < s.geometry.banks_per_pc() / rc ? 0.93 : 0.75));
}

/// tCCD_L alone: open rows of one bank group, then of all.
TEST_P(PresetClosedForms, OneBankGroupIsLimitedByTheLongColumnSpacing) {
  const DramSpec s = dram_spec(load(GetParam()));
  const DramTiming& t = s.timing;
  if (s.geometry.bank_groups < 2 || s.geometry.banks < 2) GTEST_SKIP() << "no bank groups";
  const auto run = [&s](std::uint32_t groups) {
    std::vector<Access> trace;
    for (std::uint64_t i = 0; i < 6000; ++i)
      trace.push_back({static_cast<std::uint32_t>(i % groups) * s.geometry.banks, 0, static_cast<std::uint32_t>(i), false, i});
    DramSpec quiet = s;
    quiet.policy.refresh = RefreshPolicy::none;
    return static_cast<double>(run_alone(quiet, trace, 2).last);
  };
  const double spacing = static_cast<double>(std::max(t.burst, t.ccd_l)) / static_cast<double>(std::max(t.burst, t.ccd_s));
  EXPECT_NEAR(run(1) / run(s.geometry.bank_groups), spacing, 0.03 * spacing);
}

INSTANTIATE_TEST_SUITE_P(Presets, PresetClosedForms,
                         testing::Values("ddr3_2133", "ddr4", "ddr5", "gddr6", "gddr6x", "gddr7", "hbm2", "hbm2e", "hbm3", "hbm3e", "hbm4",
                                         "lpddr5x", "hbm2_dramsim3"),
                         [](const auto& p) { return std::string(p.param); });

}  // namespace
}  // namespace presil::memory
