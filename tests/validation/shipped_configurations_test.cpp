// shipped_configurations_test.cpp -- every experiment can be built, and every chip reaches its published peak.
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/fit.h"
#include "sim/run/passes.h"
#include "sim/run/run.h"
#include "tests/support/files.h"

namespace presil::run {
namespace {

namespace fs = std::filesystem;

TEST(ShippedExperiments, LoadBuildAndFit) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(test::source_directory() / "configs" / "experiments")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const LoadedExperiment loaded = load_experiment(entry.path(), {});
    const Experiment& e = loaded.experiment;
    ++count;
    if (e.workload.phase == WorkPhase::training) continue;  // tests/cli/training_test.cpp runs them
    const auto graphs = graphs_of(loaded.architecture, e.workload, e.simulation, e.group);
    EXPECT_FALSE(graphs.empty());
    for (const auto& graph : graphs) {
      EXPECT_GT(graph.flops(), 0);
      for (const auto& segment : graph.segments)
        EXPECT_NO_THROW(e.chip->explain(graph, segment, {e.simulation.fuse, e.group.link_between()})) << graph.phase << ' ' << segment.name;
    }
    const workload::PassOptions options = pass_options(e.workload, e.simulation, e.group);
    EXPECT_NO_THROW(check_fit(e.chip, fit_of(e.chip, workload::footprint(loaded.architecture, options, e.workload.in_len, e.workload.out_len))));
  }
  EXPECT_GE(count, 17u);
}

struct Published {
  const char* chip;
  Format format;
  double tera;          ///< 1e12 operations a second, a multiply-add being two
  double memory_gb;     ///< 1e9 bytes a second
  const char* source;
};

constexpr Published kPublished[] = {
    {"tpu_v1", Format::int8, 92, 34, "Jouppi et al., ISCA 2017, abstract and table 2"},
    {"tpu_v2", Format::bf16, 46, 700, "Jouppi et al., Ten Lessons, ISCA 2021, table 1"},
    {"tpu_v3", Format::bf16, 123, 900, "Jouppi et al., Ten Lessons, ISCA 2021, table 1"},
    {"tpu_v4i", Format::bf16, 138, 614, "Jouppi et al., Ten Lessons, ISCA 2021, table 1"},
    {"tpu_v4i", Format::int8, 138, 614, "Jouppi et al., Ten Lessons, ISCA 2021, table 1"},
    {"tpu_v4", Format::bf16, 275, 1200, "Jouppi et al., TPU v4, ISCA 2023, table 4"},
    {"tpu_v4", Format::int8, 275, 1200, "Jouppi et al., TPU v4, ISCA 2023, table 4"},
    {"tpu_v5e", Format::bf16, 197, 819, "cloud.google.com/tpu/docs/v5e"},
    {"tpu_v5e", Format::int8, 393, 819, "cloud.google.com/tpu/docs/v5e"},
    {"tpu_v5p", Format::bf16, 459, 2765, "cloud.google.com/tpu/docs/v5p"},
    {"tpu_v5p", Format::int8, 918, 2765, "cloud.google.com/tpu/docs/v5p"},
    {"tpu_v6e", Format::bf16, 918, 1638, "cloud.google.com/tpu/docs/v6e"},
    {"tpu_v6e", Format::int8, 1836, 1638, "cloud.google.com/tpu/docs/v6e"},
    {"tpu7x", Format::bf16, 2307, 7380, "cloud.google.com/tpu/docs/tpu7x"},
    {"tpu7x", Format::fp8, 4614, 7380, "cloud.google.com/tpu/docs/tpu7x"},
    {"tpu7x_core", Format::bf16, 2307 / 2.0, 7380 / 2.0, "half of cloud.google.com/tpu/docs/tpu7x"},
    {"gaudi3", Format::bf16, 1835, 3670, "Kaplan, Intel Gaudi 3 AI Accelerator, Hot Chips 36, 2024"},
    {"gaudi3", Format::fp8, 1835, 3670, "Kaplan, Intel Gaudi 3 AI Accelerator, Hot Chips 36, 2024"},
    {"phone_npu", Format::int8, 45, 68.3, "generic, after Qualcomm's 45 TOPS for Snapdragon X Elite; LPDDR5X-8533 x 64 bits"},
    // Dense figures: half of what data sheets print with sparsity.
    {"v100_sxm2", Format::fp16, 125, 900, "NVIDIA V100 data sheet"},
    {"t4", Format::fp16, 65, 320, "NVIDIA T4 data sheet"},
    {"t4", Format::int8, 130, 320, "NVIDIA T4 data sheet"},
    {"a100_sxm_80gb", Format::bf16, 312, 2039, "NVIDIA A100 data sheet"},
    {"a100_sxm_80gb", Format::int8, 624, 2039, "NVIDIA A100 data sheet"},
    {"a100_sxm_40gb", Format::bf16, 312, 1555, "NVIDIA A100 data sheet"},
    {"a100_pcie_80gb", Format::tf32, 156, 1935, "NVIDIA A100 data sheet"},
    {"a30", Format::bf16, 165, 933, "NVIDIA A30 data sheet"},
    {"a40", Format::bf16, 149.7, 696, "NVIDIA A40 data sheet"},
    {"rtx_3090", Format::bf16, 71, 936, "NVIDIA Ampere GA102 GPU Architecture, table 2"},
    {"rtx_a6000", Format::bf16, 154.8, 768, "NVIDIA Ampere GA102 GPU Architecture, appendix A"},
    {"rtx_4090", Format::bf16, 165.2, 1008, "NVIDIA Ada GPU Architecture, appendix A"},
    {"rtx_4090", Format::int8, 660.6, 1008, "NVIDIA Ada GPU Architecture, appendix A"},
    {"l4", Format::bf16, 121, 300, "NVIDIA L4 data sheet"},
    {"l40", Format::bf16, 181, 864, "NVIDIA L40 data sheet"},
    {"l40s", Format::fp8, 733, 864, "NVIDIA L40S data sheet"},
    {"rtx_pro_6000_blackwell", Format::fp4, 2000, 1792, "NVIDIA RTX PRO 6000 Blackwell data sheet: 4000 TOPS with sparsity"},
    {"h100_sxm", Format::bf16, 989.4, 3352, "NVIDIA H100 data sheet"},
    {"h100_sxm", Format::fp8, 1979, 3352, "NVIDIA H100 data sheet"},
    {"h100_pcie", Format::bf16, 756, 2039, "NVIDIA H100 PCIe product brief"},
    {"h100_nvl", Format::bf16, 835, 3938, "NVIDIA H100 NVL data sheet"},
    {"h200", Format::bf16, 989.4, 4800, "NVIDIA H200 data sheet"},
    {"gh200", Format::bf16, 990, 4000, "NVIDIA GH200 data sheet"},
    {"h20", Format::bf16, 148, 4000, "NVIDIA H20 leaflet, as the press printed it"},
    {"b200", Format::bf16, 2250, 8000, "NVIDIA DGX B200 data sheet"},
    {"b200", Format::fp4, 9000, 8000, "NVIDIA DGX B200 data sheet"},
    {"mi210", Format::bf16, 181, 1638, "AMD Instinct MI210 data sheet"},
    {"mi250x", Format::bf16, 191.5, 1638, "AMD Instinct MI250X data sheet: one of its two dies"},
    {"mi300x", Format::bf16, 1307.4, 5325, "AMD Instinct MI300X data sheet"},
    {"mi300x", Format::fp8, 2614.9, 5325, "AMD Instinct MI300X data sheet"},
};

Chip chip_of(const fs::path& file) {
  const config::SearchPath search{home() / "configs"};
  Chip chip;
  config::read(config::load(file, {}, reference_keys(), search), chip);
  return chip;
}

TEST(ShippedChips, ReachTheirPublishedPeak) {
  std::set<std::string> listed;
  for (const Published& p : kPublished) {
    SCOPED_TRACE(testing::Message() << p.chip << ": " << p.source);
    const Chip chip = chip_of(home() / "configs" / "chips" / (std::string(p.chip) + ".yaml"));
    EXPECT_NEAR(chip->peak_ops_per_s(p.format) / 1e12, p.tera, 0.01 * p.tera);
    EXPECT_NEAR(memory::peak(chip->memory()).value / 1e9, p.memory_gb, 0.01 * p.memory_gb);
    listed.insert(p.chip);
  }
  for (const auto& entry : fs::directory_iterator(home() / "configs" / "chips")) {
    // Arrays for attention are added to published macros; their own peaks are in tests/unit/sim/run/imc_chip_test.cpp.
    // Rates of spiking cores are in spiking_test.cpp.
    if (const Chip chip = chip_of(entry.path()); chip->kind() == "imc" || chip->kind() == "neuromorphic") continue;
    EXPECT_TRUE(listed.contains(entry.path().stem().string())) << entry.path().filename() << " is not in the table of published peaks";
  }
}

}  // namespace
}  // namespace presil::run
