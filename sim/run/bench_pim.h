// bench_pim.h -- one operation in a memory that computes, beside the same by the host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace presil::run {

struct PimQuery {
  std::string device;              ///< file or name
  std::string op{"gemv"};          ///< gemv, add, mul, relu
  std::uint64_t out{}, in{1};      ///< of a GEMV; elementwise: `out` values
};

/// Both from command sequences through a channel's timing and refresh (processors at the banks: in closed form). Keys:
/// device, op, out, in (GEMV), host_us, pim_us, readback_us (partial sums that the host must read and add up, where
/// the units leave them in memory), host_cycles, pim_cycles and readback_cycles (of the memory's tick), choice (host or
/// pim, by time), speedup (host over pim and readback), host_bandwidth_gb_per_s, activates, column_commands and refreshes of one
/// channel, host_energy_j and, where the parts of the memory's energy are known, pim_energy_j (models/pim.md).
/// Throws CapacityError when the operands do not fit.
nlohmann::ordered_json bench_pim(const PimQuery& query, const std::vector<std::string>& overrides);

}  // namespace presil::run
