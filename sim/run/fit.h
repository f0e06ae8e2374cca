// fit.h -- does the model fit in memory? Asked before anything runs.
#pragma once

#include "sim/run/chip.h"
#include "workloads/graph/graph.h"

namespace presil::run {

struct Fit {
  double capacity_bytes{}, weights_bytes{}, kv_bytes{}, activations_bytes{};
  double reserved_bytes{};  ///< kept from every model
  double needed() const { return weights_bytes + kv_bytes + activations_bytes + reserved_bytes; }
  double free_bytes() const { return capacity_bytes - needed(); }
};

Fit fit_of(const Chip& chip, const workload::Footprint& footprint);

/// Throws CapacityError with the sum when it does not fit.
void check_fit(const Chip& chip, const Fit& fit);

}  // namespace presil::run
