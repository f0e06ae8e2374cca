// pe_grid_stationary.h -- the weight-stationary machine of pe_grid.cpp (is: its transpose).
#pragma once

#include "models/systolic/pe_grid_parts.h"

namespace presil::systolic::grid {

/// Weights of B rest, rows of A stream.
class StationaryGrid : public Grid {
 public:
  static constexpr bool kPreloads = true;
  StationaryGrid(const std::vector<Operands>& gemms, ArrayShape array)
      : Grid(array, cut(gemms, array, false)),
        load_(columns_),
        left_(rows_),
        top_(columns_),
        pes_(rows_ * columns_),
        next_(pes_) {}

  void preload(std::size_t fold) { load_.start(std::int64_t(fold), folds_[fold].rows); }
  void stream(std::size_t fold) {
    left_.start(std::int64_t(fold), folds_[fold].gemm->a.rows);
    top_.start(std::int64_t(fold), folds_[fold].gemm->a.rows);
  }
  /// Partial sums that leave the array in all.
  std::size_t outputs() const {
    std::size_t count = 0;
    for (const Fold& fold : folds_) count += fold.gemm->a.rows * fold.columns;
    return count;
  }
  /// Cycles after which nothing that `fold` starts is still moving.
  std::size_t horizon(std::size_t fold) const { return folds_[fold].gemm->a.rows + 2 * rows_ + columns_; }

  void step() {
    load_.step(), left_.step(), top_.step();
    exits_.clear();
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t c = 0; c < columns_; ++c) next_[index(r, c)] = evaluate(r, c);
    }
    pes_.swap(next_);
    for (std::size_t c = 0; c < columns_; ++c) leave(pes_[index(rows_ - 1, c)].sum, c);
  }

 private:
  struct Pe {
    Word activation, sum;  ///< outputs to the right and down
    Word active, shadow;   ///< weights; tag.step is the row in which the weight is to rest
  };

  Word activation_into(std::size_t r, std::size_t c) {
    if (c > 0) return pes_[index(r, c - 1)].activation;
    const Tag tag = left_.now(r);
    if (!tag.valid() || r >= fold_of(tag).rows) return {};
    ++streaming_reads_;
    return {tag, fold_of(tag).gemm->a(tag.step, fold_of(tag).row0 + r)};
  }

  Word sum_into(std::size_t r, std::size_t c) const {
    if (r > 0) return pes_[index(r - 1, c)].sum;
    const Tag tag = top_.now(c);
    return tag.valid() && c < fold_of(tag).columns ? Word{tag, 0} : Word{};
  }

  Word weight_into(std::size_t r, std::size_t c) {
    if (r > 0) {
      const Word& above = pes_[index(r - 1, c)].shadow;
      return above.valid() && above.tag.step >= r ? above : Word{};
    }
    const Tag tag = load_.now(c);  // the lowest row enters first
    if (!tag.valid() || c >= fold_of(tag).columns) return {};
    const Fold& fold = fold_of(tag);
    const std::size_t row = fold.rows - 1 - tag.step;
    ++stationary_reads_;
    return {{tag.fold, row}, fold.gemm->b(fold.row0 + row, fold.column0 + c)};
  }

  Pe evaluate(std::size_t r, std::size_t c) {
    Pe pe = pes_[index(r, c)];
    pe.activation = activation_into(r, c);
    pe.sum = sum_into(r, c);
    if (pe.shadow.valid() && pe.shadow.tag.step > r) pe.shadow = {};  // moves on
    if (const Tag tag = pe.activation.tag; tag.valid() && pe.sum.valid()) {
      require(tag == pe.sum.tag, "an activation met the partial sum of another row");
      if (tag.step == 0) {
        require(pe.shadow.tag.fold == tag.fold, "an activation came before its weight");
        pe.active = std::exchange(pe.shadow, {});
      }
      require(pe.active.tag.fold == tag.fold, "an activation met the weight of another fold");
      pe.sum.value += pe.activation.value * pe.active.value;
      ++macs_;
      ++moves_.streamed;
    }
    if (pe.sum.valid()) ++moves_.sums;
    if (const Word weight = weight_into(r, c); weight.valid()) {
      require(!pe.shadow.valid(), "an unread shadow weight is overwritten");
      pe.shadow = weight;
      ++moves_.stationary;
    }
    return pe;
  }

  void leave(const Word& sum, std::size_t c) {
    if (!sum.valid()) return;
    const Fold& fold = fold_of(sum.tag);
    exits_.push_back({fold.at(sum.tag.step, fold.column0 + c), sum.value});
  }

  Edge load_, left_, top_;
  std::vector<Pe> pes_, next_;
};

}  // namespace presil::systolic::grid
