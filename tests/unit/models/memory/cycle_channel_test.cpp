// The event-to-event schedulers against the per-cycle oracles (cycle_channel.h, cycle_bank_channel.h): random traces and
// configurations.
#include <random>

#include <gtest/gtest.h>

#include "models/memory/dram_config.h"
#include "tests/unit/models/memory/oracle.h"
#include "tests/unit/models/memory/reference_specs.h"

namespace presil::memory {
namespace {

using Random = std::mt19937_64;
std::uint64_t draw(Random& r, std::uint64_t low, std::uint64_t high) { return low + r() % (high - low + 1); }
Tick ticks(Random& r, std::uint64_t low, std::uint64_t high) { return static_cast<Tick>(draw(r, low, high)); }

DramSpec random_spec(Random& r) {
  DramSpec s = r() % 2 ? reference_b().spec : reference_c().spec;
  s.geometry = {1u << draw(r, 0, 1), 1u << draw(r, 0, 1), 1u << draw(r, 0, 2), 1u << draw(r, 1, 2)};
  DramTiming& t = s.timing;
  t.burst = ticks(r, 1, 4) * t.edge;
  t.cl = ticks(r, 8, 40);
  t.cwl = ticks(r, 4, 20);
  t.rcd_read = ticks(r, 8, 60);
  t.rcd_write = ticks(r, 6, 30);
  t.rp = ticks(r, 8, 50);
  t.ras = t.rcd_read + ticks(r, 0, 40);
  t.rc = r() % 2 ? 0 : t.ras + t.rp;
  t.rrd_s = ticks(r, 1, 8);
  t.rrd_l = t.rrd_s + ticks(r, 0, 4);
  t.faw = ticks(r, 0, 60);
  t.ccd_s = t.burst;
  t.ccd_l = t.burst + ticks(r, 0, 4);
  t.ccd_r = r() % 2 ? 0 : t.burst + 2;
  t.wtr_s = ticks(r, 2, 14);
  t.wtr_l = t.wtr_s + ticks(r, 0, 6);
  t.rtw = 0;
  t.wr = ticks(r, 10, 60);
  t.rtp = ticks(r, 2, 18);
  t.rfc = ticks(r, 100, 1000);
  t.refi = t.rfc * 4 + ticks(r, 1000, 9000);
  s.policy.read_queue = static_cast<std::uint32_t>(draw(r, 4, 64));
  s.policy.write_queue = static_cast<std::uint32_t>(draw(r, 4, 64));
  return s;
}

std::vector<Access> random_trace(Random& r, const Geometry& g) {
  const std::uint64_t kind = r() % 4, writes = r() % 4, rows = draw(r, 2, 64);
  std::vector<Access> trace;
  std::uint64_t line = 0;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    line = kind == 0 ? line + 1 : kind == 1 ? r() : kind == 2 ? line + rows : (r() % 8 ? line + 1 : r());
    const auto bank = static_cast<std::uint32_t>((line >> 2) % g.all_banks());
    trace.push_back({bank, static_cast<std::uint32_t>((line >> 9) % rows), static_cast<std::uint32_t>(line % 32), r() % 4 < writes, i});
  }
  return trace;
}

/// Every controller and policy, whatever goes together.
void random_policy(Random& r, DramSpec& s) {
  if (r() % 2) {
    s.policy.queueing = Queueing::per_bank;
    s.geometry.pseudo_channels = 1;
    s.policy.bank_queue = static_cast<std::uint32_t>(draw(r, 1, 12));
    s.policy.drain_idle = static_cast<std::uint32_t>(draw(r, 0, 16));
  } else {
    s.policy.page = static_cast<PagePolicy>(r() % 3);
    s.policy.timeout = ticks(r, 0, 400);
    s.policy.refresh = r() % 2 ? RefreshPolicy::per_bank : RefreshPolicy::all_bank;
    s.timing.rfc_pb = s.timing.rfc / 4 + 1;
    s.timing.rrefd = r() % 2 ? ticks(r, 1, 16) : 0;
  }
  if (r() % 8 == 0) s.policy.refresh = RefreshPolicy::none;
  if (r() % 2) s.policy.hit_cap = static_cast<std::uint32_t>(draw(r, 1, 16));
}

std::string text(const DramSpec& s) {
  return std::string(kQueueingNames[static_cast<std::size_t>(s.policy.queueing)]) + ", page " +
         std::string(kPagePolicyNames[static_cast<std::size_t>(s.policy.page)]) + ", refresh " +
         std::string(kRefreshPolicyNames[static_cast<std::size_t>(s.policy.refresh)]) + ", hit_cap " +
         std::to_string(s.policy.hit_cap) + ", edge " + std::to_string(s.timing.edge);
}

void expect_agreement(const DramSpec& s, const std::vector<Access>& trace, std::uint32_t per_tick) {
  const OracleAnswer want = oracle(s, saturated(trace), per_tick);
  const ChannelRun got = run_alone(s, trace, per_tick);
  EXPECT_NEAR(static_cast<double>(got.last), static_cast<double>(want.last), 0.005 * static_cast<double>(want.last));
  EXPECT_NEAR(static_cast<double>(got.counters.read_ticks), want.read_ticks, 0.005 * want.read_ticks + 1);
  EXPECT_NEAR(static_cast<double>(got.counters.row_hits), want.hits, 0.005 * static_cast<double>(trace.size()));
}

class CycleOracle : public testing::TestWithParam<int> {};

// Bandwidth, mean read latency and row hits within 0.5%: 200 cases with open pages and all-bank refresh ...
TEST_P(CycleOracle, AgreesOnTwentyRandomTraces) {
  Random r(static_cast<std::uint64_t>(GetParam()));
  for (int i = 0; i < 20; ++i) {
    const DramSpec s = random_spec(r);
    SCOPED_TRACE(i);
    expect_agreement(s, random_trace(r, s.geometry), 2);
  }
}
// ... and 240 over both controllers and all policies.
TEST_P(CycleOracle, AgreesOnTwentyFourRandomPolicies) {
  Random r(static_cast<std::uint64_t>(1000 + GetParam()));
  for (int i = 0; i < 24; ++i) {
    DramSpec s = random_spec(r);
    random_policy(r, s);
    SCOPED_TRACE(std::to_string(i) + ": " + text(s));
    expect_agreement(s, random_trace(r, s.geometry), 1 + static_cast<std::uint32_t>(r() % 2));
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, CycleOracle, testing::Range(0, 10));

// A write held back by a read that has not reached its bank queue: the drain used to start again every tick, and the read
// never moved.
TEST(BankQueues, AWriteBehindAReadOfItsAddressDoesNotStopTheChannel) {
  DramSpec s = reference_a().spec;
  s.policy.write_queue = 1;
  s.policy.bank_queue = 1;
  const std::vector<Access> trace{{0, 0, 0, false, 0}, {0, 0, 1, false, 1}, {0, 0, 1, true, 2}, {0, 0, 2, true, 3}};
  expect_agreement(s, trace, 4);
}

// Where the clock has two edges, only PRE may use the even ticks.
TEST(BankQueues, KeepToTheEdgesOfTheClock) {
  DramSpec s = reference_c().spec;
  s.policy.queueing = Queueing::per_bank;
  s.geometry.pseudo_channels = 1;
  s.timing.rp = 51;
  Random r(7);
  expect_agreement(s, random_trace(r, s.geometry), 1);
}

}  // namespace
}  // namespace presil::memory
