// trace.cpp -- implementation of trace.h.
#include "sim/kernel/trace.h"

#include <array>

namespace presil::kernel {

const char* resource_name(Resource r) {
  static constexpr std::array<const char*, kResources> names{"array", "vector", "scratchpad", "shared", "network",
                                                             "memory", "host", "link", "transfers", "programs"};
  return names[static_cast<std::size_t>(r)];
}

const char* amount_unit(Resource r) {
  if (r == Resource::array) return "MAC";
  return r == Resource::vector ? "op" : "B";
}

}  // namespace presil::kernel
