// stream_times.h -- how long a long run of rows keeps each channel, worked out once for every distinct run.
//
// The run is fed alone, from closed banks and without refresh, to the event-to-event scheduler (dram_channel.h). With
// d_c the tick of the last data of channel c and l the latency of a first access (ACT, RD, data), the channel is
// occupied for
//     t_c = d_c - l + BL.
// refresh_cost() is what a REFab adds to a stream that it interrupts: tRFC, and closing and opening the rows. Runs longer than kSample bursts are sampled and scaled: a stream is
// periodic. Runs whose bases differ by a multiple of the bytes after which the channels repeat use the same channels
// for the same number of bursts, only in other banks; they are kept under one key.
// Not modelled: the bank a run happens to start in; channels hashed with higher bits; what the rows left open by the run before save or cost.
#pragma once

#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include <systemc>

#include "models/memory/channel_split.h"
#include "models/memory/dram_device.h"

namespace presil::memory {

struct StreamTimes {
  std::vector<sc_core::sc_time> busy;   ///< by stack and channel, without refresh
  std::vector<double> share;            ///< by stack and channel: bursts
  double bursts{};              ///< of all channels
  double row_hits{}, activates{};
};

class StreamTable {
 public:
  static constexpr std::uint64_t kSample = 1 << 14;  ///< bursts
  explicit StreamTable(const MemoryConfig& config);
  /// Valid until the next call.
  const StreamTimes& of(const Run& run, bool write);
  /// Calls visit(channel of the device, access) for every burst of the run.
  template <class Visit>
  void bursts(const Run& run, bool write, Visit visit) const;
  std::uint32_t channels() const { return stacks_ * channels_; }
  const DramSpec& spec() const { return spec_; }
  struct RefreshCost {
    sc_core::sc_time time;
    double activates{};  ///< rows opened again
  };
  const RefreshCost& refresh_cost(bool write) const { return refresh_cost_[write]; }
  /// The last `count` bursts of a run in one channel of the device, in order.
  std::vector<Access> tail(const Run& run, bool write, std::uint32_t channel, std::size_t count) const;

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, bool>;
  std::pair<std::uint32_t, Access> locate(std::uint64_t address, bool write) const;
  RefreshCost measure_refresh(bool write) const;
  StreamTimes work_out(const Run& run, bool write) const;

  DramSpec spec_;
  AddressBits map_;
  std::uint32_t stacks_, channels_, per_tick_;
  std::uint64_t interleave_, period_;
  std::array<RefreshCost, 2> refresh_cost_;
  std::map<Key, StreamTimes> known_;
};

template <class Visit>
void StreamTable::bursts(const Run& run, bool write, Visit visit) const {
  const std::uint64_t burst = map_.burst_bytes();
  for (std::uint64_t row = 0; row < run.rows; ++row) {
    const std::uint64_t from = run.base + row * run.stride;
    for (std::uint64_t at = from / burst * burst; at < from + run.row_bytes; at += burst) {
      const auto [channel, access] = locate(at, write);
      visit(channel, access);
    }
  }
}

inline std::pair<std::uint32_t, Access> StreamTable::locate(std::uint64_t address, bool write) const {
  const Geometry& g = spec_.geometry;
  const StackAddress in = stack_address(address, interleave_, stacks_);
  const DecodedAddress a = map_.decode(in.address);
  const std::uint32_t bank = ((a[AddressField::pseudo_channel] * g.stack_ids + a[AddressField::stack_id]) * g.bank_groups +
                              a[AddressField::bank_group]) * g.banks + a[AddressField::bank];
  return {in.stack * channels_ + a[AddressField::channel], Access{bank, a[AddressField::row], a[AddressField::column], write, 0}};
}

}  // namespace presil::memory
