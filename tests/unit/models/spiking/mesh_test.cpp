// mesh_test.cpp -- loads, drains and barriers of the mesh of spikes.
#include "models/spiking/mesh.h"

#include <gtest/gtest.h>

#include "tests/unit/models/spiking/small_chip.h"

namespace presil::spiking {
namespace {

const MeshConfig kMesh = small_chip().mesh;

TEST(SpikingMesh, ALoneSpikeTakesItsRoute) {
  MeshLoad load(kMesh, 1);
  load.send(0, 7, 1);  // three along the row, one down
  EXPECT_NEAR(load.drain().value, (1 + 3 * 3 + 5) * 1e-9 + 1e-9, 1e-18);
  EXPECT_EQ(load.events().spikes, 1);
  EXPECT_EQ(load.events().hops_x, 3);
  EXPECT_EQ(load.events().hops_y, 1);
  EXPECT_EQ(load.events().crossings, 0);
}

TEST(SpikingMesh, NothingSentDrainsAtOnce) {
  MeshLoad load(kMesh, 1);
  load.send(0, 7, 0);
  EXPECT_EQ(load.drain().value, 0);
}

TEST(SpikingMesh, ASharedLinkAddsItsLoadsUp) {
  MeshLoad load(kMesh, 1);
  load.send(0, 3, 10);
  load.send(1, 3, 10);
  load.send(2, 3, 10);  // all of them on the link from tile 2 to tile 3, and into it
  EXPECT_NEAR(load.drain().value, 30e-9 + (1 + 9) * 1e-9, 1e-18);
}

TEST(SpikingMesh, TheBisectionBoundsUniformTraffic) {
  MeshLoad load(kMesh, 1);
  for (std::uint64_t a = 0; a < 8; ++a)
    for (std::uint64_t b = 0; b < 8; ++b) load.send(a, b, 1);
  const double through_the_middle = 4 * 4 / 2.0;  // from each half to the other, over two rows
  EXPECT_GE(load.drain().value, through_the_middle * 1e-9);
}

TEST(SpikingMesh, ChipsAreCrossedAtTheirEdge) {
  MeshLoad load(kMesh, 3);
  load.send(0, 8 + 4, 5);  // first tile of the first chip to the second row of the second
  load.send(16, 0, 5);     // and back from the third
  EXPECT_EQ(load.events().crossings, 5 + 10);
  EXPECT_EQ(load.events().hops_x, 5 * 4 + 5 * 8);
  EXPECT_NEAR(load.drain().value, 5 / 1e8 + (1 + 8 * 3 + 2 * 100) * 1e-9, 1e-15);
}

TEST(SpikingMesh, BarriersRunFromOneTileToAll) {
  EXPECT_EQ(barrier(kMesh, 1).value, 100e-9);
  EXPECT_EQ(barrier(kMesh, 8).value, 300e-9);
  EXPECT_NEAR(barrier(kMesh, 2).value, (100 + 200.0 / 4) * 1e-9, 1e-18);  // one hop of four
  double last = 0;
  for (std::uint64_t tiles = 1; tiles < 30; ++tiles) {
    EXPECT_GE(barrier(kMesh, tiles).value, last);
    last = barrier(kMesh, tiles).value;
  }
  EXPECT_NEAR(barrier(kMesh, 9).value, (300 + 2 * (100 + 4 * 3)) * 1e-9, 1e-15);
}

}  // namespace
}  // namespace presil::spiking
