// spike_code.cpp -- the fields of SpikeCode.
#include "models/spiking/spike_code.h"

namespace presil::spiking {

void SpikeCode::describe(config::Visitor& v) {
  v.real(
      "rate", rate, config::required, config::fraction,
      "Share of the inputs of a product that spike in a time step, on average; as measured on the network.");
  v.integer("steps", steps, config::required, 1, 1 << 20, "Time steps over which a value is carried.");
}

}  // namespace presil::spiking
