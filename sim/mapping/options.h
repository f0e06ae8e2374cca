// options.h -- what a user chooses about mapping, whatever the chip.
#pragma once

#include "models/fabric/link_config.h"

namespace presil::fabric {
class ExchangeTimes;
}

namespace presil::mapping {

struct MappingOptions {
  bool fuse{true};                          ///< see kernel.h
  const fabric::LinkConfig* link{nullptr};  ///< to the other devices of a shared pass; outlives the options; null: there are none
  fabric::ExchangeTimes* exchanges{nullptr};  ///< what they take on the simulated fabric; null: closed forms of the link
};

}  // namespace presil::mapping
