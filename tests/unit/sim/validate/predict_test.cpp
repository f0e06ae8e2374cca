// Predictions on worker processes, summaries and outputs, with a model that is a formula.
#include "sim/validate/predict.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/validate/output.h"
#include "sim/validate/report.h"
#include "sim/validate/scatter.h"

namespace presil::validate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// Stands in for the chip models of TPUs.
struct Formula {
  explicit Formula(const config::Node&) {}
};

Prediction twice_m(Formula&, const GemmRow& row) {
  if (row.n == 13) throw InputError("thirteen is not supported");
  if (row.n == 14) throw RunError("beats its bound");
  if (row.n == 15) raise(SIGKILL);
  return {2.0 * static_cast<double>(row.m)};
}

Registry formulas() {
  Registry registry;
  registry.add_chip<Formula>("npu", [](const config::Node&) {
    Roofs roofs;
    roofs.ops_per_s.fill(100e12);
    roofs.bytes_per_s = 1e12;
    return roofs;
  });
  registry.add("npu", twice_m);
  return registry;
}

const std::string kHeader = "device,dtype,m,n,k,batch,latency_us,includes_launch,source\n";

std::string gemm(const std::string& device, int m, int n, double measured) {
  return device + ",bf16," + std::to_string(m) + "," + std::to_string(n) + ",8,1," +
         std::to_string(measured) + ",no,\"a, \"\"b\"\"\"\n";
}

Validation validated(const std::string& text, std::size_t jobs = 2) {
  static const Registry registry = formulas();
  Devices devices(registry);
  Validation v;
  v.tables.push_back(parse_table(text, "dir/t.csv"));
  v.samples = samples_of(v.tables[0], 0);
  v.predictions = predict_all(registry, devices, v.samples, jobs, {});
  for (const Sample& sample : v.samples) v.devices.push_back(devices.of(common(sample.data)).name);
  v.summary = summarise(v.samples, v.predictions, devices);
  return v;
}

TEST(Predict, RowsComeInOrderOnAnyNumberOfWorkers) {
  std::string text = kHeader;
  for (int i = 1; i <= 50; ++i) text += gemm(i % 3 == 0 ? "tpu_v4" : "TPU V5E", i, 8, 2 * i);
  const Validation one = validated(text, 1), many = validated(text, 5);
  for (std::size_t i = 0; i < one.samples.size(); ++i) {
    EXPECT_EQ(one.predictions[i].fault, "");
    EXPECT_EQ(one.predictions[i].value, 2.0 * static_cast<double>(i + 1));
    EXPECT_EQ(one.predictions[i].value, many.predictions[i].value);
  }
  EXPECT_EQ(with_predictions(one, 0), with_predictions(many, 0));
  EXPECT_EQ(json_of(one), json_of(many));
}

TEST(Predict, WhatCannotBePredictedIsCounted) {
  const Validation v =
      validated(kHeader + gemm("tpu_v4", 1, 8, 2) + gemm("tpu_v4", 1, 13, 2) + gemm("tpu_v44", 1, 8, 2) +
                gemm("tpu_v4", 0, 8, 2) + gemm("tpu_v5e", 1, 14, 2));
  EXPECT_EQ(v.predictions[0].fault, "");
  EXPECT_EQ(v.predictions[1].fault, "thirteen is not supported");
  EXPECT_FALSE(v.predictions[1].defect);
  EXPECT_EQ(v.predictions[2].fault, "no chip called 'tpu_v44'; nearest 'tpu_v4'");
  EXPECT_THAT(v.predictions[3].fault, HasSubstr("m is '0'"));
  EXPECT_EQ(v.predictions[4].fault, "beats its bound");
  EXPECT_TRUE(v.predictions[4].defect);
  EXPECT_EQ(v.summary.rows, 5u);
  EXPECT_EQ(v.summary.predicted, 1u);
  EXPECT_EQ(v.summary.defects, 1u);
  EXPECT_THAT(v.summary.unpredicted, SizeIs(4));
}

TEST(Predict, AWorkerThatDiesTakesOnlyItsRows) {
  const Validation v = validated(kHeader + gemm("tpu_v4", 1, 15, 2) + gemm("tpu_v5e", 1, 8, 2));
  EXPECT_THAT(v.predictions[0].fault, HasSubstr("worker ended by signal 9"));
  EXPECT_TRUE(v.predictions[0].defect);
  EXPECT_EQ(v.predictions[1].fault, "");
}

TEST(Predict, AKindWithoutAPredictorIsAReason) {
  const Validation v =
      validated("device,link,op,n_devices,bytes,latency_us\ntpu_v4,ICI,all_reduce,4,1024,5\n");
  EXPECT_EQ(v.predictions[0].fault, "presil does not predict collective on a chip of kind 'npu' yet");
}

TEST(Summary, SplitsByLineAndJudgesByDevice) {
  // Errors +100%, 0, +100%, 0: odd lines are fitted on, even ones held out.
  const Validation v = validated(kHeader + gemm("tpu_v4", 1, 8, 1) + gemm("tpu_v4", 1, 8, 2) +
                                 gemm("tpu_v4", 1, 8, 1) + gemm("tpu_v4", 1, 8, 2));
  ASSERT_THAT(v.summary.groups, SizeIs(1));
  const Group& group = v.summary.groups[0];
  EXPECT_DOUBLE_EQ(group.line(Split::all).errors.mean, 0.5);
  EXPECT_DOUBLE_EQ(group.line(Split::fitted).errors.mean, 1);
  EXPECT_DOUBLE_EQ(group.line(Split::held_out).errors.mean, 0);
  EXPECT_TRUE(group.line(Split::all).baseline_error.has_value());
  EXPECT_THAT(above(v.summary, 50), SizeIs(0));
  EXPECT_THAT(above(v.summary, 49.9),
              ElementsAre("gemm on TPU v4: mean absolute error 50.0% over 4 rows is above 49.9%"));
}

TEST(Summary, NothingPredictedIsNotWithinATolerance) {
  EXPECT_THAT(above(validated(kHeader + gemm("nowhere", 1, 8, 1)).summary, 10), SizeIs(1));
}

TEST(Output, TheTableComesBackWithTwoColumnsMore) {
  const Validation v = validated(kHeader + gemm("tpu_v4", 3, 8, 5) + gemm("tpu_v44", 3, 8, 5));
  const std::string once = with_predictions(v, 0);
  EXPECT_EQ(once,
            "device,dtype,m,n,k,batch,latency_us,includes_launch,source,predicted,error_pct\n"
            "tpu_v4,bf16,3,8,8,1,5.000000,no,\"a, \"\"b\"\"\",6,20.000\n"
            "tpu_v44,bf16,3,8,8,1,5.000000,no,\"a, \"\"b\"\"\",,\n");
  EXPECT_EQ(with_predictions(validated(once), 0), once);
}

TEST(Report, PageAndChartHoldTogether) {
  const Validation v = validated(kHeader + gemm("tpu_v4", 3, 8, 5) + gemm("tpu_v5e", 4, 8, 5));
  const Report report = report_of(v, "validation");
  ASSERT_THAT(report.charts, SizeIs(1));
  EXPECT_EQ(report.charts[0].file, "validation_gemm.svg");
  EXPECT_THAT(report.page, HasSubstr("(validation_gemm.svg)"));
  EXPECT_THAT(report.page, HasSubstr("| **TPU v4** | all | 1 | 1 | 20.0% |"));
  EXPECT_THAT(report.page, Not(HasSubstr("dir/")));
  EXPECT_THAT(report.charts[0].svg, HasSubstr("TPU v5e (1 row)"));
}

TEST(Scatter, StaysSmallWithManyDotsAndEscapes) {
  Scatter scatter{"a < b", "time", "us", {}};
  for (int s = 0; s < 12; ++s) {
    scatter.series.push_back({"d&" + std::to_string(s), {}});
    for (int i = 1; i <= 5000; ++i) scatter.series.back().dots.push_back({i * 1.5, i * 1.3, false});
  }
  const std::string svg = scatter_svg(scatter);
  EXPECT_LT(svg.size(), 60'000u);
  EXPECT_THAT(svg, HasSubstr("a &lt; b"));
  EXPECT_THAT(svg, HasSubstr("d&amp;3"));
  EXPECT_THAT(svg, HasSubstr("one in"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_EQ(scatter_svg({"t", "time", "us", {{"empty", {}}}}), "");
  EXPECT_THAT(scatter_svg({"t", "time", "us", {{"one", {{1, 1, true}}}}}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace presil::validate
