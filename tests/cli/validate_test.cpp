// validate_test.cpp -- `presil validate` from outside, on a few published measurements.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temporary_directory.h"

namespace presil::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// AI-Hypercomputer/tpu-recipes, Ironwood microbenchmarks: five of eight published sizes.
const std::string kTpuGemm =
    "tpu,kind,m,n,k,dtype,value,unit,source\n"
    "TPU7x (per device = half chip/1 TensorCore),gemm,128,128,128,bf16,2.589961271,TFLOP/s/device,"
    "github:AI-Hypercomputer/tpu-recipes@c8cfe2f6 microbenchmarks/ironwood/README.md\n"
    "TPU7x (per device = half chip/1 TensorCore),gemm,256,256,256,bf16,18.28645367,TFLOP/s/device,"
    "github:AI-Hypercomputer/tpu-recipes@c8cfe2f6 microbenchmarks/ironwood/README.md\n"
    "TPU7x (per device = half chip/1 TensorCore),gemm,512,512,512,bf16,105.0783466,TFLOP/s/device,"
    "\"github:AI-Hypercomputer/tpu-recipes@c8cfe2f6 microbenchmarks/ironwood/README.md\"\n"
    "TPU7x (per device = half chip/1 TensorCore),gemm,1024,1024,1024,bf16,349.7270639,TFLOP/s/device,"
    "github:AI-Hypercomputer/tpu-recipes@c8cfe2f6 microbenchmarks/ironwood/README.md\n"
    "TPU7x (per device = half chip/1 TensorCore),gemm,4096,4096,4096,bf16,892.9445127,TFLOP/s/device,"
    "github:AI-Hypercomputer/tpu-recipes@c8cfe2f6 microbenchmarks/ironwood/README.md\n";

// Jouppi et al., ISCA 2017 (arXiv:1704.04760), tables 1 and 3: three of six applications.
const std::string kTpuV1 =
    "app,weights_M,ops_per_weight_byte,batch,array_active_pct,measured_tops,source\n"
    "MLP0,20,200,200,12.7,12.3,\"Jouppi et al., ISCA 2017, tables 1 and 3\"\n"
    "MLP1,5,168,168,10.6,9.7,\"Jouppi et al., ISCA 2017, tables 1 and 3\"\n"
    "LSTM0,52,64,64,8.2,3.7,\"Jouppi et al., ISCA 2017, tables 1 and 3\"\n";

class Validate : public testing::Test {
 protected:
  Validate() {
    folder_.write("tpu_gemm.csv", kTpuGemm);
    folder_.write("tpu_v1.csv", kTpuV1);
  }
  CommandResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "validate");
    CommandOptions options;
    options.directory = folder_.path();
    return run_presil(arguments, options);
  }
  const TemporaryDirectory folder_;
};

TEST_F(Validate, PrintsErrorsByKindAndDevice) {
  const CommandResult result = run({"tpu_gemm.csv", "tpu_v1.csv"});
  EXPECT_EQ(result.status, 0) << result;
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, StartsWith("tpu_gemm, in TFLOPS\n"));
  EXPECT_THAT(result.out, HasSubstr("TPU7x core"));
  EXPECT_THAT(result.out, HasSubstr("held out"));
  EXPECT_THAT(result.out, HasSubstr("presil has no model of the application LSTM0"));
  EXPECT_THAT(result.out, HasSubstr("7 of 8 rows predicted"));
}

TEST_F(Validate, TpuV1IsPredictedAsItsExperimentsAre) {
  const auto document = nlohmann::json::parse(run({"tpu_v1.csv", "--format", "json"}).out);
  EXPECT_EQ(document["rows"], 3);
  EXPECT_EQ(document["predicted"], 2);
  const auto& all = document["groups"][0];
  EXPECT_EQ(all["split"], "all");
  EXPECT_LT(all["mape_pct"].get<double>(), 15);  // the tolerance of tests/validation/tpu_v1_test.cpp
}

// Megatron-LM, arXiv:2104.04473, table 1, and its README of 2024.
TEST_F(Validate, TrainingRunsOfAllDevicesMeetOneConstant) {
  folder_.write("training_papers.csv",
                "system,gpu,gpus,model,params_B,layers,hidden,heads,seq,global_batch,tp,pp,cp,dp,iter_s,tflops_per_gpu,mfu_pct,hfu_pct,confidence,source\n"
                ",A100-80GB,32,GPT,1.7,24,2304,24,2048,512,1,1,1,32,,137,,44,high,paper\n"
                ",H100-SXM,192,GPT,16,32,6144,48,4096,192,4,1,1,48,,489.1,49,,high,readme\n");
  const CommandResult text = run({"training_papers.csv"});
  EXPECT_EQ(text.status, 0) << text;
  EXPECT_THAT(text.out, HasSubstr("2 rows of all devices: "));
  const CommandResult machine = run({"training_papers.csv", "--format", "json"});
  const auto together = nlohmann::json::parse(machine.out).at("all_devices").at(0);
  EXPECT_EQ(together.at("predicted"), 2);
  EXPECT_NEAR(together.at("constant_share").get<double>(), 137 / 311.9, 1e-3);  // the smaller of two: errors 0 and 11%
  EXPECT_NEAR(together.at("constant_mape_pct").get<double>(), 50 * (1 - 137 / 311.9 / (489.1 / 989.4)), 0.1);
}

TEST_F(Validate, EqualOnAnyNumberOfWorkers) {
  const std::vector<std::string> tables{"tpu_gemm.csv", "tpu_v1.csv", "--format", "csv"};
  auto one = tables, many = tables;
  one.insert(one.end(), {"--jobs", "1", "--out", "one/", "--report", "one/r.md"});
  many.insert(many.end(), {"--jobs", "4", "--out", "many/", "--report", "many/r.md"});
  EXPECT_EQ(run(one).out, run(many).out);
  for (const char* file : {"tpu_gemm.csv", "tpu_v1.csv", "r.md", "r_tpu_gemm.svg", "r_tpu_v1.svg"})
    EXPECT_EQ(read_text(folder_ / "one" / file), read_text(folder_ / "many" / file)) << file;
}

TEST_F(Validate, WritesTheTableBack) {
  ASSERT_EQ(run({"tpu_gemm.csv", "--out", "out/predicted.csv"}).status, 0);
  const std::string written = read_text(folder_ / "out/predicted.csv");
  EXPECT_THAT(written, StartsWith("tpu,kind,m,n,k,dtype,value,unit,source,predicted,error_pct\n"));
  EXPECT_THAT(written, HasSubstr("\"github:AI-Hypercomputer"));
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 6);
}

TEST_F(Validate, MaxMapeIsStatus4) {
  const CommandResult outside = run({"tpu_gemm.csv", "--max-mape", "0.1"});
  EXPECT_EQ(outside.status, 4) << outside;
  EXPECT_THAT(outside.err, HasSubstr("tpu_gemm on TPU7x core: mean absolute error"));
  EXPECT_THAT(outside.out, HasSubstr("TPU7x core"));
  EXPECT_EQ(run({"tpu_gemm.csv", "--max-mape", "1000%"}).status, 0);
  folder_.write("none.csv", "device,link,op,n_devices,bytes,latency_us\nA,B,all_reduce,4,16,13.9\n");
  EXPECT_EQ(run({"none.csv"}).status, 0);
  EXPECT_EQ(run({"none.csv", "--max-mape", "10"}).status, 4);
}

TEST_F(Validate, ReportHasAChartForEachKind) {
  ASSERT_EQ(run({"tpu_gemm.csv", "--report", "docs/validation.md"}).status, 0);
  EXPECT_THAT(read_text(folder_ / "docs/validation.md"), HasSubstr("](validation_tpu_gemm.svg)"));
  const std::string chart = read_text(folder_ / "docs/validation_tpu_gemm.svg");
  EXPECT_THAT(chart, StartsWith("<svg xmlns"));
  EXPECT_THAT(chart, HasSubstr("measured rate (TFLOPS)"));
}

TEST_F(Validate, RefusesOutputsThatWouldLoseSomething) {
  folder_.write("other/tpu_gemm.csv", kTpuGemm);
  EXPECT_EQ(run({"tpu_gemm.csv", "--out", "tpu_gemm.csv"}).status, 2);
  EXPECT_EQ(run({"tpu_gemm.csv", "--out", "."}).status, 2);
  EXPECT_EQ(run({"tpu_gemm.csv", "other/tpu_gemm.csv", "--out", "both/"}).status, 2);
  EXPECT_EQ(run({"tpu_gemm.csv", "tpu_v1.csv", "--out", "tpu_v1.csv"}).status, 2);
  EXPECT_EQ(run({"tpu_gemm.csv", "--report", "report.html"}).status, 2);
  EXPECT_EQ(read_text(folder_ / "tpu_gemm.csv"), kTpuGemm);
}

}  // namespace
}  // namespace presil::test
