// pe_grid_output.h -- the output-stationary machine of pe_grid.cpp.
#pragma once

#include "models/systolic/pe_grid_parts.h"

namespace presil::systolic::grid {

/// Outputs rest; A streams from the left, B from the top.
class OutputGrid : public Grid {
 public:
  static constexpr bool kPreloads = false;
  OutputGrid(const std::vector<Operands>& gemms, ArrayShape array)
      : Grid(array, cut(gemms, array, true)),
        left_(rows_),
        top_(columns_),
        pes_(rows_ * columns_),
        next_(pes_),
        results_(pes_.size()),
        drains_(columns_) {}

  void preload(std::size_t) {}
  void stream(std::size_t fold) {
    left_.start(std::int64_t(fold), folds_[fold].gemm->a.columns);
    top_.start(std::int64_t(fold), folds_[fold].gemm->a.columns);
  }
  std::size_t outputs() const {
    std::size_t count = 0;
    for (const Fold& fold : folds_) count += fold.rows * fold.columns;
    return count;
  }
  std::size_t horizon(std::size_t fold) const { return folds_[fold].gemm->a.columns + 2 * rows_ + columns_; }

  void step() {
    left_.step(), top_.step();
    exits_.clear();
    for (std::size_t c = 0; c < columns_; ++c) shift_out(c);
    for (std::size_t r = 0; r < rows_; ++r) {
      for (std::size_t c = 0; c < columns_; ++c) next_[index(r, c)] = evaluate(r, c);
    }
    pes_.swap(next_);
  }

 private:
  struct Pe {
    Word a, b;  ///< outputs to the right and down
    Word sum;   ///< tag: the step added last
  };
  struct Drain {
    std::int64_t fold{-1};           ///< whose results are being shifted out
    std::size_t left{}, gathered{};  ///< still to go; of the next fold, in their registers
  };

  Word a_into(std::size_t r, std::size_t c) {
    if (c > 0) return pes_[index(r, c - 1)].a;
    const Tag tag = left_.now(r);
    if (!tag.valid() || r >= fold_of(tag).rows) return {};
    ++streaming_reads_;
    return {tag, fold_of(tag).gemm->a(fold_of(tag).row0 + r, tag.step)};
  }

  Word b_into(std::size_t r, std::size_t c) {
    if (r > 0) return pes_[index(r - 1, c)].b;
    const Tag tag = top_.now(c);
    if (!tag.valid() || c >= fold_of(tag).columns) return {};
    ++streaming_reads_;
    return {tag, fold_of(tag).gemm->b(tag.step, fold_of(tag).column0 + c)};
  }

  Pe evaluate(std::size_t r, std::size_t c) {
    Pe pe{a_into(r, c), b_into(r, c), pes_[index(r, c)].sum};
    if (!pe.a.valid() || !pe.b.valid()) return pe;
    const Tag tag = pe.a.tag;
    require(tag == pe.b.tag, "operands of different steps met");
    if (tag.step == 0) pe.sum.value = 0;
    require(tag.step == 0 || pe.sum.tag == Tag{tag.fold, tag.step - 1}, "a step was added out of order");
    pe.sum = {tag, pe.sum.value + pe.a.value * pe.b.value};
    ++macs_;
    ++moves_.sums;
    moves_.streamed += 2;
    if (tag.step + 1 == fold_of(tag).gemm->a.columns) finish({{tag.fold, r}, pe.sum.value}, c);
    return pe;
  }

  /// A finished sum enters its output register; the last of its column starts the shift.
  void finish(const Word& result, std::size_t c) {
    Word& slot = results_[index(result.tag.step, c)];
    require(!slot.valid(), "an unread output register is overwritten");
    slot = result;
    ++moves_.sums;
    Drain& drain = drains_[c];
    const std::size_t rows = fold_of(result.tag).rows;
    if (++drain.gathered < rows) return;
    require(drain.left == 0, "a column is full while the previous fold is still leaving it");
    drain = {result.tag.fold, rows, 0};
  }

  void shift_out(std::size_t c) {
    Drain& drain = drains_[c];
    if (drain.left == 0) return;
    --drain.left;
    const Word first = std::exchange(results_[index(0, c)], {});
    require(first.tag.fold == drain.fold, "a result of another fold is in the way out");
    const Fold& fold = fold_of(first.tag);
    exits_.push_back({fold.at(fold.row0 + first.tag.step, fold.column0 + c), first.value});
    for (std::size_t r = 1; r < rows_ && results_[index(r, c)].tag.fold == drain.fold; ++r) {
      results_[index(r - 1, c)] = std::exchange(results_[index(r, c)], {});
      ++moves_.sums;
    }
  }

  Edge left_, top_;
  std::vector<Pe> pes_, next_;
  std::vector<Word> results_;  ///< output registers; tag.step is the row in the fold
  std::vector<Drain> drains_;
};

}  // namespace presil::systolic::grid
