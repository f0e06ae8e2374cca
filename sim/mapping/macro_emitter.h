// macro_emitter.h -- the commands of a product with weights on in-memory-compute macros, and its epilogue.
#pragma once

#include <vector>

#include "sim/mapping/emitter.h"

namespace presil::mapping {

/// Loops, outermost first: parts of a core's strips (those that stay, then those written, see MacroPlan), tiles of
/// vectors. In each step every core of every copy loads its vectors, multiplies, and hands the sums to the epilogue.
class MacroEmitter : public Emitter {
 public:
  MacroEmitter(const KernelWork& work, api::CommandId barrier);
  bool step(Batch& batch) override;

 private:
  /// What one core of one copy does in a step.
  struct Piece {
    std::uint16_t core{};
    std::uint64_t first_strip{}, strips{}, first_vector{}, vectors{};
    bool empty() const { return strips == 0 || vectors == 0; }
  };
  /// Weights being written into a core's cells, by core.
  struct Written {
    api::CommandId ready{};
    std::uint64_t blocks{};
  };
  Piece piece(std::uint64_t copy, std::uint64_t index) const;
  std::uint64_t columns_until(std::uint64_t strip) const;
  double input_rows(const Piece& p) const;
  void write_weights(Batch& batch, const Piece& p);
  void multiply(Batch& batch, const Piece& p, TileTail::Tile& tile);
  void exchange_sums(Batch& batch, std::vector<TileTail::Tile>& tiles);
  bool stays() const { return plan_.resident > 0 && part_ == 0; }

  const KernelWork& work_;
  const api::CommandId barrier_;
  const MacroPlan& plan_;
  TileTail tail_;
  std::uint64_t parts_, blocks_of_vectors_, vectors_of_copy_;
  std::uint64_t part_{0}, vector_block_{0};
  std::uint64_t done_{0};  ///< vectors x strips so far
  std::vector<Written> written_;
};

}  // namespace presil::mapping
