// integers.h -- arithmetic on whole numbers.
#pragma once

#include <cstdint>

namespace presil {

/// a / b, rounded up; b is not 0 and a + b - 1 does not overflow.
constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace presil
