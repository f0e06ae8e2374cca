// product_test.cpp -- steps of products against the equations of product.h.
#include "models/spiking/product.h"

#include <gtest/gtest.h>

#include "models/spiking/mesh.h"
#include "sim/base/error.h"
#include "tests/unit/models/spiking/small_chip.h"

namespace presil::spiking {
namespace {

const ChipConfig kChip = small_chip();

Stream stream(double vectors, double steps, double rate) { return {vectors, steps, rate, rate}; }

TEST(SpikingProduct, OneCoreTakesTheSlowerOfSynapsesAndNeurons) {
  const ProductCost dense = product_cost(kChip, {1, 32, 32, Format::int8}, stream(1, 1, 0.5), {});
  EXPECT_NEAR(dense.core.value, 0.5 * 32 * 32 * 2e-9, 1e-18);
  const ProductCost sparse = product_cost(kChip, {1, 32, 32, Format::int8}, stream(1, 1, 0.01), {});
  EXPECT_NEAR(sparse.core.value, 32 * (0.01 * 8 + 0.99 * 4) * 1e-9, 1e-18);
}

TEST(SpikingProduct, EventsAreThoseOfTheShape) {
  const double vectors = 7, steps = 5, rate = 0.25;
  const ProductCost c = product_cost(kChip, {2, 60, 48, Format::int8}, stream(vectors, steps, rate), {});
  EXPECT_NEAR(c.events.synaptic_ops, 2 * vectors * steps * rate * 60 * 48, 1e-6);
  EXPECT_NEAR(c.events.active_updates, 2 * vectors * steps * rate * 48, 1e-6);
  EXPECT_NEAR(c.events.idle_updates, 2 * vectors * steps * (1 - rate) * 48, 1e-6);
  // Inputs once to each block's core, outputs back.
  const double width = static_cast<double>(place(kChip.core, {2, 60, 48, Format::int8}).width);
  EXPECT_NEAR(c.events.spikes, 2 * vectors * steps * rate * (60 * width + 48), 1e-6);
  EXPECT_NEAR(c.messages, c.events.spikes, 1e-6);
}

TEST(SpikingProduct, PartsOfSumsAreEventsToo) {
  const double rate = 0.25;
  const ProductCost c = product_cost(kChip, {1, 200, 8, Format::int8}, stream(3, 4, rate), {});
  EXPECT_NEAR(c.events.synaptic_ops, 12 * (rate * 200 * 8 + rate * 8 * 4), 1e-6);
  EXPECT_NEAR(c.events.active_updates + c.events.idle_updates, 12 * 8 * (4 + 1), 1e-6);
  const ProductCost one = product_cost(kChip, {1, 200, 8, Format::int8}, stream(1, 1, rate), {});
  EXPECT_NEAR(c.time().value / one.time().value, 13.0 / 2, 1e-9);  // sums follow one step behind
}

TEST(SpikingProduct, ASlicedWeightMeetsASpikeInEverySynapse) {
  const ProductCost whole = product_cost(kChip, {1, 16, 16, Format::int8}, stream(1, 8, 0.5), {});
  const ProductCost sliced = product_cost(kChip, {1, 16, 16, Format::int4}, stream(1, 8, 0.5), {});
  EXPECT_NEAR(sliced.events.synaptic_ops, 4 * whole.events.synaptic_ops, 1e-6);
}

TEST(SpikingProduct, SilenceCostsUpdatesAlone) {
  const ProductCost c = product_cost(kChip, {1, 64, 64, Format::int8}, stream(2, 4, 0), {});
  EXPECT_EQ(c.events.synaptic_ops, 0);
  EXPECT_EQ(c.events.spikes, 0);
  EXPECT_EQ(c.events.active_updates, 0);
  EXPECT_EQ(c.messages, 0);
  EXPECT_EQ(c.events.idle_updates, 2 * 4 * 64);
  EXPECT_NEAR(c.time().value, 8 * (16 * 4e-9 + barrier(kChip.mesh, 1).value), 1e-15);
}

TEST(SpikingProduct, NeuronsOfOtherMatricesAreUpdatedToo) {
  const Site crowded{0, 8, 500, 32};
  const ProductCost c = product_cost(kChip, {1, 4, 4, Format::int8}, stream(1, 3, 0.5), crowded);
  EXPECT_NEAR(c.events.active_updates + c.events.idle_updates, 3 * 500, 1e-9);
  EXPECT_NEAR(c.core.value, 3 * 32 * 4e-9, 1e-18);  // the fullest core's, which rests
}

TEST(SpikingProduct, AFixedStepIsNeverShorter) {
  ChipConfig ticking = kChip;
  ticking.least_step = {1e-3};
  EXPECT_NEAR(product_cost(ticking, {1, 8, 8, Format::int8}, stream(5, 2, 0.5), {}).time().value, 10e-3,
              1e-12);
  ticking.least_step = {1e-12};
  EXPECT_EQ(product_cost(ticking, {1, 8, 8, Format::int8}, stream(5, 2, 0.5), {}).time(),
            product_cost(kChip, {1, 8, 8, Format::int8}, stream(5, 2, 0.5), {}).time());
}

TEST(SpikingProduct, ALookUpReadsOneRowInOneStep) {
  Stream s{9, 1, 1.0 / 100, 1};
  s.one_hot = true;
  const ProductCost c = product_cost(kChip, {1, 100, 24, Format::int8}, s, {});  // two cores deep
  EXPECT_NEAR(c.events.synaptic_ops, 9 * 24, 1e-9);
  EXPECT_NEAR(c.events.active_updates, 9 * 24, 1e-9);
  EXPECT_NEAR(c.events.idle_updates, 9 * 24, 1e-9);
}

TEST(SpikingProduct, CoresBeyondTheChipAreRefused) {
  EXPECT_THROW(product_cost(kChip, {1, 8, 8, Format::int8}, stream(1, 1, 0.5), {16, 1}), RunError);
  EXPECT_THROW(product_cost(kChip, {17, 32, 32, Format::int8}, stream(1, 1, 0.5), {}), RunError);
}

TEST(SpikingProduct, NeverBelowItsBound) {
  ChipConfig roomy = kChip;
  roomy.cores = 1024;
  roomy.mesh.cores_per_tile = 128;
  for (const double rate : {0.0, 0.001, 0.1, 1.0})
    for (const std::uint64_t inputs : {3, 64, 300})
      for (const std::uint64_t outputs : {1, 40, 90})
        for (const Format format : {Format::int8, Format::int4}) {
          const Matrices m{2, inputs, outputs, format};
          const double vectors = 3, steps = 6;
          const double macs = 2 * vectors * static_cast<double>(inputs * outputs);
          const Seconds least = least_time(kChip.core, format, rate * steps, steps) * (macs / roomy.cores);
          EXPECT_GE(product_cost(roomy, m, stream(vectors, steps, rate), {}).time(), least);
          const ProductCost c = product_cost(roomy, m, stream(vectors, steps, rate), {});
          EXPECT_LE(c.busy.value,
                    c.time().value * static_cast<double>(place(kChip.core, m).cores()) * (1 + 1e-9));
        }
}

}  // namespace
}  // namespace presil::spiking
