// gpu.cpp -- implementation of gpu.h.
#include "models/gpu/gpu.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "models/gpu/clock_governor.h"
#include "models/gpu/kernel_power.h"
#include "models/gpu/kernel_time.h"
#include "models/gpu/register_energy.h"
#include "sim/base/error.h"

namespace presil::gpu {

using kernel::Callback;
using sc_core::sc_time_stamp;

namespace {
/// Largest transaction; TLM lengths are below 4 GiB.
constexpr double kMostBytes = 1u << 30;
constexpr double kLine = 64;
/// Phases move their bytes together until they take this long: a pipeline loads ahead, so that a kernel of many short
/// phases pays DRAM's latency (some 100 ns) once, not every time.
constexpr double kShortest = 2e-6;
}  // namespace

Gpu::Gpu(sc_core::sc_module_name name, const GpuConfig& config, api::Memory& memory) : sc_module(name), config_(config), silicon_(silicon(config)), memory_(memory) {
  check_limit(config_, silicon_);
  port_.gpu = this;
  socket_.bind(port_);
  socket_.bind(memory.socket());
}

api::DeviceCounters Gpu::run(const std::vector<Launch>& program, bool graph, bool canonical, bool sustained) {
  if (canonical) {
    memory_.reset();
    address_[0] = 0;
    address_[1] = static_cast<std::uint64_t>(memory_.capacity_bytes() / 2);
  }
  program_ = &program;
  graph_ = graph;
  clock_ = sustained ? program_clock(config_, silicon_, program) : config_.clock;
  counters_ = {};
  kernel_seconds_.clear();
  const api::MemoryCounters before = memory_.counters();
  begun_ = host_ready_ = sc_time_stamp();
  kernel_ = 0;
  if (!program.empty()) agenda_.after(sc_core::SC_ZERO_TIME, Callback::of<&Gpu::launch>(this));
  kernel::run_until_idle();
  if (kernel_ != program.size()) throw std::logic_error("the GPU stopped before its program's end");
  counters_.elapsed_s = program.empty() ? 0 : kernel::to_seconds(kernel_begun_ - begun_).value + kernel_seconds_.back();
  counters_.cycles = counters_.elapsed_s * clock_.value;
  account_awake();
  counters_.commands = program.size();
  counters_.memory = memory_.counters().since(before);
  return counters_;
}

void Gpu::launch(std::uint64_t) {
  const Seconds gap = graph_ ? config_.launch.graph_gap : config_.launch.gap;
  if (!graph_) host_ready_ += kernel::to_sc_time(config_.launch.host);
  agenda_.at(std::max(sc_time_stamp() + kernel::to_sc_time(gap), host_ready_), Callback::of<&Gpu::start>(this));
}

void Gpu::start(std::uint64_t) {
  kernel_begun_ = sc_time_stamp();
  phase_ = 0;
  const Kernel& k = (*program_)[kernel_].kernel;
  const double host = k.host_bytes > 0 ? config_.host.latency.value + k.host_bytes / config_.host.bandwidth.value : 0;
  if (kernels_) tell_start(k, host);
  agenda_.after(kernel::to_sc_time({k.latency_s + host}), Callback::of<&Gpu::next_phase>(this));
}

void Gpu::next_phase(std::uint64_t) {
  const Kernel& k = (*program_)[kernel_].kernel;
  if (phase_ == k.phases.size()) return finish_kernel();
  double time = 0, read = 0, written = 0;
  Phase sum;
  while (phase_ < k.phases.size() && time < kShortest) {
    const Phase& phase = k.phases[phase_++];
    time += phase_time(config_, k, phase, clock_);
    read += phase.read_bytes;
    written += phase.write_bytes;
    sum.sm_cycles += phase.sm_cycles;
    sum.l2_bytes += phase.l2_bytes;
  }
  if (kernels_) tell_phases(k, sum, time);
  outstanding_ = 1;
  agenda_.after(kernel::to_sc_time({time}), Callback::of<&Gpu::part_done>(this));
  move(read, false);
  move(written, true);
}

void Gpu::part_done(std::uint64_t) {
  if (--outstanding_ == 0) next_phase(0);
}

void Gpu::attach(kernel::Trace* trace) {
  using kernel::Resource;
  kernels_ = kernel::Probe(trace, {Resource::programs, "gpu", "kernels"});
  tensor_ = kernel::Probe(trace, {Resource::array, "gpu", "tensor cores"});
  lanes_ = kernel::Probe(trace, {Resource::vector, "gpu", "lanes"});
  l2_ = kernel::Probe(trace, {Resource::shared, "gpu", "L2"});
  host_ = kernel::Probe(trace, {Resource::host, "gpu", "host link"});
  link_ = kernel::Probe(trace, {Resource::link, "gpu", "links to other devices"});
  memory_.attach(trace);
}

/// The host link's and the other devices' part of a kernel come first.
void Gpu::tell_start(const Kernel& k, double host) const {
  const std::uint32_t op = (*program_)[kernel_].ops.front().op;
  const sc_core::sc_time now = sc_time_stamp(), data = now + kernel::to_sc_time({host});
  if (k.host_bytes > 0) host_.span({now, data, k.host_bytes, op});
  if (k.fabric_bytes > 0) link_.span({data, data + kernel::to_sc_time({k.latency_s}), k.fabric_bytes, op});
}

void Gpu::tell_phases(const Kernel& k, const Phase& sum, double time) const {
  const std::uint32_t op = (*program_)[kernel_].ops.front().op;
  const sc_core::sc_time now = sc_time_stamp();
  const double work = std::min(sum.sm_cycles / clock_.value, time), l2 = std::min(sum.l2_bytes / config_.l2.bytes_per_clock.value / clock_.value, time);
  const double all = std::max(k.total().sm_cycles, 1e-300);
  const double amount = (k.macs > 0 ? k.macs : k.simple_ops + k.special_ops) * sum.sm_cycles / all;
  if (work > 0) (k.macs > 0 ? tensor_ : lanes_).span({now, now + kernel::to_sc_time({work}), amount, op});
  if (l2 > 0) l2_.span({now, now + kernel::to_sc_time({l2}), sum.l2_bytes, op});
}

void Gpu::finish_kernel() {
  kernels_.span({kernel_begun_, sc_time_stamp(), 0, (*program_)[kernel_].ops.front().op});
  account(kernel::to_seconds(sc_time_stamp() - kernel_begun_).value);
  if (++kernel_ < program_->size()) launch(0);
}

api::OpCounters& Gpu::op_counters(std::uint32_t op) {
  if (counters_.ops.size() <= op) counters_.ops.resize(op + 1);
  return counters_.ops[op];
}

void Gpu::account(double elapsed) {
  const Launch& launched = (*program_)[kernel_];
  const Kernel& k = launched.kernel;
  const Phase sum = k.total();
  for (const LaunchedOp& part : launched.ops) {
    api::OpCounters& op = op_counters(part.op);
    if (op.started_s < 0) op.started_s = kernel::to_seconds(kernel_begun_ - begun_).value;
    op.finished_s = kernel::to_seconds(sc_time_stamp() - begun_).value;
    op.macs += part.macs;
    op.simple_ops += part.simple_ops;
    op.special_ops += part.special_ops;
  }
  api::OpCounters& op = op_counters(launched.ops.front().op);
  // Averages over all SMs: the busiest one's clocks are an upper bound of the others'.
  const double busy = std::min(sum.sm_cycles / clock_.value, elapsed) * config_.sms;
  (k.macs > 0 ? op.array_busy_s : op.vector_busy_s) += busy;
  (k.macs > 0 ? counters_.array_time.active : counters_.vector_busy_s) += busy;
  op.bytes_read[static_cast<std::size_t>(api::Level::memory)] += sum.read_bytes;
  op.bytes_written[static_cast<std::size_t>(api::Level::memory)] += sum.write_bytes;
  op.bytes_read[static_cast<std::size_t>(api::Level::shared)] += sum.l2_bytes;
  op.bytes_read[static_cast<std::size_t>(api::Level::host)] += k.host_bytes;
  op.fabric_bytes += k.fabric_bytes;
  kernel_seconds_.push_back(elapsed);
  const KernelEnergy energy = kernel_energy(config_, silicon_, k);
  const double v = relative_voltage(config_, clock_);
  api::OnChipEnergy spent;
  spent.arithmetic_j = energy.tensor;
  spent.vector_j = energy.lanes;
  spent.shared_j = energy.l2;
  spent.bare_j = energy.bare;
  spent.register_j = register_energy(config_, k).value;
  counters_.on_chip.add(spent, v * v);
}

/// Clocks and leakage flow between kernels too.
void Gpu::account_awake() {
  const AwakePower power = awake_power(config_, silicon_, clock_);
  const double time = counters_.elapsed_s;
  counters_.on_chip.clock_j = power.clock.value * time;
  counters_.on_chip.leakage_j = power.leakage.value * time;
  counters_.on_chip.awake_s = time;
}

// --- memory -----------------------------------------------------------------------------------------------------

void Gpu::move(double bytes, bool write) {
  const auto half = static_cast<std::uint64_t>(memory_.capacity_bytes() / 2);
  while (bytes >= 1) {
    const double piece = std::min({bytes, kMostBytes, memory_.capacity_bytes() / 4});
    const auto length = static_cast<std::uint64_t>(std::ceil(piece / kLine) * kLine);
    std::uint64_t& at = address_[write ? 1 : 0];
    const std::uint64_t low = write ? half : 0;
    if (at < low || at + length > low + half) at = low;
    tlm::tlm_generic_payload* payload = pool_.acquire();
    payload->set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload->set_address(at);
    payload->set_data_length(static_cast<unsigned>(length));
    payload->set_streaming_width(static_cast<unsigned>(length));
    api::RowRun* run = nullptr;
    payload->get_extension(run);
    run->rows = 1;
    run->row_bytes = length;
    run->stride = length;
    at += length;
    waiting_.push_back(payload);
    ++outstanding_;
    bytes -= piece;
  }
  offer();
}

void Gpu::offer() {
  while (!request_pending_ && !waiting_.empty()) {
    tlm::tlm_generic_payload* payload = waiting_.front();
    waiting_.pop_front();
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    request_pending_ = true;
    const auto status = socket_->nb_transport_fw(*payload, phase, delay);
    if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) request_pending_ = false;
    if (status != tlm::TLM_COMPLETED) continue;
    request_pending_ = false;
    agenda_.after(delay, Callback::of<&Gpu::part_done>(this));
    payload->release();
  }
}

tlm::tlm_sync_enum Gpu::Port::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  if (phase == tlm::END_REQ) {
    gpu->request_pending_ = false;
    gpu->offer();
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_RESP) throw std::logic_error{"memory sent an unexpected TLM phase"};
  if (payload.get_response_status() != tlm::TLM_OK_RESPONSE)
    throw RunError(fmt::format("memory refused an access at address {:#x} of {} B: {}", payload.get_address(),
                               payload.get_data_length(), payload.get_response_string()));
  gpu->agenda_.after(delay, Callback::of<&Gpu::part_done>(gpu));
  payload.release();
  phase = tlm::END_RESP;
  return tlm::TLM_COMPLETED;
}

}  // namespace presil::gpu
