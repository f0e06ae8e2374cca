// matmul_emitter.h -- the commands of one matrix product and its epilogue.
#pragma once

#include <vector>

#include "sim/mapping/emitter.h"

namespace presil::mapping {

/// Loops, outermost first: groups of the batch, panels of the kept operand, tiles of the other, tiles of k; in
/// each step every core does its own part, so that cores stay abreast in the sequencer's order.
class MatmulEmitter : public Emitter {
 public:
  MatmulEmitter(const KernelWork& work, api::CommandId barrier);
  bool step(Batch& batch) override;

 private:
  /// Where a step stands in the loops.
  struct Position {
    std::uint64_t group, m, n, k;
    bool first_inner, last_inner, first_k, last_k;
  };
  /// One core's tile at a position; empty when the core has nothing there.
  struct Tile {
    std::uint64_t products, m, n, k;
    std::uint64_t m_index, n_index, k_index, group_index;
    bool empty() const { return products == 0 || m == 0 || n == 0 || k == 0; }
  };
  struct CoreState {
    std::vector<api::CommandId> kept_load;      ///< by k tile: the load (or conversion) of the kept panel
    std::vector<std::uint64_t> kept_bytes;      ///< by k tile
    std::uint64_t held{};                       ///< bytes of the result tile
  };
  Position position() const;
  Tile tile(std::uint16_t core, const Position& at) const;
  void emit_core(Batch& batch, std::uint16_t core, const Position& at);
  struct Operand { bool loaded; api::CommandId ready; std::uint64_t bytes; };
  Operand fetch_a(Batch& batch, std::uint16_t core, const Tile& t);
  Operand fetch_b(Batch& batch, std::uint16_t core, const Tile& t);
  void emit_arrays(Batch& batch, std::uint16_t core, const Tile& t, const Position& at, const Operand& a, const Operand& b);

  const KernelWork& work_;
  const api::CommandId barrier_;
  const MatmulPlan& plan_;
  TileTail tail_;
  std::uint64_t groups_, nm_, nn_, nk_, steps_, next_step_{0};
  std::vector<CoreState> cores_;
  double done_{0};  ///< elements of the result so far
};

}  // namespace presil::mapping
