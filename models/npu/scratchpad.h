// scratchpad.h -- one core's on-chip buffers: space that commands reserve, and a port they share.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/api/program.h"
#include "models/npu/chip_config.h"
#include "sim/kernel/time.h"

namespace presil::npu {

/// Space: reservations never exceed the capacity; whoever asks for more waits.
/// Port: all banks together move banks x bank_width bytes a cycle; accesses queue in arrival order.
/// Not modelled: conflicts of two strided streams on one bank beyond the shared rate.
class Scratchpad {
 public:
  Scratchpad(const ScratchpadConfig& config, Bytes weight_buffer, Hertz clock, std::uint64_t cells = 0)
      : bytes_per_cycle_(config.bytes_per_cycle()),
        rate_{bytes_per_cycle_ * clock.value},
        separate_weights_(weight_buffer.value > 0),
        capacity_{static_cast<std::uint64_t>(config.capacity.value), static_cast<std::uint64_t>(weight_buffer.value),
                  cells} {}

  void set_clock(Hertz clock) { rate_ = {bytes_per_cycle_ * clock.value}; }
  bool try_reserve(const std::array<std::uint64_t, api::kPools>& bytes);
  void release(const std::array<std::uint64_t, api::kPools>& bytes);

  /// Time the port has moved `bytes` more, asked for at `now`.
  sc_core::sc_time access(double bytes, sc_core::sc_time now);

  std::uint64_t capacity(api::Pool pool) const { return capacity_[index(pool)]; }
  std::uint64_t peak() const { return peak_; }
  double bytes_moved() const { return bytes_moved_; }
  bool empty() const { return used_ == decltype(used_){}; }
  void reset(sc_core::sc_time now);

 private:
  std::size_t index(api::Pool pool) const {
    if (pool == api::Pool::cells) return 2;
    return pool == api::Pool::weights && separate_weights_ ? 1 : 0;
  }
  /// Two pools are the scratchpad where the chip has no separate weight buffer.
  std::array<std::uint64_t, api::kPools> mapped(const std::array<std::uint64_t, api::kPools>& bytes) const {
    return separate_weights_ ? bytes : std::array<std::uint64_t, api::kPools>{bytes[0] + bytes[1], 0, bytes[2]};
  }

  const double bytes_per_cycle_;
  BytesPerSecond rate_;
  const bool separate_weights_;
  const std::array<std::uint64_t, api::kPools> capacity_;
  std::array<std::uint64_t, api::kPools> used_{};
  std::uint64_t peak_{};
  double bytes_moved_{};
  sc_core::sc_time port_free_;
};

}  // namespace presil::npu
