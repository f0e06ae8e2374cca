// gpu_device.h -- the GPU of a worker process.
#pragma once

#include <memory>
#include <vector>

#include "models/fabric/collective.h"
#include "models/gpu/gpu.h"
#include "sim/run/gpu_chip.h"
#include "sim/validate/chip_rows.h"

namespace presil::validate {

/// Framework operators of a matrix product. [assumed] the call and its workspace.
inline constexpr double kMatmulOperators = 2;

/// Under whole models as any chip, and alone with its memory for single kernels.
class GpuDevice : public SimulatedChip {
 public:
  explicit GpuDevice(const config::Node& document);
  const gpu::GpuConfig& config() const { return *run::gpu_config(chip_); }
  /// Host time of one framework operator.
  double overhead_s() const { return config().architecture.fit.operator_overhead.value; }
  /// Time of the kernels themselves, one after another from the idle device. A profiler repeats them, so that the power
  /// cap decides the clock; a single call timed on the host with its launch (`once`) finds the board cool, at the boost
  /// clock. [assumed] Measurements of one product by both ways differ by 10 to 20% on A100.
  double seconds(std::vector<gpu::Kernel> kernels, bool once = false);

  /// One collective of many such devices, on the fabric of a system.
  Seconds seconds(const fabric::SystemConfig& system, const fabric::CollectiveJob& job) { return collectives_.run(system, job).time; }

 private:
  run::Chip chip_;
  std::unique_ptr<api::Memory> memory_;
  std::unique_ptr<gpu::Gpu> device_;
  fabric::CollectiveSimulator collectives_;  ///< elaborated with the device, before anything runs
};

/// The links by which servers join such GPUs: NVLink of the generation behind switches for SXM boards, else PCIe.
/// `words`, where a table names links, decides before the device does. Throws InputError when there is none.
fabric::LinkConfig link_of(const gpu::GpuConfig& gpu, const std::string& words = "");

}  // namespace presil::validate
