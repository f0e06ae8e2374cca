// chip_kinds.h -- the kinds of chip there are.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sim/run/chip.h"

namespace presil::run {

struct ChipKind {
  std::string_view name;  ///< value of the key `kind`
  const char* summary;    ///< for the documentation of `kind`
  std::unique_ptr<ChipModel> (*make)();
};

/// The first is the kind of a chip file that names none.
const std::vector<ChipKind>& chip_kinds();

}  // namespace presil::run
