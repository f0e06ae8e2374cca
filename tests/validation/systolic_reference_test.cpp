// systolic_reference_test.cpp -- array cycles against SCALE-Sim 3.0 (stall-free runs of its public source), and the
// overlapped machine against hand counts. The table is that of the project's reference facts, section 1.
#include <gtest/gtest.h>

#include "sim/run/run.h"

namespace presil::run {
namespace {

nlohmann::ordered_json bench(std::uint64_t m, std::uint64_t n, std::uint64_t k, const char* dataflow, std::uint32_t side,
                             const char* timing) {
  ArrayQuery query;
  query.rows = query.columns = side;
  query.dataflow = dataflow;
  query.timing = timing;
  query.m = m;
  query.n = n;
  query.k = k;
  return bench_array(query);
}

std::uint64_t cycles(std::uint64_t m, std::uint64_t n, std::uint64_t k, const char* dataflow, std::uint32_t side, const char* timing) {
  return bench(m, n, k, dataflow, side, timing).at("cycles").get<std::uint64_t>();
}

TEST(ScaleSim, SerialisedCyclesAreEqual) {
  struct Row {
    std::uint64_t m, n, k;
    const char* dataflow;
    std::uint64_t at16, at32, at128, at256;
  };
  constexpr Row kRows[] = {
      {128, 128, 128, "os", 10111, 3039, 381, 637},         {128, 128, 128, "ws", 11135, 3551, 509, 893},
      {512, 768, 768, "os", 1225727, 318719, 24527, 7667},  {512, 768, 768, "ws", 1285631, 349055, 32183, 11501},
      {512, 768, 768, "is", 1250303, 331007, 27599, 9203},  {512, 512, 64, "os", 96255, 32255, 5087, 2295},
      {1, 4096, 4096, "ws", 3080191, 1556479, 392191, 196351},
  };
  for (const Row& r : kRows) {
    SCOPED_TRACE(testing::Message() << r.m << ',' << r.n << ',' << r.k << ' ' << r.dataflow);
    EXPECT_EQ(cycles(r.m, r.n, r.k, r.dataflow, 16, "serialised"), r.at16);
    EXPECT_EQ(cycles(r.m, r.n, r.k, r.dataflow, 32, "serialised"), r.at32);
    EXPECT_EQ(cycles(r.m, r.n, r.k, r.dataflow, 128, "serialised"), r.at128);
    EXPECT_EQ(cycles(r.m, r.n, r.k, r.dataflow, 256, "serialised"), r.at256);
  }
}

TEST(Overlapped, PreloadsBehindTheCurrentTile) {
  // 36 tiles of 512 rows back to back; preload 128, skew and drain 254.
  EXPECT_EQ(cycles(512, 768, 768, "ws", 128, "overlapped"), 36u * 512 + 128 + 254);
  EXPECT_EQ(cycles(512, 768, 768, "ws", 128, "overlapped"), 18814u);
  EXPECT_GT(bench(512, 768, 768, "ws", 128, "overlapped").at("utilisation").get<double>(), 0.97);
}

TEST(Overlapped, OutputStationaryDrains) {
  EXPECT_EQ(cycles(128, 128, 128, "os", 128, "overlapped"), 2u * 128 + 128 + 128 - 2);
}

}  // namespace
}  // namespace presil::run
