// chip_test.cpp -- a chip of any kind as a value, and the list of kinds.
#include "sim/run/chip.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/config/schema.h"
#include "sim/ppa/floorplan.h"
#include "sim/run/chip_kinds.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

TEST(ChipKinds, EachIsWhatItsNameSays) {
  std::set<std::string_view> names;
  for (const ChipKind& kind : chip_kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name << " twice";
    const auto chip = kind.make();
    EXPECT_EQ(chip->kind(), kind.name);
    EXPECT_EQ(chip->clone()->kind(), kind.name);
  }
  EXPECT_EQ(chip_kinds().front().name, "npu") << "chip files without a kind are of the first";
}

TEST(Chip, IsAValue) {
  npu::ChipConfig config = roomy_chip();
  config.name = "one";
  Chip chip = npu_chip(config);
  const Chip copy = chip;
  EXPECT_EQ(copy->board().name, "one");
  EXPECT_NE(&*copy, &*chip);
  config.name = "two";
  chip = npu_chip(config);
  EXPECT_EQ(chip->board().name, "two");
  EXPECT_EQ(copy->board().name, "one");
}

/// Energy of a gigabyte over the network, wires as long as `length`, 0: as the floorplan says.
double network_joules(npu::ChipConfig config, double length) {
  config.network.hop_length = {length};
  ppa::Activity activity;
  activity.network_byte_hops = 1e9;
  activity.time = {1};
  for (const ppa::EnergyPart& part : npu_chip(config)->energy(activity))
    if (part.name == "network") return part.energy.value;
  return 0;
}

TEST(Chip, WiresFollowTheFloorplan) {
  npu::ChipConfig config = roomy_chip();
  const double a_millimetre = network_joules(config, 1), planned = network_joules(config, 0) / a_millimetre;
  EXPECT_NEAR(planned, ppa::crossing(npu_chip(config)->area()).value, 1e-9);
  EXPECT_GT(planned, 0);
  config.core.array.shape = {64, 64};  // a larger die has longer wires
  EXPECT_GT(network_joules(config, 0) / a_millimetre, planned);
}

TEST(Chip, IsDescribedByItsKind) {
  Chip chip = npu_chip(roomy_chip());
  const auto dumped = config::dump([&](config::Visitor& v) { chip.describe(v); });
  EXPECT_EQ(dumped.begin().key(), "kind");
  EXPECT_EQ(dumped.at("kind"), "npu");
  EXPECT_TRUE(dumped.contains("cores"));
  EXPECT_EQ(npu_config(chip).cores, roomy_chip().cores) << "describing changes nothing";
}

TEST(Chip, AnswersForItsConfiguration) {
  npu::ChipConfig config = roomy_chip();
  config.cores = 3;
  config.core.arrays = 2;
  const Chip chip = npu_chip(config);
  EXPECT_STREQ(chip->units().name, "array");
  EXPECT_EQ(chip->units().count, 6u);
  EXPECT_EQ(chip->reserved_memory().value, 0);
  const auto formats = chip->supported_formats();
  for (std::size_t f = 0; f < kFormatNames.size(); ++f) {
    const auto format = static_cast<Format>(f);
    EXPECT_EQ(chip->peak_ops_per_s(format), config.peak_ops_per_s(format));
    EXPECT_EQ(chip->supports(format), config.core.array.supports(format));
    EXPECT_EQ(std::find(formats.begin(), formats.end(), kFormatNames[f]) != formats.end(), chip->supports(format));
  }
}

}  // namespace
}  // namespace presil::run
