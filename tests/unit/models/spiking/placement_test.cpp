// placement_test.cpp -- matrices on cores against the closed forms of placement.h.
#include "models/spiking/placement.h"

#include <gtest/gtest.h>

#include "sim/base/error.h"
#include "tests/unit/models/spiking/small_chip.h"

namespace presil::spiking {
namespace {

const CoreConfig kCore = small_chip().core;

TEST(SpikingPlacement, AMatrixOfACoreTakesOneCore) {
  const Placement p = place(kCore, {1, 32, 32, Format::int8});
  EXPECT_EQ(p.depth * p.width, 1u);
  EXPECT_EQ(p.cores(), 1u);
  EXPECT_EQ(p.most_neurons(), 32u);
}

TEST(SpikingPlacement, SynapsesNeuronsAndAxonsBoundABlock) {
  EXPECT_EQ(place(kCore, {1, 64, 32, Format::int8}).outputs, 16u);  // 1,024 synapses over 64 inputs
  EXPECT_EQ(place(kCore, {1, 64, 32, Format::int8}).blocks, 2u);
  EXPECT_EQ(place(kCore, {1, 4, 100, Format::int8}).width, 4u);  // 32 neurons a core, 25 used
  EXPECT_EQ(place(kCore, {1, 4, 100, Format::int8}).outputs, 25u);
  EXPECT_EQ(place(kCore, {1, 200, 8, Format::int8}).depth, 4u);  // 64 axons a core, 50 used
  EXPECT_EQ(place(kCore, {1, 200, 8, Format::int8}).inputs, 50u);
}

TEST(SpikingPlacement, PartsOfSumsHaveCoresThatAddThem) {
  const Placement p = place(kCore, {3, 200, 40, Format::int8});
  EXPECT_EQ(p.depth, 4u);
  EXPECT_EQ(p.summed, 14u);  // 64 axons hold 16 sums of 4, so 40 outputs take three cores of 14
  EXPECT_EQ(p.sums, 3u * 3u);
  EXPECT_EQ(neurons({3, 200, 40, Format::int8}, p), 3u * 40u * 5u);
}

TEST(SpikingPlacement, ASlicedWeightTakesAnAxonForEachSynapse) {
  const Placement p = place(kCore, {1, 64, 4, Format::int4});
  EXPECT_EQ(p.synapses, 4u);
  EXPECT_EQ(p.depth, 4u);  // 16 inputs of four axons
}

TEST(SpikingPlacement, SmallMatricesShareACore) {
  const Placement p = place(kCore, {10, 16, 8, Format::int8});  // four of 16 axons, four of 8 neurons
  EXPECT_EQ(p.shared, 4u);
  EXPECT_EQ(p.blocks, 3u);
  EXPECT_EQ(p.most_neurons(), 32u);
}

TEST(SpikingPlacement, EveryWeightHasItsSynapse) {
  for (const std::uint64_t inputs : {1, 7, 63, 64, 65, 500, 4096})
    for (const std::uint64_t outputs : {1, 5, 32, 33, 1000})
      for (const Format format : {Format::int8, Format::int4}) {
        const Placement p = place(kCore, {1, inputs, outputs, format});
        EXPECT_GE(p.depth * p.inputs, inputs);
        EXPECT_GE(p.width * p.outputs, outputs);
        EXPECT_LE(p.inputs * p.synapses, kCore.axons);
        EXPECT_LE(p.outputs, kCore.neurons);
        EXPECT_LE(static_cast<double>(p.inputs * p.outputs) * weight_bits(format),
                  8 * kCore.synapse_memory.value);
      }
}

TEST(SpikingPlacement, AFormatWithoutSynapsesIsRefused) {
  EXPECT_THROW(place(kCore, {1, 8, 8, Format::fp32}), InputError);
}

}  // namespace
}  // namespace presil::spiking
