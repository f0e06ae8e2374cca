// scratchpad.cpp -- implementation of scratchpad.h.
#include "models/npu/scratchpad.h"

#include <stdexcept>

#include <fmt/format.h>

namespace presil::npu {

bool Scratchpad::try_reserve(const std::array<std::uint64_t, api::kPools>& bytes) {
  const auto wanted = mapped(bytes);
  for (std::size_t p = 0; p < api::kPools; ++p) {
    if (wanted[p] > capacity_[p])
      throw std::logic_error{fmt::format("a command reserves {} B of a {} B on-chip buffer", wanted[p], capacity_[p])};
    if (used_[p] + wanted[p] > capacity_[p]) return false;
  }
  for (std::size_t p = 0; p < api::kPools; ++p) used_[p] += wanted[p];
  peak_ = std::max(peak_, used_[0] + used_[1]);
  return true;
}

void Scratchpad::release(const std::array<std::uint64_t, api::kPools>& bytes) {
  const auto freed = mapped(bytes);
  for (std::size_t p = 0; p < api::kPools; ++p) {
    if (freed[p] > used_[p]) throw std::logic_error{"a command releases on-chip space that nobody holds"};
    used_[p] -= freed[p];
  }
}

sc_core::sc_time Scratchpad::access(double bytes, sc_core::sc_time now, std::uint32_t op) {
  bytes_moved_ += bytes;
  const sc_core::sc_time begin = std::max(port_free_, now);
  port_free_ = begin + kernel::to_sc_time(Bytes{bytes} / rate_);
  if (probe_ && bytes > 0) probe_.span({begin, port_free_, bytes, op, "access"});
  return port_free_;
}

void Scratchpad::reset(sc_core::sc_time now) {
  used_ = {};
  peak_ = 0;
  bytes_moved_ = 0;
  port_free_ = now;
}

}  // namespace presil::npu
