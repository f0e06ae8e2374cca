// Routes: hop counts by closed form, link numbers in range, every link used by someone.
#include "models/noc/routes.h"

#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "sim/base/error.h"

namespace presil::noc {
namespace {

NetworkConfig routed(Topology topology, std::uint32_t columns = 0, std::uint32_t rows = 0) {
  NetworkConfig c;
  c.topology = topology;
  c.columns = columns;
  c.rows = rows;
  return c;
}

double mean_hops(const Layout& layout) {  // over all pairs, a node with itself included
  double sum = 0;
  for (std::uint32_t s = 0; s < layout.nodes; ++s)
    for (std::uint32_t d = 0; d < layout.nodes; ++d) sum += hops(layout, s, d);
  return sum / layout.nodes / layout.nodes;
}

class RoutesTest : public testing::TestWithParam<Layout> {};

TEST_P(RoutesTest, StartsAndEndsAtTheNodesPortsWithOneLinkMoreThanHops) {
  const Layout layout = GetParam();
  std::set<LinkId> used;
  for (std::uint32_t s = 0; s < layout.nodes; ++s)
    for (std::uint32_t d = 0; d < layout.nodes; ++d) {
      const auto links = route(layout, s, d);
      if (s == d) {
        EXPECT_TRUE(links.empty());
        EXPECT_EQ(hops(layout, s, d), 0u);
        continue;
      }
      ASSERT_EQ(links.size(), hops(layout, s, d) + 1);
      EXPECT_EQ(links.front(), s);
      EXPECT_EQ(links.back(), layout.nodes + d);
      EXPECT_EQ(std::set<LinkId>(links.begin(), links.end()).size(), links.size()) << "a link is crossed twice";
      for (const LinkId link : links) EXPECT_LT(link, link_count(layout));
      used.insert(links.begin(), links.end());
    }
  EXPECT_GE(used.size(), 2 * layout.nodes);
}

INSTANTIATE_TEST_SUITE_P(Shapes, RoutesTest,
                         testing::Values(Layout{Topology::crossbar, 2, 0, 0}, Layout{Topology::crossbar, 17, 0, 0},
                                         Layout{Topology::ring, 2, 0, 0}, Layout{Topology::ring, 7, 0, 0},
                                         Layout{Topology::ring, 8, 0, 0}, Layout{Topology::mesh, 16, 4, 4},
                                         Layout{Topology::mesh, 13, 4, 4}, Layout{Topology::mesh, 6, 6, 1}));

TEST(Routes, ACrossbarIsOneHop) {
  EXPECT_EQ(route({Topology::crossbar, 4, 0, 0}, 1, 3), (std::vector<LinkId>{1, 7}));
}

TEST(Routes, ARingTakesTheShorterWay) {
  const Layout ring{Topology::ring, 8, 0, 0};
  EXPECT_EQ(hops(ring, 0, 3), 4u);
  EXPECT_EQ(hops(ring, 0, 4), 5u);
  EXPECT_EQ(hops(ring, 7, 1), 3u);
  EXPECT_EQ(hops(ring, 1, 7), 3u);
  // Mean distance of a ring of even n over all pairs is n / 4; every message but those to oneself ejects.
  EXPECT_DOUBLE_EQ(mean_hops(ring), 8 / 4.0 + 7 / 8.0);
}

TEST(Routes, AMeshGoesAlongXThenY) {
  const Layout mesh{Topology::mesh, 9, 3, 3};
  // 0 -> 8: right out of routers 0 and 1, then to the next row out of routers 2 and 5.
  EXPECT_EQ(route(mesh, 0, 8), (std::vector<LinkId>{0, 18 + 0, 18 + 4, 18 + 10, 18 + 22, 17}));
  // 8 -> 0: left out of routers 8 and 7, then to the row before out of routers 6 and 3.
  EXPECT_EQ(route(mesh, 8, 0), (std::vector<LinkId>{8, 18 + 33, 18 + 29, 18 + 27, 18 + 15, 9}));
}

TEST(Routes, MeanHopsOfAMesh) {
  // (k^2 - 1) / (3 k) a dimension over all pairs; ejection counts for all but a node with itself.
  const Layout mesh{Topology::mesh, 64, 8, 8};
  EXPECT_NEAR(mean_hops(mesh), 2 * 63 / 24.0 + 63 / 64.0, 1e-12);
}

TEST(Routes, ReportsAMeshThatIsTooSmall) {
  EXPECT_NO_THROW(make_layout(routed(Topology::mesh, 4, 4), 16));
  EXPECT_THROW(make_layout(routed(Topology::mesh, 4, 4), 17), InputError);
  EXPECT_THROW(make_layout(routed(Topology::crossbar), 0), InputError);
}

TEST(NetworkConfig, ChargesFraming) {
  NetworkConfig c;
  c.flit = {16};
  c.packet = {256};
  c.header = {16};
  EXPECT_EQ(wire_bytes(c, 0), 16u);
  EXPECT_EQ(wire_bytes(c, 1), 32u);
  EXPECT_EQ(wire_bytes(c, 256), 272u);
  EXPECT_EQ(wire_bytes(c, 257), 256u + 16 + 2 * 16);
  EXPECT_EQ(wire_bytes(c, 4096), 16u * 272);
  c.header = {0};
  EXPECT_EQ(wire_bytes(c, 0), 0u);
  EXPECT_EQ(wire_bytes(c, 4096), 4096u);
}

}  // namespace
}  // namespace presil::noc
