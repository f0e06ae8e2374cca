// pe_grid_parts.h -- words, edges and counters shared by the machines of pe_grid.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/systolic/pe_grid.h"

namespace presil::systolic::grid {

/// What a word belongs to; fold < 0 marks an empty register.
struct Tag {
  std::int64_t fold{-1};
  std::size_t step{};  ///< index along the stream; of a resting or result word: its row
  bool valid() const { return fold >= 0; }
  bool operator==(const Tag&) const = default;
};

struct Word {
  Tag tag;
  std::int64_t value{};
  bool valid() const { return tag.valid(); }
};

/// A result on its way out of the array.
struct Exit {
  std::size_t at;  ///< in GridResult::product
  std::int64_t value;
};

/// Rows x columns of the stationary operand, or of the outputs, at an offset in the whole.
struct Fold {
  std::size_t row0, column0, rows, columns;
  const Operands* gemm;
  std::size_t product;  ///< where the product of `gemm` begins

  std::size_t at(std::size_t m, std::size_t n) const { return product + m * gemm->b.columns + n; }
};

inline void require(bool held, const char* otherwise) {
  if (!held) throw Hazard{otherwise};
}

/// Cuts each GEMM's stationary operand, or its outputs, into array-sized folds, row blocks innermost.
inline std::vector<Fold> cut(const std::vector<Operands>& gemms, ArrayShape array, bool outputs) {
  std::vector<Fold> folds;
  std::size_t product = 0;
  for (const Operands& gemm : gemms) {
    const std::size_t rows = outputs ? gemm.a.rows : gemm.b.rows, columns = gemm.b.columns;
    for (std::size_t c = 0; c < columns; c += array.columns) {
      for (std::size_t r = 0; r < rows; r += array.rows) {
        folds.push_back({r, c, std::min<std::size_t>(array.rows, rows - r),
                         std::min<std::size_t>(array.columns, columns - c), &gemm, product});
      }
    }
    product += gemm.a.rows * columns;
  }
  return folds;
}

/// An edge of the array: each lane streams `length` words, starting one cycle after its neighbour.
class Edge {
 public:
  explicit Edge(std::size_t lanes) : lanes_(lanes), wave_(lanes) {}

  void start(std::int64_t fold, std::size_t length) { starting_ = {fold, length}; }

  /// One cycle; afterwards now(lane) is the word the lane emits in it.
  void step() {
    std::shift_right(wave_.begin(), wave_.end(), 1);
    wave_.front() = std::exchange(starting_, {});
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      Lane& lane = lanes_[i];
      if (lane.word.valid() && ++lane.word.step == lane.length) lane.word = {};
      if (!wave_[i].valid()) continue;
      require(!lane.word.valid(), "an edge lane is still busy with the previous fold");
      lane = {{wave_[i].fold, 0}, wave_[i].step};
    }
  }
  const Tag& now(std::size_t lane) const { return lanes_[lane].word; }

 private:
  struct Lane {
    Tag word;
    std::size_t length{};
  };
  std::vector<Lane> lanes_;
  std::vector<Tag> wave_;  ///< start signal travelling along the lanes; step holds the length
  Tag starting_;
};

/// Operands, folds and counters common to both machines; copyable, so that a copy can be tried out.
class Grid {
 public:
  const std::vector<Fold>& folds() const { return folds_; }
  const std::vector<Exit>& exits() const { return exits_; }  ///< of the latest step
  void count(GridResult& result) const {
    result.macs = macs_;
    result.moves = moves_;
    result.stationary_reads = stationary_reads_;
    result.streaming_reads = streaming_reads_;
  }

 protected:
  Grid(ArrayShape array, std::vector<Fold> folds)
      : rows_(array.rows), columns_(array.columns), folds_(std::move(folds)) {}

  std::size_t index(std::size_t r, std::size_t c) const { return r * columns_ + c; }
  const Fold& fold_of(const Tag& tag) const { return folds_[std::size_t(tag.fold)]; }

  std::size_t rows_, columns_;
  std::vector<Fold> folds_;
  std::vector<Exit> exits_;
  std::uint64_t macs_{}, stationary_reads_{}, streaming_reads_{};
  RegisterMoves moves_;  ///< of elements that work; what runs on past the edge of a fold is not counted
};

}  // namespace presil::systolic::grid
