// options.h -- what a user chooses about mapping, whatever the chip.
#pragma once

namespace presil::mapping {

struct MappingOptions {
  bool fuse{true};  ///< see kernel.h
};

}  // namespace presil::mapping
