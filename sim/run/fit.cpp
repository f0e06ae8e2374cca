// fit.cpp -- implementation of fit.h.
#include "sim/run/fit.h"

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/run/spiking_chip.h"

namespace presil::run {

Fit fit_of(const Chip& chip, const workload::Footprint& footprint) {
  return {memory::capacity(chip->memory()).value, footprint.weight_bytes, footprint.kv_bytes, footprint.activation_bytes,
          chip->reserved_memory().value};
}

void check_fit(const Chip& chip, const Fit& fit) {
  if (fit.free_bytes() >= 0) return;
  const bool small = fit.capacity_bytes < 1024.0 * 1024 * 1024;
  const double unit = 1024.0 * 1024 * (small ? 1 : 1024);
  const char* const name = small ? "MiB" : "GiB";
  const std::string reserved = fit.reserved_bytes > 0 ? fmt::format("  reserved    {:10.3f} {}\n", fit.reserved_bytes / unit, name) : "";
  throw CapacityError(fmt::format(
      "the model does not fit in the memory of {0}:\n"
      "  weights     {2:10.3f} {1}\n  KV cache    {3:10.3f} {1}\n  activations {4:10.3f} {1}\n{5}"
      "  needed      {6:10.3f} {1}\n  capacity    {7:10.3f} {1}, short of {8:.3f} {1}\n"
      "smaller formats (workload.formats.weights), a smaller batch or {9} would help",
      chip->board().name, name, fit.weights_bytes / unit, fit.kv_bytes / unit, fit.activations_bytes / unit, reserved, fit.needed() / unit,
      fit.capacity_bytes / unit, -fit.free_bytes() / unit, computes_with_spikes(chip) ? "more chips (chip.chips)" : "more memory (chip.memory.stacks)"));
}

}  // namespace presil::run
