// replay.h -- takes a mapped segment apart, command by command, and holds it to the contract of api::ProgramSource.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/mapping/segment_program.h"
#include "tests/unit/models/npu/small_chip.h"

namespace presil::mapping {

struct Replay {
  std::vector<api::Command> commands;
  std::vector<double> macs, simple, special;   ///< by operator
  double passes{}, programmed{};               ///< of blocks of macros
  std::array<double, api::kLevels> read{}, written{};
  std::map<workload::TensorId, double> read_of, written_of;  ///< bytes by tensor
  std::map<workload::TensorId, std::vector<std::pair<std::uint64_t, std::uint64_t>>> stored;  ///< offset, bytes

  double all_macs() const {
    double sum = 0;
    for (const double m : macs) sum += m;
    return sum;
  }
};

/// Executes the program one command at a time on counters, as the contract says it must be possible.
inline Replay replay(const workload::Graph& graph, const workload::Segment& segment, const npu::ChipConfig& chip,
                     const MappingOptions& options = {}) {
  const SegmentMapping mapping(graph, segment, chip, options);
  SegmentProgram program(mapping);
  Replay r;
  r.macs.resize(segment.ops.size());
  r.simple = r.special = r.macs;
  std::vector<npu::Scratchpad> pads(chip.cores, npu::Scratchpad(chip.core.scratchpad, chip.core.weight_buffer, chip.clock, chip.core.macros.reloadable()));
  const std::array<std::uint64_t, api::kPools> resident{program.resident_bytes(), 0};
  for (auto& pad : pads) EXPECT_TRUE(pad.try_reserve(resident));
  api::CommandId barrier = 0;
  const auto tensor_at = [&](std::uint64_t address) {
    const auto& starts = mapping.placement().address;  // the last of those at or before it
    std::size_t found = 0;
    for (std::size_t id = 1; id < starts.size(); ++id)
      if (starts[id] <= address && (starts[found] > address || starts[id] >= starts[found])) found = id;
    return static_cast<workload::TensorId>(found);
  };
  for (api::Command c; program.next(c); c = {}) {
    const api::CommandId id = r.commands.size();
    for (const auto before : c.after) EXPECT_LT(before, id);
    EXPECT_LE(c.barrier, id);
    if (c.barrier > 0) {
      EXPECT_GE(c.barrier, barrier);
      barrier = c.barrier;
    }
    EXPECT_LT(c.op, segment.ops.size());
    EXPECT_LT(c.core, chip.cores);
    EXPECT_TRUE(pads[c.core].try_reserve(c.reserve)) << "command " << id << " finds no room";
    pads[c.core].release(c.release);
    const auto level = static_cast<std::size_t>(c.transfer.level);
    switch (c.kind) {
      case api::CommandKind::load: {
        EXPECT_GT(c.transfer.bytes(), 0);
        r.read[level] += c.transfer.bytes();
        const auto tensor = tensor_at(c.transfer.address);
        r.read_of[tensor] += c.transfer.bytes();
        break;
      }
      case api::CommandKind::store: {
        EXPECT_GT(c.transfer.bytes(), 0);
        r.written[level] += c.transfer.bytes();
        const auto tensor = tensor_at(c.transfer.address);
        r.written_of[tensor] += c.transfer.bytes();
        r.stored[tensor].emplace_back(c.transfer.address - mapping.placement().address[tensor], static_cast<std::uint64_t>(c.transfer.bytes()));
        break;
      }
      case api::CommandKind::matmul:
        EXPECT_LT(c.array.array, chip.core.arrays);
        r.macs[c.op] += static_cast<double>(c.array.m * c.array.n * c.array.k * c.array.repeat);
        break;
      case api::CommandKind::program: r.programmed += static_cast<double>(c.macro.blocks); break;
      case api::CommandKind::in_memory:
        r.macs[c.op] += static_cast<double>(c.array.m * c.array.n * c.array.k);
        r.passes += static_cast<double>(c.macro.vectors * c.macro.blocks);
        EXPECT_LE(static_cast<double>(c.macro.blocks), static_cast<double>(c.macro.turns) * chip.core.macros.arrays());
        break;
      case api::CommandKind::vector:
        r.simple[c.op] += c.lanes.simple_ops;
        r.special[c.op] += c.lanes.special_ops;
        break;
    }
    r.commands.push_back(c);
  }
  for (auto& pad : pads) {
    pad.release(resident);
    EXPECT_TRUE(pad.empty()) << "space is held at the end";
  }
  return r;
}

/// Every byte of the tensor is stored, and none of them twice.
inline void expect_stored_once(const Replay& r, const workload::Graph& graph, workload::TensorId id) {
  ASSERT_TRUE(r.stored.contains(id)) << graph.tensors[id].name << " is never stored";
  auto pieces = r.stored.at(id);
  std::sort(pieces.begin(), pieces.end());
  std::uint64_t next = 0;
  for (const auto& [offset, bytes] : pieces) {
    EXPECT_EQ(offset, next) << graph.tensors[id].name;
    next = offset + bytes;
  }
  EXPECT_EQ(static_cast<double>(next), std::ceil(graph.tensors[id].bytes())) << graph.tensors[id].name;
}

inline workload::Op matmul_op(std::uint64_t batch, std::uint64_t m, std::uint64_t n, std::uint64_t k) {
  workload::Op op;
  op.name = "product";
  op.kind = workload::OpKind::matmul;
  op.matmul.batch = batch;
  op.matmul.m = m;
  op.matmul.n = n;
  op.matmul.k = k;
  return op;
}

inline workload::Op vector_op(const char* name, std::uint64_t rows, std::uint64_t columns, bool reduces, double simple = 1, double special = 0) {
  workload::Op op;
  op.name = name;
  op.kind = workload::OpKind::vector;
  op.vector = {rows, columns, simple, special, 0, reduces};
  return op;
}

/// A segment that grows operator by operator.
struct Builder {
  workload::Graph graph;
  workload::Segment segment;
  workload::TensorId tensor(const char* name, workload::TensorRole role, std::uint64_t values, Format format = Format::bf16) {
    return graph.add({name, role, format, values});
  }
  workload::TensorId activation(const char* name, std::uint64_t values) { return tensor(name, workload::TensorRole::activation, values); }
  workload::TensorId weight(const char* name, std::uint64_t values, Format format = Format::bf16) {
    return tensor(name, workload::TensorRole::weight, values, format);
  }
  workload::TensorId cache(const char* name, std::uint64_t values, Format format = Format::bf16) {
    return tensor(name, workload::TensorRole::kv_cache, values, format);
  }
  workload::Op& add(workload::Op op, std::vector<workload::TensorId> in, std::vector<workload::TensorId> weights, std::vector<workload::TensorId> out) {
    op.inputs = std::move(in);
    op.weights = std::move(weights);
    op.outputs = std::move(out);
    segment.ops.push_back(std::move(op));
    return segment.ops.back();
  }
};

}  // namespace presil::mapping
