// The closed form of a collective: its parts by hand, its bound, and published measurements.
#include <cmath>

#include <gtest/gtest.h>

#include "models/fabric/collective_time.h"
#include "sim/base/error.h"
#include "tests/unit/models/fabric/links.h"

namespace presil::fabric {
namespace {

using test::shipped;
using workload::Collective;
using workload::CollectiveKind;

constexpr double kKibi = 1024, kMebi = 1024 * kKibi, kGibi = 1024 * kMebi;

Collective all_reduce(std::uint32_t ranks, double bytes) { return {CollectiveKind::all_reduce, ranks, bytes}; }
Collective all_gather(std::uint32_t ranks, double bytes) { return {CollectiveKind::all_gather, ranks, bytes}; }

/// 100 GB/s a device, nothing lost, nothing added.
LinkConfig plain() {
  LinkConfig link;
  link.name = "plain";
  link.bandwidth = {25e9};
  link.links = 4;
  link.devices = 8;
  link.header = {0};
  link.effective_share = 1;
  return link;
}

double microseconds(const LinkConfig& link, const Collective& c, Algorithm a, Protocol p) {
  for (const CollectiveEstimate& e : collective_candidates(link, c))
    if (e.algorithm == a && e.protocol == p) return e.time.value * 1e6;
  return std::nan("");
}

TEST(CollectiveTime, RingByHand) {
  const LinkConfig link = plain();
  const Collective c = all_reduce(4, 1e6);  // 6 steps, 1.5 MB out of every rank
  EXPECT_NEAR(microseconds(link, c, Algorithm::ring, Protocol::ll), 6.6 + 6 * 0.6 + 30, 1e-9);
  EXPECT_NEAR(microseconds(link, c, Algorithm::ring, Protocol::ll128), 14 + 6 * 1.9 + 15 / 0.92, 1e-9);
  EXPECT_NEAR(microseconds(link, c, Algorithm::ring, Protocol::simple), 8.4 + 6 * 3.4 + 15, 1e-9);
  EXPECT_NEAR(microseconds(link, all_gather(4, 1e6), Algorithm::ring, Protocol::simple), 8.4 + 3 * 3.4 + 7.5, 1e-9);
}

TEST(CollectiveTime, TreeAndSwitchByHand) {
  LinkConfig link = plain();
  const Collective c = all_reduce(8, 1e6);
  EXPECT_NEAR(microseconds(link, c, Algorithm::tree, Protocol::ll), 6.8 + 14 * 0.6 + 20 * 3.8 / 0.92, 1e-9);
  EXPECT_NEAR(microseconds(link, c, Algorithm::tree, Protocol::simple), 8.4 + 14 * 4.0 + 20 / 0.92, 1e-9);
  EXPECT_TRUE(std::isnan(microseconds(link, c, Algorithm::in_switch, Protocol::simple)));
  link.in_switch_reduction = true;
  link.reduction_share = 0.5;
  EXPECT_NEAR(microseconds(link, c, Algorithm::in_switch, Protocol::simple), 25 + 11.25 / 0.5, 1e-9);
  EXPECT_EQ(collective_candidates(link, all_gather(8, 1e6)).size(), 3u);
}

TEST(CollectiveTime, OneAlgorithmCanBeAskedFor) {
  const LinkConfig h100 = shipped("nvlink4");
  EXPECT_EQ(collective_estimate(h100, all_reduce(8, kKibi)).algorithm, Algorithm::ring);
  EXPECT_EQ(collective_estimate(h100, all_reduce(8, kKibi), {.only = Algorithm::in_switch}).algorithm, Algorithm::in_switch);
  EXPECT_EQ(collective_estimate(h100, all_reduce(8, kGibi), {.only = Algorithm::ring}).algorithm, Algorithm::ring);
  EXPECT_THROW(collective_estimate(h100, all_gather(8, kGibi), {.only = Algorithm::in_switch}), InputError);
  EXPECT_THROW(collective_estimate(shipped("nvlink3"), all_reduce(8, kGibi), {.only = Algorithm::in_switch}), InputError);
}

TEST(CollectiveTime, OverheadPipelineAndLimitByHand) {
  LinkConfig link = plain();
  link.software_overhead = {7e-6};
  link.pipeline_time = {10e-6};
  link.ll_limit = {30e9};
  const Collective c = all_reduce(2, 1e6);
  EXPECT_NEAR(microseconds(link, c, Algorithm::ring, Protocol::simple), 7 + 8.4 + 2 * 3.4 + 10 + 10, 1e-9);
  EXPECT_NEAR(microseconds(link, c, Algorithm::ring, Protocol::ll), 7 + 6.6 + 1.2 + 100 / 3.0 + std::sqrt(1000 / 3.0),
              1e-9);
}

TEST(CollectiveTime, ShotsByHand) {
  LinkConfig link = plain();
  link.direct_rate = {50e9};
  link.direct_latency = {4e-6};
  link.software_overhead = {7e-6};  // the library's, not the kernel's
  const CollectiveOptions serving{.library = Library::serving};
  const auto us = [&](const Collective& c, Algorithm a) {
    return collective_time(link, c, {Library::serving, a}).value * 1e6;
  };
  EXPECT_NEAR(us(all_reduce(4, 1e5), Algorithm::one_shot), 4 + 6, 1e-9);
  EXPECT_NEAR(us(all_reduce(4, 1e5), Algorithm::two_shot), 8 + 3, 1e-9);
  EXPECT_EQ(collective_estimate(link, all_reduce(4, 1e4), serving).algorithm, Algorithm::one_shot);
  EXPECT_EQ(collective_estimate(link, all_reduce(4, 4e5), serving).algorithm, Algorithm::two_shot);
  EXPECT_EQ(collective_estimate(link, all_reduce(4, 1e9), serving).algorithm, Algorithm::ring);
  EXPECT_EQ(collective_estimate(link, all_gather(4, 1e4), serving).algorithm, Algorithm::ring);
  EXPECT_THROW(collective_time(link, all_reduce(4, 1e5), {Library::nccl, Algorithm::one_shot}), InputError);
}

TEST(CollectiveTime, PcieHasItsOwnStepsAndNoLL128) {
  LinkConfig link = plain();
  link.step_times = StepTimes::pcie;
  EXPECT_NEAR(microseconds(link, all_reduce(2, 1e6), Algorithm::ring, Protocol::simple), 8.4 + 2 * 5.7 + 10, 1e-9);
  EXPECT_TRUE(std::isnan(microseconds(link, all_reduce(2, 1e6), Algorithm::ring, Protocol::ll128)));
}

TEST(CollectiveTime, OneRankNeedsNone) {
  EXPECT_EQ(collective_time(plain(), all_reduce(1, 1e9)).value, 0);
  EXPECT_EQ(collective_bound(plain(), all_reduce(1, 1e9)).value, 0);
}

TEST(CollectiveTime, MoreRanksThanDevicesAreRefused) {
  try {
    collective_time(shipped("nvlink4"), all_reduce(16, 1e6));
    FAIL() << "accepted";
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "a collective of 16 ranks over NVLink4, which joins 8 devices; expected at most 8 ranks");
  }
}

TEST(CollectiveTime, SmallMessagesTakeLowLatencyLargeOnesBandwidth) {
  const LinkConfig a100 = shipped("nvlink3"), h100 = shipped("nvlink4");
  EXPECT_EQ(collective_estimate(a100, all_reduce(8, 16 * kKibi)).protocol, Protocol::ll);
  EXPECT_EQ(collective_estimate(a100, all_reduce(8, 4 * kMebi)).protocol, Protocol::ll128);
  EXPECT_EQ(collective_estimate(a100, all_reduce(8, 1 * kGibi)).protocol, Protocol::simple);
  EXPECT_EQ(collective_estimate(h100, all_reduce(8, 1 * kGibi)).algorithm, Algorithm::in_switch);
  EXPECT_EQ(collective_estimate(h100, all_reduce(2, 1 * kGibi)).algorithm, Algorithm::ring);  // 2 ranks gain nothing
  EXPECT_EQ(collective_estimate(h100, all_gather(8, 1 * kGibi)).algorithm, Algorithm::ring);
}

TEST(CollectiveTime, NoShippedLinkBeatsItsBoundAndMoreTakesLonger) {
  for (const std::string& stem : test::shipped_names()) {
    const LinkConfig link = shipped(stem);
    for (const CollectiveKind kind : {CollectiveKind::all_reduce, CollectiveKind::all_gather})
      for (std::uint32_t ranks = 2; ranks <= link.devices; ranks += 1 + ranks / 8) {
        SCOPED_TRACE(stem + " with " + std::to_string(ranks));
        double before = 0;
        for (double bytes = 1; bytes <= 64 * kGibi; bytes *= 2) {
          const Collective c{kind, ranks, bytes};
          for (const CollectiveEstimate& e : collective_candidates(link, c, {.library = Library::serving}))
            EXPECT_GE(e.time, collective_bound(link, c)) << bytes;
          const CollectiveEstimate best = collective_estimate(link, c, {.library = Library::serving});
          EXPECT_GT(best.time.value, before);
          // What the links carry fits through them.
          EXPECT_LE(bytes_sent(c, best.algorithm) / best.time, raw_rate(link, ranks)) << bytes;
          before = best.time.value;
        }
      }
  }
}

struct BusBandwidth {
  const char* what;
  const char* link;
  std::uint32_t ranks;
  double bytes, published, tolerance;
};

/// Bus bandwidth of all-reduce, as nccl-tests reports it. Those of H100 (and B200) at 8 GiB are what reduction_share
/// was fitted on.
constexpr BusBandwidth kPublishedRates[] = {
    {"8 x A100 (Azure ND A100 v4)", "nvlink3", 8, 8 * kGibi, 231.58e9, 0.02},
    {"8 x A100 (Azure ND A100 v4)", "nvlink3", 8, 1 * kGibi, 228.10e9, 0.02},
    {"8 x H100, NVLS (Azure ND H100 v5)", "nvlink4", 8, 8 * kGibi, 478.87e9, 0.02},
    {"8 x H200, NVLS", "nvlink4", 8, 8 * kGibi, 480e9, 0.02},
    {"8 x B200, NVLS", "nvlink5", 8, 8 * kGibi, 830e9, 0.02},
};

TEST(CollectiveTime, PublishedBusBandwidths) {
  for (const BusBandwidth& p : kPublishedRates) {
    const Collective c = all_reduce(p.ranks, p.bytes);
    EXPECT_NEAR(bus_bandwidth(c, collective_time(shipped(p.link), c)).value, p.published, p.tolerance * p.published)
        << p.what;
  }
}

TEST(CollectiveTime, RingOnEightH100) {  // 365-370 GB/s with NVLS off
  const Collective c = all_reduce(8, 8 * kGibi);
  const double time = microseconds(shipped("nvlink4"), c, Algorithm::ring, Protocol::simple) * 1e-6;
  EXPECT_NEAR(bus_bandwidth(c, {time}).value, 367.5e9, 0.01 * 367.5e9);
}

struct Measured {
  const char* what;
  const char* link;
  std::uint32_t ranks;
  double bytes, us, tolerance;
  std::optional<Algorithm> only{};
};

/// Rows that nothing was fitted on. LLMCompass: github.com/PrincetonUniversity/LLMCompass, ae/figure5/h; Vidur:
/// github.com/microsoft/vidur, data/profiling/network.
constexpr Measured kMeasured[] = {
    {"LLMCompass, 4 x A100", "nvlink3", 4, 8 * kKibi, 15.99, 0.10},
    {"LLMCompass, 4 x A100", "nvlink3", 4, 2 * kMebi, 66.4, 0.10},
    {"LLMCompass, 4 x A100", "nvlink3", 4, 8 * kMebi, 128.8, 0.10},
    {"Vidur, 2 x A100", "nvlink3", 2, 16 * kMebi, 139.0, 0.10},
    {"Azure ND A100 v4, 8 x A100", "nvlink3", 8, 32 * kMebi, 442.27, 0.15},
    {"Azure ND H100 v5, 8 x H100, NVLS", "nvlink4", 8, 2 * kMebi, 44.79, 0.10, Algorithm::in_switch},
    {"Azure ND H100 v5, 8 x H100, NVLS", "nvlink4", 8, 32 * kMebi, 198.69, 0.05, Algorithm::in_switch},
    {"Vidur, 4 x H100", "nvlink4", 4, 64 * kMebi, 318.0, 0.10},
    {"Vidur, 4 x H100", "nvlink4", 4, 16 * kMebi, 93.5, 0.20},
    {"Vidur, 4 x A100 PCIe across bridges", "pcie4_x16", 4, 32 * kMebi, 2157.0, 0.05},
};

/// All-reduce kernels after TensorRT-LLM's on H100: github.com/sgl-project/sglang, pull request 2904. Fitted: 512 B and
/// 1 MiB; these are others.
constexpr Measured kServing[] = {
    {"SGLang, 2 x H100", "nvlink4", 2, 32 * kKibi, 4.5, 0.20},  {"SGLang, 2 x H100", "nvlink4", 2, 256 * kKibi, 7.9, 0.10},
    {"SGLang, 4 x H100", "nvlink4", 4, 256 * kKibi, 13.9, 0.15}, {"SGLang, 4 x H100", "nvlink4", 4, 512 * kKibi, 20.2, 0.10},
    {"SGLang, 8 x H100", "nvlink4", 8, 32 * kKibi, 7.8, 0.10},  {"SGLang, 8 x H100", "nvlink4", 8, 512 * kKibi, 22.1, 0.10},
};

TEST(CollectiveTime, MeasuredServingKernels) {
  for (const Measured& m : kServing)
    EXPECT_NEAR(
        collective_time(shipped(m.link), all_reduce(m.ranks, m.bytes), {.library = Library::serving}).value * 1e6, m.us,
        m.tolerance * m.us)
        << m.what << ", " << m.bytes << " B";
}

TEST(CollectiveTime, MeasuredRows) {
  for (const Measured& m : kMeasured)
    EXPECT_NEAR(collective_estimate(shipped(m.link), all_reduce(m.ranks, m.bytes), {.only = m.only}).time.value * 1e6, m.us,
                m.tolerance * m.us)
        << m.what << ", " << m.bytes << " B";
}

}  // namespace
}  // namespace presil::fabric
