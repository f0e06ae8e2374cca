// chip.cpp -- implementation of chip.h.
#include "models/npu/chip.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "models/noc/noc.h"

namespace presil::npu {

using kernel::Callback;
using kernel::to_seconds;

namespace {

/// A completion's tag: which command, and which operator it counts for.
constexpr unsigned kOpBits = 24;
constexpr double kPartialSumBytes = 4;  ///< partial sums are 32 bits wide, FP32 or INT32
std::uint64_t tag_of(api::CommandId id, std::uint32_t op) { return id << kOpBits | op; }

double seconds(sc_core::sc_time t) { return to_seconds(t).value; }

double macs_of(const api::ArrayWork& w) {
  return static_cast<double>(w.m) * static_cast<double>(w.n) * static_cast<double>(w.k) * static_cast<double>(w.repeat);
}

api::NetworkCounters since(api::NetworkCounters now, const api::NetworkCounters& before) {
  now.messages -= before.messages;
  now.payload_bytes -= before.payload_bytes;
  now.byte_hops -= before.byte_hops;
  now.busiest_link_busy_s -= before.busiest_link_busy_s;
  return now;
}

}  // namespace

Core::Core(const ChipConfig& config, api::NodeId node, std::array<Endpoint*, api::kLevels> endpoints)
    : scratchpad(config.core.scratchpad, config.core.weight_buffer, config.clock, config.core.macros.reloadable()),
      arrays(config.core.arrays, systolic::SystolicArray(config.core.array, kernel::Clock(config.clock))),
      vector(config.core.vector, kernel::Clock(config.clock)),
      fetch(config.core.dma, node, endpoints, scratchpad),
      load(config.core.dma, node, endpoints, scratchpad),
      store(config.core.dma, node, endpoints, scratchpad) {
  if (config.core.macros.present()) macros.emplace(config.core.macros);
}

void Core::attach(kernel::Trace* trace, std::uint32_t number, std::uint32_t cores) {
  using kernel::Resource;
  const std::string group = fmt::format("core {}", number);
  const auto probe = [&](Resource resource, const std::string& name, double units) { return kernel::Probe(trace, {resource, group, name, units}); };
  array_probes.clear();
  for (std::size_t a = 0; trace != nullptr && a < arrays.size(); ++a)
    array_probes.push_back(probe(Resource::array, fmt::format("array {}", a), static_cast<double>(cores * arrays.size())));
  vector_probe = probe(Resource::vector, "vector unit", cores);
  scratchpad.attach(probe(Resource::scratchpad, "scratchpad port", cores));
  fetch.attach(probe(Resource::transfers, "fetch DMA", cores));
  load.attach(probe(Resource::transfers, "load DMA", cores));
  store.attach(probe(Resource::transfers, "store DMA", cores));
}

Chip::Chip(sc_core::sc_module_name name, const ChipConfig& config, api::Memory& memory)
    : sc_module(name), config_(config), memory_(memory) {
  const std::uint32_t ports = config.memory_ports;
  std::vector<api::NodeId> memory_ports;
  for (std::uint32_t p = 0; p < ports; ++p) memory_ports.push_back(config.cores + p);
  const api::NodeId shared = config.cores + ports;
  network_ = noc::make_network("network", config.network, config.nodes());
  memory_node_ = std::make_unique<MemoryNode>("memory_node", *network_, memory_ports, config.core.dma.chunk.value);
  memory_node_->socket.bind(memory.socket());
  if (config.shared.present())
    shared_node_ = std::make_unique<ServerNode>("shared", *network_, shared, config.shared.bandwidth, config.shared.latency, false);
  host_node_ = std::make_unique<ServerNode>("host", *network_, shared + 1, config.host.bandwidth, config.host.latency, true);
  std::vector<Scratchpad*> scratchpads;
  for (api::NodeId core = 0; core < config.cores; ++core) {
    cores_.push_back(std::make_unique<Core>(config, core, endpoints()));
    scratchpads.push_back(&cores_.back()->scratchpad);
  }
  sequencer_ = std::make_unique<Sequencer>(static_cast<Executor&>(*this), scratchpads);
}

Chip::~Chip() = default;

void Chip::set_clock(Hertz clock) {
  for (const auto& core : cores_) {
    core->scratchpad.set_clock(clock);
    core->vector.set_clock(kernel::Clock(clock));
    for (systolic::SystolicArray& array : core->arrays) array.set_clock(kernel::Clock(clock));
  }
}

std::array<Endpoint*, api::kLevels> Chip::endpoints() {
  return {memory_node_.get(), shared_node_.get(), host_node_.get()};
}

// Units of a core: fetch, load and store DMA, vector unit, macros and what writes them, arrays.
std::size_t Chip::units() const { return config_.cores * units_of_core(); }

std::size_t Chip::unit_of(const api::Command& command) const {
  const std::size_t base = command.core * units_of_core();
  switch (command.kind) {
    case api::CommandKind::load: return command.ahead ? base : base + 1;
    case api::CommandKind::store: return base + 2;
    case api::CommandKind::vector: return base + 3;
    case api::CommandKind::in_memory: return base + 4;
    case api::CommandKind::program: return base + 5;
    case api::CommandKind::matmul: return base + 6 + command.array.array;
  }
  throw std::logic_error{"unknown command"};
}

api::OpCounters& Chip::op(std::uint32_t index) {
  if (index >= counters_.ops.size()) counters_.ops.resize(index + 1);
  return counters_.ops[index];
}

void Chip::account(const api::Command& command) {
  api::OpCounters& counted = op(command.op);
  if (counted.started_s < 0) counted.started_s = seconds(sc_core::sc_time_stamp() - started_);
  const auto level = static_cast<std::size_t>(command.transfer.level);
  switch (command.kind) {
    case api::CommandKind::load: counted.bytes_read[level] += command.transfer.bytes(); break;
    case api::CommandKind::store: counted.bytes_written[level] += command.transfer.bytes(); break;
    case api::CommandKind::vector:
      counted.simple_ops += command.lanes.simple_ops;
      counted.special_ops += command.lanes.special_ops;
      counted.scratchpad_bytes += command.lanes.scratchpad_bytes;
      break;
    case api::CommandKind::program: counted.macro.programmed += static_cast<double>(command.macro.blocks); break;
    case api::CommandKind::in_memory:
      counted.macro.passes += static_cast<double>(command.macro.vectors) * static_cast<double>(command.macro.blocks);
      counted.macro.macs += static_cast<double>(command.array.m) * static_cast<double>(command.array.n) * static_cast<double>(command.array.k);
      [[fallthrough]];
    case api::CommandKind::matmul:
      counted.macs += macs_of(command.array);
      break;
  }
  if (command.kind == api::CommandKind::load || command.kind == api::CommandKind::store)
    counted.scratchpad_bytes += command.transfer.bytes();
}

void Chip::start(api::CommandId id, const api::Command& command, WaitReason reason) {
  account(command);
  const std::uint64_t tag = tag_of(id, command.op);
  Core& core = *cores_[command.core];
  switch (command.kind) {
    case api::CommandKind::load:
      (command.ahead ? core.fetch : core.load).execute(command.transfer, false, Callback::of<&Chip::done>(this, tag), command.op);
      break;
    case api::CommandKind::store: core.store.execute(command.transfer, true, Callback::of<&Chip::done>(this, tag), command.op); break;
    case api::CommandKind::vector: start_vector(id, command); break;
    case api::CommandKind::in_memory: start_macro(id, command, reason); break;
    case api::CommandKind::program: start_program(id, command); break;
    case api::CommandKind::matmul: start_array(id, command, reason); break;
  }
}

void Chip::start_array(api::CommandId id, const api::Command& command, WaitReason reason) {
  Core& core = *cores_[command.core];
  systolic::SystolicArray& array = core.arrays[command.array.array];
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const systolic::ArrayUse before = array.use();
  const sc_core::sc_time begin = std::max(now, array.free_at());
  const systolic::BlockSchedule schedule =
      array.execute({{command.array.m, command.array.n, command.array.k}, command.array.format,
                     bytes_per_value(command.array.format), kPartialSumBytes, command.array.repeat},
                    now);
  const double waited = core.macros ? 0 : seconds(array.use().waited - before.waited);
  const sc_core::sc_time port = core.scratchpad.access(schedule.operand_bytes, now, command.op);
  const double stalled_before = seconds(array.use().waited);
  if (!core.array_probes.empty())  // from preload to the last operand streamed: active + preload of its counters
    core.array_probes[command.array.array].span({begin, schedule.issue_end, macs_of(command.array), command.op});
  array.stall_until(port);
  auto& time = counters_.array_time;
  (reason == WaitReason::memory ? time.wait_memory : reason == WaitReason::transfer ? time.wait_transfer : time.wait_other) += waited;
  if (!core.macros) time.wait_other += seconds(array.use().waited) - stalled_before;
  api::OpCounters& counted = op(command.op);
  counted.array_busy_s += seconds(array.use().active - before.active);
  counted.array_preload_s += seconds(array.use().preload - before.preload);
  counted.scratchpad_bytes += schedule.operand_bytes;
  counted.register_bytes += schedule.register_bytes;
  agenda_.at(std::max(schedule.finish, port), Callback::of<&Chip::done>(this, tag_of(id, command.op)));
}

void Chip::start_vector(api::CommandId id, const api::Command& command) {
  Core& core = *cores_[command.core];
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time before = core.vector.busy();
  const sc_core::sc_time lanes = core.vector.execute(command.lanes.simple_ops, command.lanes.special_ops, now);
  const sc_core::sc_time port = core.scratchpad.access(command.lanes.scratchpad_bytes, now, command.op);
  const sc_core::sc_time busy = core.vector.busy() - before;
  core.vector_probe.span({lanes - busy, lanes, command.lanes.simple_ops + command.lanes.special_ops, command.op});
  core.vector.stall_until(port);
  op(command.op).vector_busy_s += seconds(busy);
  agenda_.at(std::max(lanes, port), Callback::of<&Chip::done>(this, tag_of(id, command.op)));
}

void Chip::start_macro(api::CommandId id, const api::Command& command, WaitReason reason) {
  Core& core = *cores_[command.core];
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const MacroUnit::Use before = core.macros->use();
  const sc_core::sc_time finish = core.macros->multiply(command.macro, now);
  const api::ArrayWork& w = command.array;
  const double operands = static_cast<double>(w.m) * (static_cast<double>(w.k) * bytes_per_value(w.format) + static_cast<double>(w.n) * kPartialSumBytes);
  const sc_core::sc_time port = core.scratchpad.access(operands, now);
  core.macros->stall_until(port);
  auto& time = counters_.array_time;
  (reason == WaitReason::memory ? time.wait_memory : reason == WaitReason::transfer ? time.wait_transfer : time.wait_other) +=
      seconds(core.macros->use().waited - before.waited);
  api::OpCounters& counted = op(command.op);
  counted.array_busy_s += seconds(core.macros->use().active - before.active);
  counted.scratchpad_bytes += operands;
  agenda_.at(std::max(finish, port), Callback::of<&Chip::done>(this, tag_of(id, command.op)));
}

void Chip::start_program(api::CommandId id, const api::Command& command) {
  Core& core = *cores_[command.core];
  const sc_core::sc_time before = core.macros->use().programming;
  const sc_core::sc_time finish = core.macros->program(command.macro, sc_core::sc_time_stamp());
  op(command.op).array_preload_s += seconds(core.macros->use().programming - before);
  agenda_.at(finish, Callback::of<&Chip::done>(this, tag_of(id, command.op)));
}

void Chip::done(std::uint64_t tag) {
  finished_ = sc_core::sc_time_stamp();
  op(static_cast<std::uint32_t>(tag & ((1u << kOpBits) - 1))).finished_s = seconds(finished_ - started_);
  sequencer_->complete(tag >> kOpBits);
}

void Chip::attach(kernel::Trace* trace) {
  std::vector<std::string> names;
  for (std::uint32_t core = 0; core < config_.cores; ++core) {
    cores_[core]->attach(trace, core, config_.cores);
    names.push_back(fmt::format("core {}", core));
  }
  for (std::uint32_t port = 0; port < config_.memory_ports; ++port) names.push_back(fmt::format("memory port {}", port));
  names.insert(names.end(), {"shared", "host"});
  network_->attach(trace, names);
  memory_node_->attach(kernel::Probe(trace, {kernel::Resource::transfers, "memory", "waiting requests"}));
  memory_.attach(trace);
  if (shared_node_) shared_node_->attach(trace, kernel::Resource::shared, "shared");
  host_node_->attach(trace, kernel::Resource::host, "host");
}

void Chip::reset_units(bool canonical) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (auto& core : cores_) {
    core->scratchpad.reset(now);
    core->vector.reset(now);
    for (auto& array : core->arrays) array.reset(now);
    if (core->macros) core->macros->reset(now);
  }
  if (!canonical) return;
  memory_.reset();
  network_->reset();
  if (shared_node_) shared_node_->reset();
  host_node_->reset();
}

api::DeviceCounters Chip::run(api::ProgramSource& program, bool canonical) {
  // One process is one elaboration, which a fabric beside the chip may have begun.
  if (sc_core::sc_get_status() == sc_core::SC_ELABORATION) sc_core::sc_start(sc_core::SC_ZERO_TIME);
  counters_ = {};
  started_ = finished_ = sc_core::sc_time_stamp();
  reset_units(canonical);
  memory_before_ = memory_.counters();
  network_before_ = network_->counters();
  const std::array<std::uint64_t, api::kPools> resident{program.resident_bytes(), 0};
  for (auto& core : cores_)
    if (!core->scratchpad.try_reserve(resident)) throw std::logic_error{"a program's resident data exceeds the scratchpad"};
  sequencer_->begin(program);
  if (!sequencer_->finished()) kernel::run_until_idle();
  if (!sequencer_->finished()) throw std::logic_error{"the machine stopped with commands left: a dependency can never be met"};
  for (auto& core : cores_) core->scratchpad.release(resident);
  return collect(started_);
}

api::DeviceCounters Chip::collect(sc_core::sc_time started) {
  counters_.elapsed_s = seconds(finished_ - started);
  auto& time = counters_.array_time;
  for (auto& core : cores_) {
    if (!core->scratchpad.empty()) throw std::logic_error{"a program ended without releasing its on-chip space"};
    counters_.scratchpad_bytes += core->scratchpad.bytes_moved();
    counters_.scratchpad_peak_bytes = std::max(counters_.scratchpad_peak_bytes, core->scratchpad.peak());
    counters_.vector_busy_s += seconds(core->vector.busy());
    if (core->macros) {  // they are what the time is divided for; arrays beside them help out
      time.active += seconds(core->macros->use().active);
      time.wait_other += std::max(0.0, counters_.elapsed_s - seconds(core->macros->free_at() - started));
      continue;
    }
    for (auto& array : core->arrays) {
      time.active += seconds(array.use().active);
      time.preload += seconds(array.use().preload);
      time.wait_other += std::max(0.0, counters_.elapsed_s - seconds(array.free_at() - started));
    }
  }
  counters_.dispatch_stall_s = seconds(sequencer_->dispatch_stall());
  counters_.commands = sequencer_->commands();
  counters_.memory = memory_.counters().since(memory_before_);
  counters_.network = since(network_->counters(), network_before_);
  return counters_;
}

}  // namespace presil::npu
