// gpu_device.cpp -- implementation of gpu_device.h.
#include "sim/validate/gpu_device.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "models/memory/make_memory.h"
#include "sim/base/error.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"

namespace presil::validate {

namespace {

run::Chip read_chip(const config::Node& document) {
  run::Chip chip;
  config::read(document, chip);
  return chip;
}

struct Generation {
  const char* architecture;
  const char* nvlink;  ///< of its SXM boards
  const char* pcie;    ///< of the others; PCIe 3 has no file of its own
};
constexpr std::array kGenerations{Generation{"volta", "nvlink2", ""},      Generation{"ampere", "nvlink3", "pcie4_x16"},
                                  Generation{"ampere_ga10x", "", "pcie4_x16"}, Generation{"ada", "", "pcie4_x16"},
                                  Generation{"hopper", "nvlink4", "pcie5_x16"}, Generation{"blackwell", "nvlink5", "pcie5_x16"},
                                  Generation{"blackwell_gb20x", "", "pcie5_x16"}};

bool contains(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

/// The file that a table's words or the chip itself stand for; empty: none.
std::string link_name(const gpu::GpuConfig& gpu, const std::string& words) {
  for (const char digit : {'2', '3', '4', '5'})
    if (contains(words, (std::string("NVLink") + digit).c_str())) return std::string("nvlink") + digit;
  for (const Generation& g : kGenerations)
    if (gpu.architecture.name == g.architecture) {
      if (contains(words, "PCIe path")) return g.pcie;
      return contains(gpu.name, "PCIe") || *g.nvlink == 0 ? g.pcie : g.nvlink;
    }
  return "";
}

}  // namespace

GpuDevice::GpuDevice(const config::Node& document) : SimulatedChip(document), chip_(read_chip(document)) {
  memory_ = memory::make_memory("bench_memory", config().memory);
  device_ = std::make_unique<gpu::Gpu>("bench_chip", config(), *memory_);
}

double GpuDevice::seconds(std::vector<gpu::Kernel> kernels, bool once) {
  std::vector<gpu::Launch> program;
  for (gpu::Kernel& kernel : kernels) program.push_back({std::move(kernel), {{0, 0, 0, 0}}});
  device_->run(program, true, true, !once);
  double sum = 0;
  for (const double t : device_->kernel_seconds()) sum += t;
  return sum;
}

fabric::LinkConfig link_of(const gpu::GpuConfig& gpu, const std::string& words) {
  const std::string name = link_name(gpu, words);
  if (name.empty()) throw InputError(fmt::format("presil has no links for {}", gpu.name));
  const config::SearchPath search{run::home() / "configs"};
  fabric::LinkConfig link;
  config::read(config::load(config::find_config(search, "links", name), {}, run::reference_keys(), search), link);
  return link;
}

}  // namespace presil::validate
