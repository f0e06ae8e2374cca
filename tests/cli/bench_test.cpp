// bench_test.cpp -- `presil bench attention`, `bench vector` and the GPU side of `bench gemm`, from outside.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"

namespace presil::test {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

using Words = std::vector<std::string>;

Words operator+(Words all, const Words& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

nlohmann::json bench(const Words& words) {
  const CommandResult result = run_presil(Words{"bench"} + words + Words{"--format", "json"});
  EXPECT_EQ(result.status, 0) << result;
  EXPECT_THAT(result.err, IsEmpty());
  return result.status == 0 ? nlohmann::json::parse(result.out) : nlohmann::json();
}

void expect_refusal(const Words& words, int status, const std::string& message) {
  const CommandResult result = run_presil(Words{"bench"} + words);
  EXPECT_EQ(result.status, status) << result;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, StartsWith("presil: error: "));
  EXPECT_THAT(result.err, HasSubstr(message));
}

double number(const nlohmann::json& record, const char* key) { return record.at(key).get<double>(); }

/// What holds for every record: no time below its bound, no rate above its peak.
void expect_sound(const nlohmann::json& r) {
  EXPECT_GE(number(r, "latency_us"), number(r, "bound_us") * (1 - 1e-9)) << r;
  EXPECT_LE(number(r, "utilisation"), 1) << r;
  EXPECT_LE(number(r, "memory_utilisation"), 1) << r;
  EXPECT_GT(number(r, "memory_gb_per_s"), 0) << r;
  EXPECT_FALSE(r.at("mapping").get<std::string>().empty());
}

const Words kPrefill{"attention", "--q-len", "2048", "--heads", "16", "--head-dim", "128"};
const Words kDecode{"attention", "--phase", "decode", "--batch", "16", "--kv-len", "4096", "--heads", "32", "--kv-heads", "8", "--head-dim", "128"};
const Words kH100{"--device", "h100_sxm"}, kTpu{"--device", "tpu_v4"};

/// TFLOPs of the record's work.
double work(const nlohmann::json& r) { return number(r, "achieved_tflops") * number(r, "latency_us") * 1e-6; }

TEST(BenchAttention, CountsTheWorkOfTheMask) {
  for (const Words& device : {kH100, kTpu}) {
    const auto causal = bench(kPrefill + device);
    const auto whole = bench(kPrefill + device + Words{"--causal", "no"});
    expect_sound(causal);
    expect_sound(whole);
    EXPECT_NEAR(work(whole), 4.0 * 2048 * 2048 * 128 * 16 / 1e12, 1e-9);
    EXPECT_NEAR(work(causal), 4.0 * (2048.0 * 2049 / 2) * 128 * 16 / 1e12, 1e-9);
    EXPECT_LT(number(causal, "latency_us"), number(whole, "latency_us"));
    EXPECT_EQ(causal.at("kv_len"), 2048);
    EXPECT_EQ(causal.at("kv_heads"), 16);
    EXPECT_EQ(causal.at("causal"), "yes");
  }
}

TEST(BenchAttention, DecodeReadsTheCacheOnce) {
  const double cache = 2.0 * 16 * 4096 * 8 * 128 * 2;
  for (const Words& device : {kH100, kTpu}) {
    const auto r = bench(kDecode + device);
    expect_sound(r);
    EXPECT_EQ(r.at("q_len"), 1);
    EXPECT_EQ(r.at("bottleneck"), "memory");
    EXPECT_NEAR(number(r, "memory_gb_per_s") * number(r, "latency_us") * 1e3, cache, 0.02 * cache);
  }
}

TEST(BenchAttention, TheGradientIsFiveProductsForTwo) {
  const auto forward = bench(kPrefill + kH100), backward = bench(kPrefill + kH100 + Words{"--backward"});
  expect_sound(backward);
  EXPECT_EQ(forward.at("pass"), "forward");
  EXPECT_EQ(backward.at("pass"), "backward");
  EXPECT_NEAR(work(backward), 2.5 * work(forward), 1e-9);
  EXPECT_GT(number(backward, "latency_us"), number(forward, "latency_us"));
}

TEST(BenchAttention, AnImplementationThatComputesMaskedTilesTakesLonger) {
  const Words device{"--device", "a100_sxm_80gb"};
  const auto best = bench(kPrefill + device);
  const auto early = bench(kPrefill + device + Words{"--impl", "FlashAttention of early 2023-24 (a profile)"});
  expect_sound(early);
  EXPECT_NEAR(work(best), work(early), 1e-9) << "the model asks for no more";
  EXPECT_GT(number(early, "latency_us"), 1.3 * number(best, "latency_us"));
  EXPECT_THAT(early.at("mapping").get<std::string>(), HasSubstr("masked tiles computed"));
}

TEST(BenchAttention, AWindowBoundsTheKeys) {
  const auto r = bench(kPrefill + kH100 + Words{"--window", "256"});
  expect_sound(r);
  EXPECT_NEAR(work(r), 4.0 * (256.0 * 257 / 2 + (2048.0 - 256) * 256) * 128 * 16 / 1e12, 1e-9);
}

TEST(BenchAttention, TakesTheNamesOfTableColumns) {
  const auto with = [&](const Words& words) { return run_presil(Words{"bench", "attention", "--device", "tpu_v4", "--heads", "4", "--format", "csv"} + words).out; };
  const std::string dashes = with({"--q-len", "64", "--kv-len", "128", "--kv-heads", "2", "--head-dim", "64"});
  EXPECT_EQ(dashes, with({"--q_len", "64", "--kv_len", "128", "--kv_heads", "2", "--head_dim", "64"}));
  EXPECT_THAT(dashes, StartsWith("device,dtype,phase,batch,q_len,kv_len,heads,kv_heads,head_dim,causal,pass,latency_us,"));
}

TEST(BenchAttention, RefusesShapesThatAreNone) {
  expect_refusal({"attention", "--device", "tpu_v4", "--heads", "4", "--head-dim", "64"}, 2, "--phase prefill needs --q-len");
  expect_refusal({"attention", "--device", "tpu_v4", "--heads", "4", "--head-dim", "64", "--phase", "decode"}, 2, "--phase decode needs --kv-len");
  expect_refusal(kPrefill + kH100 + Words{"--kv-heads", "5"}, 2, "--heads 16 is not a multiple of --kv-heads 5");
  expect_refusal(kPrefill + kH100 + Words{"--kv-len", "1024"}, 2, "--kv-len 1024 is less than --q-len 2048");
  expect_refusal(kPrefill + kH100 + Words{"--batch", "99999999"}, 2, "--batch: '99999999' is not a whole number from 1 to");
  expect_refusal(kPrefill + kH100 + Words{"--phase", "prefil"}, 2, "did you mean 'prefill'?");
  expect_refusal(kPrefill + kH100 + Words{"--causal", "maybe"}, 2, "yes, no");
  expect_refusal(kDecode + kH100 + Words{"--backward"}, 2, "--backward does not go with --phase decode");
  expect_refusal(kPrefill + Words{"--device", "h100_sxn"}, 3, "h100_sxm");
}

TEST(BenchAttention, RefusesWhatTheChipCannot) {
  expect_refusal(kPrefill + kTpu + Words{"--backward"}, 2, "--backward needs a chip of kind gpu; TPU v4 is of kind npu");
  expect_refusal(kPrefill + kTpu + Words{"--impl", "FlashAttention-2"}, 2, "--impl needs a chip of kind gpu");
  expect_refusal(kPrefill + kH100 + Words{"--impl", "FlashAtention-2"}, 2, "did you mean 'FlashAttention-2'?");
  expect_refusal(kPrefill + kTpu + Words{"--dtype", "fp8"}, 2, "do not support fp8");
  expect_refusal(kPrefill + kH100 + Words{"--batch", "65536"}, 5, "operands and result take");
}

TEST(BenchVector, MovesItsOperandsOnce) {
  struct Case { const char* op; double tensors; };
  for (const Words& device : {kH100, kTpu})
    for (const Case c : {Case{"softmax", 2}, {"layernorm", 2}, {"rmsnorm", 2}, {"gelu", 2}, {"gelu_tanh", 2}, {"quick_gelu", 2}, {"silu", 2},
                         {"relu", 2}, {"tanh", 2}, {"sigmoid", 2}, {"silu_mul", 3}, {"gelu_mul", 3}, {"gelu_tanh_mul", 3}, {"add", 3}, {"mul", 3},
                         {"rope", 2}, {"embedding", 2}}) {
      const auto r = bench(Words{"vector", "--op", c.op, "--rows", "4096", "--cols", "1024"} + device);
      expect_sound(r);
      const double bytes = c.tensors * 1024 * 4096 * 2;
      EXPECT_NEAR(number(r, "memory_gb_per_s") * number(r, "latency_us") * 1e3, bytes, 0.01 * bytes) << r;
    }
}

TEST(BenchVector, OperationsAreThoseOfTheFormula) {
  const auto r = bench(Words{"vector", "--op", "softmax", "--rows", "256", "--cols", "512"} + kH100);
  EXPECT_NEAR(number(r, "achieved_gops") * number(r, "latency_us") * 1e3, 256.0 * (512 * 5 + 1), 1);
  const auto wide = bench(Words{"vector", "--op", "add", "--dtype", "fp32", "--rows", "4096", "--cols", "4096"} + kH100);
  const auto narrow = bench(Words{"vector", "--op", "add", "--dtype", "fp16", "--rows", "4096", "--cols", "4096"} + kH100);
  EXPECT_GT(number(wide, "latency_us"), 1.7 * number(narrow, "latency_us"));
}

TEST(BenchVector, AFrameworkRunsOneKernelAfterAnother) {
  const Words norm{"vector", "--op", "rmsnorm", "--rows", "8192", "--cols", "8192"};
  const auto fused = bench(norm + kH100), eager = bench(norm + kH100 + Words{"--kernel", "eager"});
  expect_sound(eager);
  EXPECT_FALSE(fused.contains("host_us"));
  EXPECT_GT(number(eager, "host_us"), 0);
  EXPECT_GT(number(eager, "latency_us"), 1.5 * number(fused, "latency_us"));
  EXPECT_THAT(eager.at("mapping").get<std::string>(), StartsWith("8 kernels of"));
}

TEST(BenchVector, Refusals) {
  const auto with = [](const Words& words) { return Words{"vector", "--rows", "4", "--cols", "4"} + words; };
  expect_refusal(with(kH100), 2, "--op is required");
  expect_refusal(with(kH100 + Words{"--op", "sofmax"}), 2, "did you mean 'softmax'?");
  expect_refusal(with(kH100 + Words{"--op", "add", "--dtype", "bf61"}), 2, "did you mean 'bf16'?");
  expect_refusal(with(kH100 + Words{"--op", "quick_gelu", "--kernel", "eager"}), 2, "the kernels of quick_gelu are not described");
  expect_refusal(with(kTpu + Words{"--op", "add", "--kernel", "eager"}), 2, "--kernel eager needs a chip of kind gpu");
  expect_refusal({"vector", "--device", "tpu_v4", "--op", "add", "--rows", "0", "--cols", "4"}, 2, "--rows: '0' is not a whole number");
  expect_refusal({"vector", "--device", "tpu_v4", "--op", "add", "--rows", "4294967297", "--cols", "4"}, 2, "--rows: '4294967297' is not a whole number");
  expect_refusal({"vector", "--device", "tpu_v4", "--op", "add", "--rows", "16777216", "--cols", "16777216"}, 5, "operands and result take");
}

TEST(BenchGemm, ASparseProductIsQuotedAgainstTheSparsePeak) {
  const Words shape{"gemm", "--m", "4096", "--n", "4096", "--k", "4096"};
  for (const char* dtype : {"bf16", "fp8", "int8", "tf32"}) {
    const bool integer = dtype == std::string("int8");
    const char* peak = integer ? "peak_tops" : "peak_tflops";
    const auto dense = bench(shape + kH100 + Words{"--dtype", dtype}), sparse = bench(shape + kH100 + Words{"--dtype", dtype, "--sparse"});
    expect_sound(dense);
    expect_sound(sparse);
    EXPECT_DOUBLE_EQ(number(sparse, peak), 2 * number(dense, peak));
    EXPECT_LT(number(sparse, "latency_us"), number(dense, "latency_us"));
    EXPECT_THAT(sparse.at("note").get<std::string>(), HasSubstr("the peak is the sparse one"));
    EXPECT_FALSE(dense.contains("note"));
  }
  // A matrix-vector product reads B and little else: 9 of 16 bits are left.
  const Words tall{"gemm", "--m", "1", "--n", "16384", "--k", "16384", "--sparse"};
  const auto r = bench(tall + kH100);
  const double bytes = 16384.0 * 16384 * 9 / 8;
  EXPECT_NEAR(number(r, "memory_gb_per_s") * number(r, "latency_us") * 1e3, bytes, 0.01 * bytes);
}

TEST(BenchGemm, SparsityNeedsTensorCoresThatHaveIt) {
  const Words shape{"gemm", "--m", "64", "--n", "64", "--sparse"};
  expect_refusal(shape + Words{"--k", "64"} + kTpu, 2, "--sparse needs a chip of kind gpu; TPU v4 is of kind npu");
  expect_refusal(shape + Words{"--k", "64", "--device", "v100_sxm2", "--dtype", "fp16"}, 2, "no mode for 2:4 structured sparsity");
  expect_refusal(shape + Words{"--k", "64", "--device", "a100_sxm_80gb", "--dtype", "fp8"}, 2, "do not support fp8");
  expect_refusal(shape + Words{"--k", "66"} + kH100, 2, "expected a multiple of 4");
  expect_refusal(shape + Words{"--k", "64", "--array", "8x8"}, 2, "--sparse does not go with --array");
}

TEST(BenchGemm, TellsWhatAFormatIsMultipliedIn) {
  const Words shape{"gemm", "--device", "a100_sxm_80gb", "--m", "2048", "--n", "2048", "--k", "2048"};
  const auto fp8 = bench(shape + Words{"--dtype", "fp8"}), bf16 = bench(shape);
  EXPECT_THAT(fp8.at("note").get<std::string>(), HasSubstr("multiplied in bf16"));
  EXPECT_EQ(fp8.at("peak_tflops"), bf16.at("peak_tflops"));
  expect_sound(fp8);
  EXPECT_THAT(bench({"gemm", "--device", "v100_sxm2", "--m", "512", "--n", "512", "--k", "512", "--dtype", "fp32"}).at("note").get<std::string>(), HasSubstr("on the fp32 lanes"));
  expect_refusal(shape + Words{"--dtype", "int32"}, 2, "do not support int32; they support fp32, tf32, bf16");
  expect_refusal({"gemm", "--device", "h100_sxm", "--m", "16777216", "--n", "16777216", "--k", "16777216", "--batch", "16777216"}, 5,
                 "no memory holds it");
}

// Published: A100 x 8 ring 231.6, H100 x 8 ring 365 to 370, NVLS 479 GB/s bus bandwidth at large sizes (NVIDIA, nccl-tests).
TEST(BenchCollective, ReachesThePublishedBusBandwidth) {
  const Words large{"collective", "--n-devices", "8", "--bytes", "8589934592"};
  EXPECT_NEAR(number(bench(large + Words{"--link", "nvlink3"}), "busbw_gb_per_s"), 231.6, 0.05 * 231.6);
  EXPECT_NEAR(number(bench(large + Words{"--link", "nvlink4", "--algo", "ring"}), "busbw_gb_per_s"), 367.5, 0.05 * 367.5);
  const auto r = bench(large + Words{"--link", "nvlink4"});
  EXPECT_NEAR(number(r, "busbw_gb_per_s"), 479, 0.05 * 479);
  EXPECT_EQ(r.at("algorithm"), "in-switch");
  EXPECT_GE(number(r, "time_us"), number(r, "bound_us"));
  EXPECT_NEAR(number(r, "busbw_gb_per_s"), 1.75 * number(r, "algbw_gb_per_s"), 1e-6 * number(r, "busbw_gb_per_s"));
}

TEST(BenchCollective, RefusesWhatTheLinksCannotJoin) {
  const Words few{"collective", "--bytes", "1024"};
  expect_refusal(few + Words{"--link", "nvlink4", "--n-devices", "1"}, 2, "nothing to exchange");
  expect_refusal(few + Words{"--link", "nvlink4", "--n-devices", "64"}, 3, "joins 8 devices");
  expect_refusal(few + Words{"--link", "nvlink9", "--n-devices", "8"}, 3, "did you mean");
}

}  // namespace
}  // namespace presil::test
