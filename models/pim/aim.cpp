// aim.cpp -- implementation of aim.h.
#include "models/pim/aim.h"

#include <algorithm>

#include "sim/base/error.h"

namespace presil::pim {

KernelTime aim_time(const ChannelSpec& spec, const AimShape& shape, const PimWork& work) {
  if (work.op != PimOp::gemv) throw InputError("units at every bank multiply matrices with vectors only: no elementwise operation");
  if (shape.buffer == 0) throw InputError("the buffer of inputs holds less than a burst");
  CommandChannel channel(spec);
  channel.lock_step(true);
  const std::uint64_t outputs_at_once = std::uint64_t{shape.channels} * spec.geometry.all_banks();
  const std::uint64_t groups = (work.out + outputs_at_once - 1) / outputs_at_once;
  const std::uint64_t bursts = (work.in + shape.lanes - 1) / shape.lanes, most = std::min(shape.buffer, shape.columns);
  std::uint32_t row = 0;
  std::vector<Access> accesses;
  for (std::uint64_t at = 0; at < bursts; at += most) {
    const std::uint64_t part = std::min(most, bursts - at);
    accesses.assign(part, {true, kBuffer, 0, false});
    accesses.back().barrier = true;
    channel.run(accesses);
    for (std::uint64_t group = 0; group < groups; ++group, ++row) {
      accesses.assign(part, {false, 0, row, false});
      accesses.back().barrier = true;
      accesses.push_back({false, kBuffer, 0, true});
      channel.run(accesses);
    }
  }
  channel.lock_step(false);
  return kernel_time(channel);
}

}  // namespace presil::pim
