// gpu_chip.cpp -- implementation of gpu_chip.h.
#include "sim/run/gpu_chip.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/gpu/gpu.h"
#include "models/gpu/gpu_area.h"
#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/matmul_kernel.h"
#include "models/gpu/matmul_policy.h"
#include "models/gpu/register_energy.h"
#include "models/memory/make_memory.h"
#include "sim/config/quantities.h"
#include "sim/kernel/time.h"
#include "sim/mapping/gpu_program.h"
#include "sim/ppa/static_power.h"
#include "sim/run/memory_power.h"

namespace presil::run {

namespace {

class ElaboratedGpu final : public Elaborated {
 public:
  explicit ElaboratedGpu(const gpu::GpuConfig& config)
      : config_(config), memory_(memory::make_memory("memory", config.memory)), device_("chip", config, *memory_) {}

  api::DeviceCounters run(const workload::Graph& graph, const workload::Segment& segment,
                          const mapping::MappingOptions& options, bool canonical) override {
    return device_.run(mapping::gpu_program(graph, segment, config_, options), config_.launch.graph, canonical);
  }

  void attach(kernel::Trace* trace) override { device_.attach(trace); }

 private:
  const gpu::GpuConfig& config_;
  std::unique_ptr<api::Memory> memory_;
  gpu::Gpu device_;
};

class GpuChip final : public ChipModel {
 public:
  std::unique_ptr<ChipModel> clone() const override { return std::make_unique<GpuChip>(*this); }
  std::string_view kind() const override { return "gpu"; }
  void describe(config::Visitor& v) override { c_.describe(v); }

  const gpu::GpuConfig& config() const { return c_; }
  const api::BoardConfig& board() const override { return c_; }
  const memory::MemoryConfig& memory() const override { return c_.memory; }
  Hertz clock() const override { return c_.clock; }
  Units units() const override { return {"sm", c_.sms}; }

  Peaks peaks() const override {
    Peaks peaks;
    for (std::size_t f = 0; f < kFormatNames.size(); ++f) {
      const auto format = static_cast<Format>(f);
      peaks.ops_per_s[f] = 2 * gpu::tensor_rate(c_, format) * c_.sms * peak_clock(format).value;
    }
    peaks.set(c_.memory);
    peaks.vector_ops_per_s = c_.peak_vector_ops_per_s();
    peaks.special_cycles_per_op = 2.0 * c_.lanes / c_.architecture.special_lanes;
    peaks.host_bytes_per_s = c_.host.bandwidth.value;
    return peaks;
  }

  bool native(Format format) const override { return c_.supports(format); }
  std::string peak_formula(Format format) const override {
    return fmt::format("{} SMs x {} x 2 x {}{}", c_.sms, gpu::tensor_rate(c_, format), config::format_quantity(peak_clock(format).value, config::Measure::frequency),
                       c_.supports(format) ? "" : gpu::tensor_format(c_, format) ? ", converted to a wider format" : ", outside the tensor cores");
  }

  std::vector<OnChipLevel> on_chip() const override {
    return {{"l2", c_.l2.capacity, {c_.l2_bytes_per_s()}, "at the boost clock", api::Level::shared},
            {"shared_memory", {c_.sms * c_.architecture.shared_memory.value}, {c_.sms * c_.architecture.shared_bandwidth.value * c_.clock.value}, "of all SMs", {}}};
  }

  std::vector<Busy> busy(const OpTotals& op) const override {
    const auto bytes = [&](api::Level level) { return op.bytes[static_cast<std::size_t>(level)]; };
    return {{"tensor", op.array_busy_s / c_.sms},
            {"memory", bytes(api::Level::memory) / c_.load_bytes_per_s(c_.architecture.fit.memory_efficiency, 1)},
            {"vector", op.vector_busy_s / c_.sms},
            {"l2", bytes(api::Level::shared) / c_.l2_bytes_per_s()},
            {"host", bytes(api::Level::host) / c_.host.bandwidth.value}};
  }

  ppa::ChipArea area() const override { return gpu::gpu_area(c_); }

  /// Tensor cores, lanes and L2 as the clock governor charges them (gpu::kernel_energy), at the voltage of each program: bare
  /// arithmetic, register files, and control, which is what remains of the fitted energy: instructions, shared memory, wires.
  std::vector<ppa::EnergyPart> energy(const ppa::Activity& activity) const override {
    std::vector<ppa::EnergyPart> parts =
        ppa::energy(activity, c_.technology, {memory_energy(c_.memory), {}, c_.power.idle, {}, {}, ppa::link_energy(c_.power.idle)});
    const double arithmetic = activity.bare_j, vector = activity.vector_j / c_.architecture.fit.energy_scale;
    const double beside = std::max(0.0, activity.arithmetic_j + activity.vector_j - arithmetic - vector);
    const double registers = std::min(activity.register_j, beside);
    for (ppa::EnergyPart& part : parts) {
      if (part.name == "arithmetic") part.energy = {arithmetic};
      if (part.name == "vector") part.energy = {vector};
      if (part.name == "registers") part.energy = {registers};
      if (part.name == "control") part.energy = {beside - registers};
      if (part.name == "shared") part = {"l2", {activity.shared_j}};
    }
    // Shared memory and the wires in an SM are in control, those to L2 with it.
    std::erase_if(parts, [](const ppa::EnergyPart& part) { return part.name == "scratchpad" || part.name == "network"; });
    return parts;
  }

  std::optional<MultiplyAddEnergy> multiply_add_energy(Format format) const override {
    if (!c_.supports(format)) return std::nullopt;
    const Joules arithmetic{gpu::bare_mac_picojoules(c_, format) * 1e-12}, all{gpu::mac_picojoules(c_, format) * 1e-12};
    const Joules registers{8 * gpu::tensor_register_bytes(c_.architecture.tensor_instruction, format) * c_.technology.register_file.value};
    return MultiplyAddEnergy{arithmetic, registers, all - arithmetic - registers};
  }

  std::optional<Awake> awake() const override {
    const gpu::Silicon silicon = gpu::silicon(c_);
    const gpu::AwakePower power = gpu::awake_power(c_, silicon, c_.clock);
    return Awake{power.clock, power.leakage, power.memory, std::max(silicon.clock_tree - silicon.clock, Watts{}), c_.awake.value > 0};
  }

  std::optional<Dies> dies() const override {
    if (gpu::die_crossing(c_) <= 0) return std::nullopt;
    return Dies{c_.die.io_dies > 0 ? c_.die.io_dies : c_.die.chiplets, c_.die.die_to_die, gpu::die_to_die_needed(c_)};
  }

  Watts own_power_limit() const override { return c_.power.tdp; }
  bool governs_itself() const override { return true; }
  bool exchanges_on_units() const override { return true; }

  std::optional<Saturated> saturated(Format format) const override {
    if (!c_.supports(format)) return std::nullopt;
    gpu::MatmulShape shape;
    shape.m = shape.n = shape.k = kSaturatedExtent;
    shape.format = format;
    shape.a_bytes = shape.b_bytes = shape.c_bytes = bytes_per_value(format);
    const gpu::Kernel kernel = gpu::plan_matmul(c_, shape);
    const gpu::Silicon silicon = gpu::silicon(c_);
    const Hertz clock = gpu::sustained_clock(c_, silicon, kernel);
    return Saturated{gpu::kernel_power(c_, silicon, kernel, c_.clock), gpu::kernel_power(c_, silicon, kernel, clock), clock,
                     2 * kernel.macs / gpu::kernel_time(c_, kernel, clock).value};
  }

  std::vector<MappingLine> explain(const workload::Graph& graph, const workload::Segment& segment,
                                   const mapping::MappingOptions& options) const override {
    std::vector<MappingLine> lines;
    for (const gpu::Launch& launch : mapping::gpu_program(graph, segment, c_, options)) {
      std::string operators;
      for (const gpu::LaunchedOp& part : launch.ops) operators += (operators.empty() ? "" : " + ") + segment.ops[part.op].name;
      lines.push_back({operators, launch.kernel.plan, ""});
    }
    return lines;
  }

  std::unique_ptr<Elaborated> elaborate() const override { return std::make_unique<ElaboratedGpu>(c_); }

 private:
  /// Data sheets may count tensor cores at another clock than the lanes.
  Hertz peak_clock(Format format) const { return gpu::tensor_format(c_, format) ? c_.peak_clock() : c_.clock; }

  gpu::GpuConfig c_;
};

}  // namespace

std::unique_ptr<ChipModel> make_gpu() { return std::make_unique<GpuChip>(); }

GpuRun run_gpu(const gpu::GpuConfig& config, const std::vector<gpu::Launch>& program) {
  kernel::initialise();
  const std::unique_ptr<api::Memory> memory = memory::make_memory("memory", config.memory);
  gpu::Gpu device("chip", config, *memory);
  GpuRun run{device.run(program, true, true), 0};
  for (const double seconds : device.kernel_seconds()) run.seconds += seconds;
  return run;
}

const gpu::GpuConfig* gpu_config(const Chip& chip) {
  const auto* model = dynamic_cast<const GpuChip*>(&*chip);
  return model == nullptr ? nullptr : &model->config();
}

}  // namespace presil::run
