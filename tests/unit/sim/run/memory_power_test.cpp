// memory_power_test.cpp -- what a run charges for DRAM against the same commands priced one by one (models/memory).
#include "sim/run/memory_power.h"

#include <gtest/gtest.h>

#include "models/memory/dram_device.h"
#include "models/memory/traffic.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/ppa/energy.h"
#include "sim/run/experiment.h"

namespace presil::run {
namespace {

memory::MemoryConfig shipped_memory(const std::string& name) {
  const config::SearchPath search{home() / "configs"};
  memory::MemoryConfig c;
  config::read(config::load(home() / "configs" / "memories" / (name + ".yaml"), {}, {}, search), c);
  return c;
}

class ByCommand : public testing::TestWithParam<const char*> {};

/// A mix of reads and writes through the banks: the counts priced command by command, and as a run does it.
TEST_P(ByCommand, IsWhatTheCommandsCost) {
  const memory::MemoryConfig c = shipped_memory(GetParam());
  const memory::DramSpec spec = memory::dram_spec(c);
  const memory::FeedOptions options{.per_tick = 2,
                                    .load = 0,
                                    .stacks = c.stacks,
                                    .interleave = static_cast<std::uint64_t>(c.interleave.value)};
  const auto source = memory::make_traffic(memory::parse_pattern("mix=2:1"), 20000,
                                           static_cast<std::uint64_t>(memory::capacity(c).value));
  const memory::FeedResult r = memory::feed(spec, memory::address_bits(c), c.dram.channels, source, options);
  const memory::DramEnergy priced =
      memory::dram_energy(c, spec, r.total, r.seconds / spec.tick_s * c.dram.channels * c.stacks);
  const auto count = [&](api::dram::Command command) {
    return static_cast<double>(r.total.commands[static_cast<std::size_t>(command)]);
  };
  const double written = count(api::dram::Command::write) * c.burst.value,
               bytes = written + count(api::dram::Command::read) * c.burst.value;
  const ppa::MemoryEnergy energy = memory_energy(c);
  const auto parts = ppa::memory_parts(energy, bytes, written, count(api::dram::Command::activate));
  EXPECT_NEAR(ppa::total(parts).value, priced.activate + priced.read + priced.write + priced.phy + priced.tsv,
              1e-9 * priced.total());
  // Rows are open nearly all the time, refresh comes once an interval.
  EXPECT_NEAR(energy.background.value * r.seconds, priced.background, 0.15 * priced.background);
  EXPECT_GT(energy.refresh.value, 0);
}
INSTANTIATE_TEST_SUITE_P(Shipped, ByCommand, testing::Values("hbm2", "ddr4", "ddr3_2133"));

TEST(Refresh, IsARefreshOfEveryChannelEachInterval) {
  const memory::MemoryConfig c = shipped_memory("hbm2");
  const memory::CurrentsConfig& i = c.dram.currents;
  // A pseudo-channel is half of a channel; (IDD5 - IDD3N) VDD for tRFC out of every tREFI.
  const double watts = (i.idd5ab - i.idd3n) * 1e-3 * i.vdd.value / 2 * c.refresh_time.value /
                       c.refresh_interval.value * memory::channels(c);
  EXPECT_NEAR(memory_energy(c).refresh.value, watts, 0.01 * watts);
  EXPECT_NEAR(memory_energy(c).background.value, i.idd3n * 1e-3 * i.vdd.value * c.dram.channels * c.stacks,
              1e-6);
}

TEST(WithoutCurrents, TheEnergyOfABitIsAll) {
  const memory::MemoryConfig c = shipped_memory("hbm3");
  const ppa::MemoryEnergy energy = memory_energy(c);
  EXPECT_FALSE(energy.by_command());
  EXPECT_DOUBLE_EQ(ppa::total(ppa::memory_parts(energy, 1000, 300, 5)).value, 8000 * c.energy.value);
}

}  // namespace
}  // namespace presil::run
