// pim_times.h -- what an operation costs a memory's units and its host, from command sequences; each shape once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "models/pim/pim_work.h"
#include "sim/base/units.h"
#include "sim/run/pim_device.h"

namespace presil::run {

/// Channels whose host streams, and units that the channels' commands drive; processors at the banks in closed form.
class PimTimes {
 public:
  explicit PimTimes(const PimDevice& device);

  struct Units {
    Seconds time{};         ///< until the results are in the memory
    Seconds readback{};     ///< the host's, of partial sums that it must add up
    pim::KernelTime commands, readback_commands;
    Joules energy{};        ///< of what the units' column commands move; PHY and TSV included where their parts are not known
    Seconds total() const { return time + readback; }
  };
  /// Throws InputError for an operation that the units do not have.
  const Units& units(const pim::PimWork& work);
  pim::KernelTime host(std::uint64_t read_bytes, std::uint64_t written_bytes) const;

  const PimDevice& device() const { return device_; }
  double tick_s() const { return tick_s_; }
  std::uint32_t value_bytes() const { return value_bytes_; }  ///< FP16 or BF16; processors: 32-bit integers
  bool processors() const { return device_.units.kind == pim::PimKind::processors; }
  Bytes room() const { return room_; }  ///< where the units are: one rank

 private:
  Units simulate(const pim::PimWork& work) const;
  pim::KernelTime commands(const pim::PimWork& work) const;

  PimDevice device_;
  double tick_s_;
  std::uint32_t channels_, value_bytes_;
  std::uint64_t burst_;
  Bytes room_;
  std::map<std::tuple<pim::PimOp, std::uint64_t, std::uint64_t>, Units> known_;
};

}  // namespace presil::run
