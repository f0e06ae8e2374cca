// fit.cpp -- implementation of fit.h.
#include "sim/run/fit.h"

#include <fmt/format.h>

#include "sim/base/error.h"

namespace presil::run {

Fit fit_of(const Chip& chip, const workload::Footprint& footprint) {
  return {memory::capacity(chip->memory()).value, footprint.weight_bytes, footprint.kv_bytes, footprint.activation_bytes,
          chip->reserved_memory().value};
}

void check_fit(const Chip& chip, const Fit& fit) {
  if (fit.free_bytes() >= 0) return;
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  const std::string reserved = fit.reserved_bytes > 0 ? fmt::format("  reserved    {:10.3f} GiB\n", fit.reserved_bytes / kGiB) : "";
  throw CapacityError(fmt::format(
      "the model does not fit in the memory of {}:\n"
      "  weights     {:10.3f} GiB\n  KV cache    {:10.3f} GiB\n  activations {:10.3f} GiB\n{}"
      "  needed      {:10.3f} GiB\n  capacity    {:10.3f} GiB, short of {:.3f} GiB\n"
      "smaller formats (workload.formats.weights), a smaller batch or more memory (chip.memory.stacks) would help",
      chip->board().name, fit.weights_bytes / kGiB, fit.kv_bytes / kGiB, fit.activations_bytes / kGiB, reserved, fit.needed() / kGiB,
      fit.capacity_bytes / kGiB, -fit.free_bytes() / kGiB));
}

}  // namespace presil::run
