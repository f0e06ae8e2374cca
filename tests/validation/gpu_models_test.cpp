// gpu_models_test.cpp -- whole models on shipped GPUs: no operator and no pass is faster than its roofline (a run that
// beats it throws), and what a batch must gain or cost.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/run/fit.h"
#include "sim/run/machine.h"
#include "sim/run/passes.h"
#include "tests/property/shipped_gpus.h"
#include "workloads/transformer/transformer.h"

namespace presil::run {
namespace {

workload::Architecture model(const std::string& name) {
  return workload::read_architecture(config::parse_file(home() / "workloads" / "models" / (name + ".json")));
}

WorkloadConfig work(std::uint64_t batch, std::uint64_t in_len, std::uint64_t out_len) {
  WorkloadConfig w;
  w.batch = batch;
  w.in_len = in_len;
  w.out_len = out_len;
  return w;
}

class GpuModels : public testing::TestWithParam<std::string> {};

TEST_P(GpuModels, NeverBeatTheirBound) {
  const Chip chip = shipped_chip(GetParam());
  Machine machine(chip);
  int ran = 0;
  for (const char* name : {"gpt2", "tinyllama_1_1b", "llama3_8b", "mixtral_8x7b", "mistral_7b", "gpt_oss_20b"}) {
    const workload::Architecture architecture = model(name);
    double before = 0;
    for (const std::uint64_t batch : {1, 64}) {
      const WorkloadConfig w = work(batch, 200, 20);
      const workload::PassOptions options{w.batch, w.formats, true};
      const Fit fit = fit_of(chip, workload::footprint(architecture, options, w.in_len, w.out_len));
      try {
        check_fit(chip, fit);
      } catch (const std::exception&) {
        continue;  // too large for this one
      }
      SCOPED_TRACE(testing::Message() << name << ", batch " << batch);
      GenerationTotals all;
      ASSERT_NO_THROW(all = run_generation(machine, architecture, w, SimulationConfig{}));
      EXPECT_GT(all.first_token_s, 0);
      const double per_token = (all.latency_s - all.first_token_s) / static_cast<double>(w.out_len - 1);
      EXPECT_GT(per_token, before * (1 - 1e-9)) << "a larger batch takes longer a step";
      EXPECT_LT(per_token, before > 0 ? 64 * before : 1) << "but less than one after the other";
      before = per_token;
      ++ran;
    }
  }
  EXPECT_GE(ran, 4);
}

INSTANTIATE_TEST_SUITE_P(Chips, GpuModels, testing::ValuesIn(shipped_gpus()), [](const auto& gpu) { return gpu.param; });

}  // namespace
}  // namespace presil::run
