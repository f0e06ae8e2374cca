// The fitted roofline, on rows whose truth is known, and the statistics of errors.
#include "sim/validate/baseline.h"

#include <gmock/gmock.h>

#include <random>

#include "sim/validate/statistics.h"

namespace presil::validate {
namespace {

Roofs roofs() {
  Roofs r;
  r.ops_per_s.fill(0);
  r.ops_per_s[static_cast<std::size_t>(Format::fp16)] = 300e12;
  r.vector_ops_per_s = 20e12;
  r.bytes_per_s = 2e12;
  return r;
}

Work product(double m, double n, double k) {
  Work work;
  work.ops = 2 * m * n * k;
  work.bytes = 2 * (m * k + k * n + m * n);
  work.format = Format::fp16;
  return work;
}

std::vector<BaselineRow> rows_of(const Baseline& truth, double noise) {
  std::mt19937 random(7);
  std::vector<BaselineRow> rows;
  for (const double m : {1, 16, 128, 512, 2048, 8192})
    for (const double n : {1024, 4096, 12288})
      for (const double k : {512, 4096}) {
        const Work work = product(m, n, k);
        const double wobble = 1 + noise * (static_cast<double>(random() % 2001) / 1000 - 1);
        rows.push_back({work, truth.predict(work, roofs()) * wobble});
      }
  return rows;
}

TEST(Errors, OfAFewRows) {
  const Errors e = errors_of({0.1, -0.3, 0.05, 0.3});
  EXPECT_EQ(e.count, 4u);
  EXPECT_DOUBLE_EQ(e.mean, 0.1875);
  EXPECT_DOUBLE_EQ(e.median, 0.2);
  EXPECT_DOUBLE_EQ(e.bias, 0.0375);
  EXPECT_DOUBLE_EQ(e.worst, -0.3);
  EXPECT_EQ(e.worst_at, 1u);
  EXPECT_DOUBLE_EQ(errors_of({0.1, 0.5, 0.2}).median, 0.2);
  EXPECT_EQ(errors_of({}).count, 0u);
}

TEST(Baseline, FindsTheConstantsThatMadeTheRows) {
  const Baseline truth{0.73, 0.61, 7e-6, true};
  const std::vector<BaselineRow> rows = rows_of(truth, 0);
  const Baseline found = fit_baseline(rows, roofs());
  EXPECT_NEAR(found.compute_efficiency, 0.73, 0.73 * 0.01);
  EXPECT_NEAR(found.bandwidth_efficiency, 0.61, 0.61 * 0.01);
  EXPECT_NEAR(found.launch_s, 7e-6, 7e-6 * 0.01);
  EXPECT_LT(mean_error(found, rows, roofs()), 0.003);
}

TEST(Baseline, IsNoWorseThanTheTruthUnderNoise) {
  const Baseline truth{0.8, 0.9, 4e-6, true};
  const std::vector<BaselineRow> rows = rows_of(truth, 0.1);
  EXPECT_LE(mean_error(fit_baseline(rows, roofs()), rows, roofs()), mean_error(truth, rows, roofs()));
}

TEST(Baseline, LaunchesOnlyWhereTheMeasurementHasThem) {
  Baseline truth{0.7, 0.8, 20e-6, false};
  std::vector<BaselineRow> rows;
  for (BaselineRow row : rows_of(truth, 0)) {
    row.work.launched = rows.size() % 2 == 0;
    row.measured = truth.predict(row.work, roofs());
    rows.push_back(row);
  }
  const Baseline found = fit_baseline(rows, roofs());
  EXPECT_FALSE(found.launch_everywhere);
  EXPECT_NEAR(found.launch_s, 20e-6, 0.5e-6);
}

TEST(Baseline, FitsRatesToo) {
  const Baseline truth{0.5, 0.7, 3e-6, true};
  std::vector<BaselineRow> rows = rows_of(truth, 0);
  for (BaselineRow& row : rows) {
    row.work.rate = true;
    row.work.scale = 1e12;
    row.measured = truth.predict(row.work, roofs());
  }
  EXPECT_LT(mean_error(fit_baseline(rows, roofs()), rows, roofs()), 0.01);
}

TEST(Baseline, EqualRowsGiveEqualConstants) {
  const std::vector<BaselineRow> rows = rows_of({0.8, 0.9, 4e-6, true}, 0.2);
  const Baseline a = fit_baseline(rows, roofs()), b = fit_baseline(rows, roofs());
  EXPECT_EQ(a.compute_efficiency, b.compute_efficiency);
  EXPECT_EQ(a.bandwidth_efficiency, b.bandwidth_efficiency);
  EXPECT_EQ(a.launch_s, b.launch_s);
}

BaselineRow share_row(Share share, double tflops) {
  Work work;
  work.format = Format::fp16;
  work.rate = true;
  work.scale = 1e12;
  work.share = share;
  return {work, tflops};
}

// sum |c - y| / y over 90, 100, 150, 300: weights 1/y below half until 100.
TEST(Baseline, OfSharesOfThePeakIsTheBestConstant) {
  const std::vector<BaselineRow> rows{share_row(Share::mfu, 300), share_row(Share::mfu, 90), share_row(Share::mfu, 150), share_row(Share::mfu, 100)};
  const Baseline best = fit_baseline(rows, roofs());
  EXPECT_NEAR(best.mfu, 100.0 / 300, 1e-12);
  EXPECT_EQ(best.hfu, 0);
  const double least = mean_error(best, rows, roofs());
  EXPECT_NEAR(least, (2.0 / 3 + 1.0 / 9 + 1.0 / 3) / 4, 1e-12);
  for (double mfu = 0.2; mfu < 1; mfu += 0.01) {
    Baseline other = best;
    other.mfu = mfu;
    EXPECT_GE(mean_error(other, rows, roofs()), least - 1e-12) << mfu;
  }
}

TEST(Baseline, MfuAndHfuHaveConstantsOfTheirOwn) {
  const std::vector<BaselineRow> rows{share_row(Share::mfu, 120), share_row(Share::hfu, 150)};
  const Baseline best = fit_baseline(rows, roofs());
  EXPECT_EQ(mean_error(best, rows, roofs()), 0);
  EXPECT_NEAR(best.hfu, 0.5, 1e-12);
  const Baseline one = fit_baseline({rows[1]}, roofs());  // what no row has is taken from the other
  EXPECT_NEAR(one.predict(rows[0].work, roofs()), 150, 1e-9);
}

TEST(Baseline, OneConstantServesRowsOfAllDevices) {
  EXPECT_NEAR(share_of_peak(share_row(Share::hfu, 150), roofs()), 0.5, 1e-12);
  const BestConstant best = best_constant({1.0, 0.3, 0.5, 1.0 / 3});  // as above, in shares
  EXPECT_NEAR(best.share, 1.0 / 3, 1e-12);
  EXPECT_NEAR(best.error, (2.0 / 3 + 1.0 / 9 + 1.0 / 3) / 4, 1e-12);
  EXPECT_EQ(best_constant({0.4}).error, 0);
  EXPECT_EQ(best_constant({}).error, 0);
}

TEST(Baseline, NeedsARoof) {
  EXPECT_TRUE(bounded(product(1, 2, 3), roofs()));
  Work other = product(1, 2, 3);
  other.format = Format::fp8;
  EXPECT_FALSE(bounded(other, roofs()));
  EXPECT_FALSE(bounded(product(1, 2, 3), Roofs{}));
}

}  // namespace
}  // namespace presil::validate
