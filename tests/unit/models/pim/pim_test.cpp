// The command channel against hand-made constraint tables, the kernels' structure, AiM's and UPMEM's closed forms.
#include "models/pim/aim.h"
#include "models/pim/dpu.h"
#include "models/pim/hbm_pim.h"

#include <gtest/gtest.h>

#include "sim/base/error.h"

namespace presil::pim {
namespace {

using api::dram::Level;
using C = Command;

constexpr Tick kRcd = 14, kRp = 13, kRas = 33, kRc = 46, kRrd = 6, kCcd = 4, kRtp = 5, kCl = 20, kCwl = 8, kBurst = 2, kWr = 16,
               kWtr = 9, kRtw = 16, kRfc = 350, kRefi = 3900;

ChannelSpec spec(std::uint32_t sets = 2, bool refresh = false) {
  ChannelSpec s;
  s.geometry = {1, 1, 2, 4};
  const Tick write_end = kCwl + kBurst;
  s.rules = {{Level::bank, C::activate, C::read, kRcd}, {Level::bank, C::activate, C::write, kRcd}, {Level::bank, C::activate, C::precharge, kRas},
             {Level::bank, C::activate, C::activate, kRc}, {Level::bank, C::precharge, C::activate, kRp}, {Level::bank, C::read, C::precharge, kRtp},
             {Level::bank, C::write, C::precharge, write_end + kWr}, {Level::bank_group, C::activate, C::activate, kRrd},
             {Level::pseudo_channel, C::read, C::write, kRtw}, {Level::pseudo_channel, C::write, C::read, write_end + kWtr},
             {Level::pseudo_channel, C::precharge_all, C::activate, kRp}, {Level::pseudo_channel, C::precharge, C::refresh_all, kRp},
             {Level::pseudo_channel, C::refresh_all, C::activate, kRfc}};
  for (const C c : {C::read, C::write}) {
    s.rules.push_back({Level::bank_group, c, c, kCcd});
    s.rules.push_back({Level::pseudo_channel, c, c, kBurst});
  }
  s.cl = kCl, s.cwl = kCwl, s.burst = kBurst, s.sets = sets;
  if (refresh) s.refi = s.first_refresh = kRefi;
  return s;
}

std::vector<Access> row_of(std::size_t n, bool write, std::uint32_t bank, std::uint32_t row) {
  std::vector<Access> accesses(n, Access{write, bank, row, false});
  accesses.back().barrier = true;
  return accesses;
}

TEST(CommandChannel, ReadsOfARowFollowAtTheirSpacing) {
  CommandChannel channel(spec());
  channel.run(row_of(8, false, 0, 7));
  EXPECT_EQ(channel.now(), kRcd + 7 * kCcd);
  EXPECT_EQ(channel.data_end(), channel.now() + kCl + kBurst);
  EXPECT_EQ(channel.count(C::activate), 1u);
  channel.run(row_of(1, false, 0, 8));  // another row of the bank: precharge, activate, read
  EXPECT_EQ(channel.now(), kRcd + 7 * kCcd + kRtp + kRp + kRcd);
}

TEST(CommandChannel, BanksOfAnotherGroupFillTheGaps) {
  CommandChannel channel(spec());
  std::vector<Access> accesses;
  for (int i = 0; i < 32; ++i) accesses.push_back({false, static_cast<std::uint32_t>(i % 2 * 4), 1, false});
  channel.run(accesses);
  EXPECT_LE(channel.now(), kRcd + kRrd + 32 * kBurst) << "two groups take turns at the bus's rate";
}

TEST(CommandChannel, ABarrierIsLastAndHidesWhatFollows) {
  CommandChannel channel(spec());
  channel.run({{false, 0, 1, false}, {true, 1, 1, true}, {false, 4, 1, false}});
  // The write waits for the read's turnaround, and the read behind the barrier opens its row only then.
  EXPECT_GE(channel.now(), kRcd + kRtw + kRcd);
}

TEST(CommandChannel, RefreshesOncePerIntervalWithEveryBankClosed) {
  CommandChannel channel(spec(2, true));
  for (int i = 0; i < 4000; ++i) channel.run(row_of(1, false, 0, 3));
  const auto intervals = static_cast<std::uint64_t>(channel.now() / kRefi);
  EXPECT_EQ(channel.count(C::refresh_all), intervals);
  EXPECT_EQ(channel.count(C::activate), intervals + 1);
  const Tick lost = kRtp + kRp + kRfc + kRcd - kCcd;  // for every refresh, up to where in the spacing it fell
  EXPECT_NEAR(static_cast<double>(channel.now()), static_cast<double>(kRcd + 3999 * kCcd + static_cast<Tick>(intervals) * lost),
              static_cast<double>(intervals) * kCcd);
}

TEST(CommandChannel, WritesInSightPutRefreshesOffButNotForEver) {
  CommandChannel channel(spec(2, true));
  std::vector<Access> writes(3 * static_cast<std::size_t>(kRefi) / kCcd, Access{true, 0, 1, false});
  channel.run(writes);
  EXPECT_EQ(channel.count(C::refresh_all), 0u);
  for (int i = 0; i < 4; ++i) channel.run(writes);
  EXPECT_GT(channel.count(C::refresh_all), 0u) << "eight are put off, no more";
}

TEST(CommandChannel, LockStepTimesASetAsABank) {
  CommandChannel channel(spec());
  channel.run(row_of(1, false, 5, 9));
  channel.lock_step(true);
  const Tick closed = channel.now();
  EXPECT_EQ(closed, kRas) << "the row must have been open for tRAS";
  channel.run(row_of(8, false, 1, 2));
  EXPECT_EQ(channel.now(), closed + kRp + kRcd + 7 * kCcd);
}

TEST(HbmPim, TakesTheColumnCommandsOfItsTiles) {
  // 2 channels x 4 units x 8 registers = 64 outputs, 8 x 16 = 128 inputs a tile.
  const HbmPimShape shape{2, 4, 8, 16, 32};
  const auto commands = [&](const PimWork& w) {
    const KernelTime t = hbm_pim_time(spec(), shape, w);
    return std::pair{t.reads, t.writes};
  };
  const auto [reads, writes] = commands({PimOp::gemv, 64, 128});
  EXPECT_EQ(commands({PimOp::gemv, 64, 256}), (std::pair{reads + 64, writes + 8})) << "a tile: 8 inputs, 64 MACs";
  EXPECT_EQ(commands({PimOp::gemv, 65, 128}), (std::pair{reads + 64, writes + 8 + 8 + 2})) << "and results, start, stop";
  EXPECT_EQ(commands({PimOp::gemv, 1, 1}), (std::pair{reads, writes})) << "a staircase";
  // Elementwise: 2 channels x 8 banks x 8 registers x 16 lanes = 2048 values a tile.
  const auto [first, stored] = commands({PimOp::add, 2048});
  EXPECT_EQ(commands({PimOp::mul, 2 * 2048}), (std::pair{first + 2 * 2 * 8, stored + 2 * 8 + 1}));
  EXPECT_EQ(commands({PimOp::relu, 2048}), (std::pair{first - 2 * 8, stored}));
}

TEST(HbmPim, TheOutputsOfATileComeAtOneTime) {
  const HbmPimShape shape{2, 4, 8, 16, 32};
  const Tick one = hbm_pim_time(spec(), shape, {PimOp::gemv, 1, 1024}).ticks;
  EXPECT_EQ(hbm_pim_time(spec(), shape, {PimOp::gemv, 64, 1024}).ticks, one);
  EXPECT_GT(hbm_pim_time(spec(), shape, {PimOp::gemv, 65, 1024}).ticks, one * 18 / 10);
}

TEST(Aim, AGroupOfOutputsTakesItsRowCycle) {
  ChannelSpec s = spec(1);
  const AimShape shape{2, 16, 64, 64};
  const auto time = [&](std::uint64_t out) { return aim_time(s, shape, {PimOp::gemv, out, 1024}); };
  const std::uint64_t at_once = 2 * 8;
  const double group = static_cast<double>(time(200 * at_once).ticks - time(100 * at_once).ticks) / 100;
  const double form = static_cast<double>(std::max(kRc, kRcd + 63 * kCcd + kRtp + kRp));
  EXPECT_NEAR(group, form, 0.02 * form);
  EXPECT_EQ(time(100 * at_once).writes, 64u) << "the buffer is written once";
  EXPECT_EQ(time(100 * at_once).reads, 100u * 65);
  EXPECT_THROW(aim_time(s, shape, {PimOp::add, 100}), InputError);
}

PimConfig upmem() {
  PimConfig c;
  c.kind = PimKind::processors;
  c.processors = 128;
  c.clock = {350e6};
  c.add_instructions = 6;
  c.mul_instructions = 34;
  c.gemv_instructions = 35;
  c.dma_cycles = 77;
  c.dma_cycles_per_byte = 0.5;
  return c;
}

// Gomez-Luna et al., IEEE Access 2022: 58.56 M additions and 10.27 M multiplications of 32-bit integers a second,
// 628 MB/s between bank and scratchpad.
TEST(Dpu, ReachesThePublishedRates) {
  PimConfig c = upmem();
  EXPECT_NEAR(dpu_elements_per_s(c, PimOp::add), 58.56e6, 0.01 * 58.56e6);
  EXPECT_NEAR(dpu_elements_per_s(c, PimOp::mul), 10.27e6, 0.01 * 10.27e6);
  EXPECT_NEAR(dpu_dma_rate(c).value, 628e6, 0.05 * 628e6);
  c.tasklets = 4;
  EXPECT_DOUBLE_EQ(dpu_instructions_per_s(c), 350e6 * 4 / 11);
  EXPECT_THROW(dpu_time(c, {PimOp::relu, 1}), InputError);
}

TEST(Dpu, IsBoundByTheSlowerOfPipelineAndTransfers) {
  PimConfig c = upmem();
  EXPECT_DOUBLE_EQ(dpu_time(c, {PimOp::mul, 128 * 1000}).value, 1000 * 34 / 350e6);
  EXPECT_DOUBLE_EQ(dpu_time(c, {PimOp::add, 128 * 1000}).value, 12000 / dpu_dma_rate(c).value) << "two operands and a result of 4 B";
  EXPECT_DOUBLE_EQ(dpu_time(c, {PimOp::gemv, 129, 1000}).value, 2 * 1000 * 35 / 350e6) << "whole rows: one processor has two";
}

TEST(HostTime, StreamsAtTheBusRateAndCountsItsBytes) {
  const KernelTime t = host_time(spec(), 4, 32, 4 * 32 * 4096, 0, 32);
  EXPECT_EQ(t.reads, 4096u);
  EXPECT_GE(t.ticks, 4096 * kBurst);
  EXPECT_LE(t.ticks, 4096 * kBurst * 12 / 10);
  const HostBytes gemv = host_bytes({PimOp::gemv, 10, 20}, 2), add = host_bytes({PimOp::add, 10}, 2);
  EXPECT_EQ(gemv.read, 2u * (200 + 20));
  EXPECT_EQ(gemv.written, 20u);
  EXPECT_EQ(add.read, 40u);
}

}  // namespace
}  // namespace presil::pim
