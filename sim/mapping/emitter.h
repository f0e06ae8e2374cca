// emitter.h -- turns one planned kernel into commands, a step at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "models/api/program.h"
#include "sim/mapping/work.h"

namespace presil::mapping {

/// Commands of one step, numbered in the program's order.
class Batch {
 public:
  explicit Batch(api::CommandId next_id) : next_id_(next_id) {}
  api::CommandId add(const api::Command& command) {
    commands_.push_back(command);
    return next_id_++;
  }
  api::CommandId next_id() const { return next_id_; }
  std::vector<api::Command>& commands() { return commands_; }

 private:
  std::vector<api::Command> commands_;
  api::CommandId next_id_;
};

/// Contract: `step` adds at least one command or returns false; a kernel of any size costs bounded memory.
/// `barrier` is the number of the kernel's first command: what reads results of earlier kernels waits for all
/// commands before it; weights and cached keys and values do not, and so are fetched ahead.
class Emitter {
 public:
  virtual ~Emitter() = default;
  virtual bool step(Batch& batch) = 0;
};

std::unique_ptr<Emitter> make_emitter(const KernelWork& work, api::CommandId barrier);

/// What happens to each tile of a kernel's result: read what the epilogue needs beside it, one vector command for
/// each operator, write the outputs that leave the kernel. Tiles are taken in order; parts add up exactly.
class TileTail {
 public:
  TileTail(const KernelWork& work, api::CommandId barrier);

  struct Tile {
    std::uint16_t core{};
    double until{};  ///< share of the kernel's result that is done after this tile, 0 to 1
    boost::container::small_vector<api::CommandId, 6> after;  ///< what computes the tile
    double elements{};           ///< values in the tile
    std::uint64_t held{};        ///< scratchpad bytes of the tile, released at its end
    std::optional<api::LaneWork> finish;  ///< vector work of the main operator itself on the tile
  };
  /// Adds the tail's commands. Results pass the vector unit once even when nothing is applied to them: partial
  /// sums become values there.
  void emit(Batch& batch, const Tile& tile);

 private:
  struct Input { workload::TensorId id; Slicer slicer; };
  std::vector<api::Command> vector_work(const Tile& tile, double part) const;
  std::vector<api::Command> stores(const Tile& tile);

  const KernelWork& work_;
  const api::CommandId barrier_;
  std::vector<Input> inputs_, outputs_;
  bool local_inputs_{false};  ///< an operand of the epilogue is in the scratchpad already
  double done_{0};
};

/// A load whose source may be ready before the kernel's operands are (weights, cached keys and values).
bool fetched_ahead(const workload::Tensor& tensor);

/// A load of `bytes` at `offset` of a tensor, reserving its space in `pool`.
api::Command make_load(const KernelWork& work, workload::TensorId id, Slicer::Slice slice, std::uint16_t core,
                       api::CommandId barrier, api::Pool pool = api::Pool::scratchpad);

/// Loads of a kernel's parameters, once per kernel: norm scales and biases by every core, tables with a value for
/// every row (learned positions) a share each.
void load_parameters(Batch& batch, const KernelWork& work);

}  // namespace presil::mapping
