// run_pieces.h -- a run of rows cut into windows of the address, and what each piece asks of every channel; pure arithmetic.
//
// A window is an aligned range that puts kBursts bursts into every channel. All fields of the address but the row repeat
// after AddressBits::span() bytes, so that a piece is worked out once for every place in that span; the address map is
// linear, so what the bits above add to its rows is one value to be XORed with them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/memory/channel_split.h"
#include "models/memory/dram_device.h"

namespace presil::memory {

/// Consecutive bursts of one channel, in order of address.
struct Chunk {
  struct Row {
    std::uint32_t bank, row;
  };
  std::vector<Access> bursts;    ///< `row` is a place in rows
  std::vector<Row> rows;         ///< distinct, in order of appearance
  bool write{};
  std::uint32_t frame{};    ///< the first burst's bank in its pseudo-channel
  std::uint32_t pattern{};  ///< equal where banks, XORed with frame, and which rows are equal, agree
};

class RunPieces {
 public:
  static constexpr std::uint64_t kBursts = 64;  ///< of one channel in a window
  explicit RunPieces(const MemoryConfig& config);

  struct Piece {
    std::vector<std::shared_ptr<const Chunk>> chunks;  ///< by channel of the device; null: nothing
    std::uint64_t bursts{};
  };
  struct Placed {
    const Piece* piece;   ///< valid until the next call
    std::uint32_t row;    ///< to be XORed with the rows of its chunks
  };
  /// The bursts that [from, to) touches, within one window.
  Placed piece(std::uint64_t from, std::uint64_t to, bool write);
  /// What [from, to) asks of the channel with the most bursts.
  struct Slice {
    std::shared_ptr<Chunk> chunk;
    std::uint64_t all{};  ///< bursts of all channels
    bool even{};          ///< the same in every channel
  };
  struct PlacedSlice {
    const Slice* slice;  ///< valid until the next call
    std::uint32_t row;
  };
  /// At most a window long, and within one span().
  PlacedSlice slice(std::uint64_t from, std::uint64_t to, bool write);
  /// Puts the slice, with its rows XORed with `row` once more, behind what `joint` has. name() ends it.
  void join(Slice& joint, const PlacedSlice& placed, std::uint32_t row) const;
  void name(Slice& joint);
  /// Bytes of the device after which all fields but the row repeat.
  std::uint64_t span() const { return span_ * stacks_; }
  std::uint64_t window() const { return window_ * stacks_; }
  std::uint64_t burst() const { return map_.burst_bytes(); }
  std::uint32_t channels() const { return stacks_ * channels_; }
  const DramSpec& spec() const { return spec_; }
  /// Channel of the device and place of one burst.
  std::pair<std::uint32_t, Access> locate(std::uint64_t address, bool write) const;

  /// Calls visit(from, to) for the pieces of a run, in order.
  template <class Visit>
  void pieces(const Run& run, Visit visit) const {
    for (std::uint64_t row = 0; row < run.rows; ++row) {
      std::uint64_t from = run.base + row * run.stride;
      for (const std::uint64_t end = from + run.row_bytes; from < end;) {
        const std::uint64_t to = std::min(end, (from / window() + 1) * window());
        visit(from, to);
        from = to;
      }
    }
  }

 private:
  using Words = std::vector<std::uint32_t>;
  static constexpr std::uint64_t kAligned = 1 << 12;
  Piece work_out(std::uint64_t from, std::uint64_t to, bool write);
  Slice cut(std::uint64_t from, std::uint64_t to, bool write);
  /// [from, to) asks the same of every channel, as its first and last address alone tell.
  bool plainly_even(std::uint64_t from, std::uint64_t to) const;
  /// To located_: the places of the first channel's bursts in [from, to) of the first stack.
  void locate_first(std::uint64_t from, std::uint64_t to);
  /// Bursts of [from, to) by channel, to bursts_of_, and the places of those of one channel, to located_.
  void count(std::uint64_t from, std::uint64_t to, std::uint32_t wanted);
  Access access(std::uint64_t packed, bool write) const;
  static void append(Chunk& chunk, Access access);
  /// Sets frame and pattern. Returns what the pattern is known by.
  Words recognise(Chunk& chunk);
  /// The same chunk for the same bursts.
  std::shared_ptr<Chunk> named(const std::shared_ptr<Chunk>& made);

  const DramSpec spec_;
  const AddressBits map_;
  const std::uint32_t stacks_, channels_;
  const std::uint64_t interleave_;
  std::uint64_t window_, span_;  ///< bytes of a stack
  std::uint64_t block_;          ///< bytes that are one stack's, a power of two
  std::vector<std::vector<std::uint64_t>>
      in_aligned_;  ///< by channel: packed places of its bursts in the first kAligned bytes
  std::vector<std::uint64_t> in_block_;  ///< packed places of its bursts, to be XORed with that of its start
  std::map<std::tuple<std::uint64_t, std::uint64_t, bool>, Piece> known_;
  std::unordered_map<std::uint64_t, Slice> slices_;
  std::map<Words, std::uint32_t> patterns_;
  std::map<Words, std::shared_ptr<Chunk>> chunks_;
  std::uint32_t next_pattern_{0};
  std::vector<std::uint64_t> located_;    ///< scratch of cut(): packed places
  std::vector<std::uint32_t> bursts_of_;  ///< scratch of cut(): by channel
};

}  // namespace presil::memory
