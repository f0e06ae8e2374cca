// refusal.h -- the message with which something is refused.
#pragma once

#include <string>

#include "sim/base/error.h"

namespace presil::config {

/// The message of the Expected that `work` throws, "(accepted)" when it throws nothing.
template <class Expected = InputError, class Work>
std::string refusal(Work work) {
  try {
    work();
  } catch (const Expected& error) {
    return error.what();
  }
  return "(accepted)";
}

}  // namespace presil::config
