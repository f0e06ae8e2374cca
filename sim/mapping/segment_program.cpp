// segment_program.cpp -- implementation of segment_program.h.
#include "sim/mapping/segment_program.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/names.h"
#include "sim/mapping/attention_emitter.h"
#include "sim/mapping/macro_attention_emitter.h"
#include "sim/mapping/macro_emitter.h"
#include "sim/mapping/matmul_emitter.h"
#include "sim/mapping/vector_emitter.h"

namespace presil::mapping {

using workload::OpKind;

namespace {

const char* home_name(Home home) {
  switch (home) {
    case Home::nowhere: return "in place";
    case Home::memory: return "memory";
    case Home::shared: return "shared";
    case Home::local: return "scratchpad";
    case Home::host: return "host";
  }
  return "";
}

/// The places of some tensors, each once.
std::string homes(const KernelWork& work, const std::vector<workload::TensorId>& ids) {
  std::vector<std::string> names;
  for (const auto id : ids)
    if (const std::string home = home_name(work.home(id)); std::find(names.begin(), names.end(), home) == names.end()) names.push_back(home);
  return names.empty() ? "nothing" : join(names);
}

/// Vector operations per value to turn a stored weight into what the arrays take: a conversion, and for formats
/// with one scale a block a multiplication.
double convert_ops(Format stored, Format compute) {
  if (bits(stored) >= bits(compute)) return 0;
  return stored == Format::int4 || stored == Format::fp4 ? 2 : 1;
}

void check_format(const workload::Op& op, const npu::ChipConfig& chip) {
  if (chip.core.array.supports(op.compute) || on_macros(op, chip)) return;
  std::string supported;
  for (std::size_t f = 0; f < kFormatNames.size(); ++f)
    if (chip.core.array.rate[f] > 0) supported += fmt::format("{}{}", supported.empty() ? "" : ", ", kFormatNames[f]);
  throw InputError(fmt::format("{} computes operator '{}' in {}, which its arrays do not support; they support {}",
                               chip.name, op.name, name(op.compute), supported));
}

/// Chunks that take minutes of the user's time to move, one by one.
constexpr double kMostChunks = 1e8;

void check_effort(const KernelWork& work, double key_bytes) {
  const workload::Attention& a = work.main_op().attention;
  const double blocks = std::ceil(static_cast<double>(a.q_len) / static_cast<double>(work.attention.block));
  double keys = static_cast<double>(a.kv_len) * (a.causal && a.q_len > 1 ? 0.5 : 1);
  if (a.window > 0) keys = std::min(keys, static_cast<double>(a.window + work.attention.block));
  const double row = key_bytes * static_cast<double>(a.qk_dim + (a.shared_kv ? 0 : a.v_dim));
  const double chunks = static_cast<double>(a.batch * a.kv_heads) * blocks * keys * row / work.chip->core.dma.chunk.value;
  if (chunks <= kMostChunks) return;
  throw InputError(fmt::format(
      "operator '{}' of {} queries and {} keys for each of {} sequences moves {:.2g} chunks; expected at most {:.0e}, which "
      "take minutes to simulate: make workload.in_len or workload.batch smaller, or chip.core.dma.chunk larger",
      work.main_op().name, a.q_len, a.kv_len, a.batch, chunks, kMostChunks));
}

/// A program is one chip's: nothing in it would take the time of an exchange with others (sim/run/exchanges.h cuts there).
void refuse_collectives(const workload::Segment& segment) {
  for (const workload::Op& op : segment.ops)
    if (op.kind == OpKind::collective)
      throw InputError(fmt::format("operator '{}' of segment '{}' exchanges data between {} chips, but this kind of "
                                   "chip runs alone: expected parallelism.tensor of 1",
                                   op.name, segment.name, op.collective.ranks));
}

}  // namespace

std::unique_ptr<Emitter> make_emitter(const KernelWork& work, api::CommandId barrier) {
  switch (work.main_op().kind) {
    case OpKind::matmul:
      if (work.macro.used()) return std::make_unique<MacroEmitter>(work, barrier);
      return std::make_unique<MatmulEmitter>(work, barrier);
    case OpKind::attention:
      if (attention_on_macros(work.main_op(), *work.chip)) return std::make_unique<MacroAttentionEmitter>(work, barrier);
      return std::make_unique<AttentionEmitter>(work, barrier);
    case OpKind::vector: case OpKind::gather: case OpKind::transfer: case OpKind::collective: break;
  }
  return std::make_unique<StreamEmitter>(work, barrier);
}

SegmentMapping::SegmentMapping(const workload::Graph& graph, const workload::Segment& segment, const npu::ChipConfig& chip,
                               const MappingOptions& options)
    : graph_(graph), segment_(segment), chip_(chip) {
  refuse_collectives(segment);
  std::vector<Kernel> kernels = fuse(graph, segment, options.fuse);
  placement_ = place(graph, segment, kernels, chip);
  if (chip.core.macros.present()) weights_ = place_weights(graph, chip);
  const double tile_bytes = chip.core.scratchpad.capacity.value - static_cast<double>(placement_.local_bytes);
  for (Kernel& kernel : kernels) {
    KernelWork work{&graph, &segment, &placement_, &chip, std::move(kernel), {}, {}, {}, {}, weights_.cache_stays, static_cast<std::uint64_t>(tile_bytes), {}};
    const workload::Op& op = work.main_op();
    if (op.kind == OpKind::matmul) {
      check_format(op, chip);
      plan_matmul_kernel(work);
    } else if (attention_on_macros(op, chip)) {
      if (op.inputs.size() > (op.attention.shared_kv ? 2u : 3u))
        throw InputError(fmt::format("operator '{}' adds a position bias to its scores: expected tile.attention of arrays", op.name));
    } else if (op.kind == OpKind::attention) {
      check_format(op, chip);
      const workload::TensorId keys = work.kernel.main_inputs.at(1);
      work.attention = plan_attention(op.attention, op.compute, bytes_per_value(work.tensor(keys).format), work.home(keys), chip, tile_bytes * 0.9);
      check_effort(work, bytes_per_value(work.tensor(keys).format));
    }
    works_.push_back(std::move(work));
  }
}

void SegmentMapping::plan_matmul_kernel(KernelWork& work) {
  const workload::Op& op = work.main_op();
  const bool weight = !op.weights.empty();
  const double batch = static_cast<double>(op.matmul.batch), m = static_cast<double>(op.matmul.m);
  const double n = static_cast<double>(op.matmul.n), k = static_cast<double>(op.matmul.k);
  MatmulTask& task = work.task;
  task.batch = op.matmul.batch;
  task.m = op.matmul.m;
  task.n = op.matmul.n;
  task.k = op.matmul.k;
  task.format = op.compute;
  const workload::TensorId a = work.kernel.main_inputs.at(0);
  task.a_home = work.home(a);
  task.a_bytes = work.tensor(a).bytes() / (batch * m * k);
  double b_total = 0;
  if (weight) {
    for (const auto id : op.weights) b_total += work.tensor(id).bytes() * op.weight_fraction;
    task.b_home = Home::memory;
  } else {
    b_total = work.tensor(work.kernel.main_inputs.at(1)).bytes();
    task.b_home = work.home(work.kernel.main_inputs.at(1));
  }
  const Format stored = work.tensor(weight ? op.weights.front() : work.kernel.main_inputs.at(1)).format;
  task.b_bytes = b_total / (batch * n * k);
  task.convert_ops = convert_ops(stored, op.compute);
  task.b_scratch_bytes = task.convert_ops > 0 ? bytes_per_value(op.compute) : task.b_bytes;
  task.simple_ops = batch * m * n;
  for (const std::size_t i : work.kernel.epilogue) {
    const auto& v = segment_.ops[i].vector;
    const double elements = static_cast<double>(v.rows) * static_cast<double>(v.columns);
    task.simple_ops += elements * v.simple;
    task.special_ops += elements * v.special;
  }
  const auto extra = [&](workload::TensorId id) {
    if (work.home(id) == Home::memory) task.extra_memory_bytes += work.tensor(id).bytes();
    if (work.home(id) == Home::shared) task.extra_shared_bytes += work.tensor(id).bytes();
  };
  for (const auto id : work.kernel.epilogue_inputs) extra(id);
  for (const auto id : work.kernel.outputs) extra(id);
  if (on_macros(op, chip_)) plan_macro_kernel(work);
  const bool arrays = chip_.core.array.supports(op.compute);
  if (work.macro.used() && !(arrays && chip_.core.products == npu::Products::fastest)) return;
  // A quarter of the space is left to the epilogue's operands and to the next kernel's first weights.
  work.matmul = plan_matmul(task, chip_, static_cast<double>(work.tile_bytes) * 0.75, chip_.core.weight_buffer.value);
  if (work.macro.used() && work.matmul.seconds < work.macro.seconds) work.macro = {};
}

void SegmentMapping::plan_macro_kernel(KernelWork& work) {
  work.macro = plan_macros(work.task, weights_, chip_, static_cast<double>(work.tile_bytes) * 0.75);
  work.macro.first = next_core_;
  next_core_ = (next_core_ + work.macro.cores * work.macro.copies) % chip_.cores;
}

void SegmentMapping::check_space(const api::Command& command) const {
  const bool separate = chip_.core.weight_buffer.value > 0;
  const auto scratchpad = static_cast<std::size_t>(api::Pool::scratchpad);
  const auto weights = static_cast<std::size_t>(api::Pool::weights);
  const auto check = [&](std::uint64_t wanted, double capacity, const char* buffer) {
    if (static_cast<double>(wanted) <= capacity) return;
    throw CapacityError(fmt::format("operator '{}' needs {} B on chip at once, but a core of {} has {:.0f} B ({})",
                                    segment_.ops.at(command.op).name, wanted, chip_.name, capacity, buffer));
  };
  const std::uint64_t in_scratchpad = command.reserve[scratchpad] + (separate ? 0 : command.reserve[weights]);
  if (in_scratchpad > 0) check(in_scratchpad + placement_.local_bytes, chip_.core.scratchpad.capacity.value, "chip.core.scratchpad.capacity");
  if (separate) check(command.reserve[weights], chip_.core.weight_buffer.value, "chip.core.weight_buffer");
}

std::vector<SegmentMapping::Line> SegmentMapping::explain() const {
  std::vector<Line> lines;
  for (const KernelWork& work : works_) {
    Line line;
    line.operators = work.main_op().name;
    for (const std::size_t i : work.kernel.epilogue) line.operators += " + " + segment_.ops[i].name;
    switch (work.main_op().kind) {
      case OpKind::matmul:
        line.plan = work.macro.used() ? work.macro.text() : work.matmul.text();
        line.predicted_s = work.macro.used() ? work.macro.seconds : work.matmul.seconds;
        break;
      case OpKind::attention:
        line.plan = attention_on_macros(work.main_op(), chip_)
                        ? fmt::format("in macros; keys and values {}", work.cache_stays ? "of new tokens written, the others stay" : "written anew")
                        : work.attention.text();
        line.predicted_s = work.attention.seconds;
        break;
      default:
        line.plan = "streamed in parts of rows";
        line.predicted_s = 0;
    }
    line.homes = fmt::format("from {} to {}", homes(work, work.kernel.main_inputs), homes(work, work.kernel.outputs));
    lines.push_back(line);
  }
  return lines;
}

bool SegmentProgram::refill() {
  ready_.clear();
  used_ = 0;
  while (ready_.empty()) {
    if (!emitter_) {
      if (kernel_ == mapping_.kernels().size()) return false;
      emitter_ = make_emitter(mapping_.kernels()[kernel_], next_id_);
    }
    Batch batch(next_id_);
    if (emitter_->step(batch)) {
      next_id_ = batch.next_id();
      ready_ = std::move(batch.commands());
    } else {
      emitter_.reset();
      ++kernel_;
    }
  }
  return true;
}

bool SegmentProgram::next(api::Command& command) {
  if (used_ == ready_.size() && !refill()) return false;
  command = std::move(ready_[used_++]);
  mapping_.check_space(command);
  return true;
}

}  // namespace presil::mapping
