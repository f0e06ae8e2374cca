// The bank-level channel against two public cycle-by-cycle simulators, configured identically. The figures were read
// from runs of DRAMsim3 (commit 2981759) and Ramulator 2.1 (commit c5b1c3a) with the configurations of
// reference_specs.h. The model was developed against them: agreement here is a fit, not a prediction.
#include <gtest/gtest.h>

#include "tests/unit/models/memory/reference_specs.h"

namespace presil::memory {
namespace {

struct Row {
  const char* name;
  Reference (*reference)();
  RequestSource (*trace)(std::uint64_t);
  std::uint64_t requests;
  double gb_s, latency_ns, hits;
  double tolerance;  ///< of bandwidth
};

RequestSource random_reads(std::uint64_t n) { return uniform(n); }

class DramReference : public testing::TestWithParam<Row> {};

TEST_P(DramReference, AgreesWithThePublicSimulator) {
  const Row& row = GetParam();
  const Reference r = row.reference();
  const FeedResult got = feed(r.spec, r.map, r.channels, row.trace(row.requests), {.per_tick = r.per_tick});
  std::printf("%s: %.1f GB/s (%.1f, %+.2f%%), latency %.1f ns (%.1f, %+.1f%%), hits %.4f (%.4f)\n", row.name,
              got.bandwidth / 1e9, row.gb_s, 100 * (got.bandwidth / 1e9 / row.gb_s - 1), got.read_latency_s * 1e9, row.latency_ns,
              100 * (got.read_latency_s * 1e9 / row.latency_ns - 1), got.row_hit_rate, row.hits);
  EXPECT_NEAR(got.bandwidth / 1e9, row.gb_s, row.tolerance * row.gb_s);
  EXPECT_NEAR(got.read_latency_s * 1e9, row.latency_ns, 0.10 * row.latency_ns);
  EXPECT_NEAR(got.row_hit_rate, row.hits, 0.03);
}

INSTANTIATE_TEST_SUITE_P(
    All, DramReference,
    testing::Values(Row{"a_seq", reference_a, sequential, 200000, 236.472, 144.322, 0.9671, 0.03},
                    Row{"a_rand", reference_a, random_reads, 200000, 62.397, 780.688, 0.0010, 0.03},
                    Row{"a_2r1w", reference_a, two_reads_one_write, 199998, 155.274, 216.622, 0.9123, 0.06},
                    Row{"b_seq", reference_b, sequential, 200000, 229.267, 87.980, 0.9606, 0.03},
                    Row{"b_rand", reference_b, random_reads, 100000, 75.766, 242.405, 0.0007, 0.03},
                    Row{"b_2r1w", reference_b, two_reads_one_write, 99999, 156.047, 178.298, 0.6126, 0.06},
                    Row{"c_seq", reference_c, sequential, 100000, 726.628, 59.759, 0.9586, 0.03},
                    Row{"c_rand", reference_c, random_reads, 100000, 238.353, 166.985, 0.0013, 0.03},
                    Row{"c_2r1w", reference_c, two_reads_one_write, 99999, 350.916, 161.566, 0.5723, 0.06}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace presil::memory
