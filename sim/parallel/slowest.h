// slowest.h -- what equal devices lose to the slowest among them.
//
// Chips of one kind differ in how much voltage, and so power, a clock takes; under a power cap they differ in clock. A
// synchronous step ends with the slowest of its n devices. With normally distributed speeds its expected lag is
//   sigma x E(n),  E(n) = the expected largest of n standard normal numbers ~ inverse normal((n - 0.375) / (n + 0.25))
// [Blom, Statistical Estimates and Transformed Beta-Variables, 1958; within 1%].
// sigma: 8% of variation between equal GPUs on average over five clusters, outliers apart (Sinha et al., Not All GPUs Are Created
// Equal, SC22, arXiv:2208.11035), read as the span of a box plot's whiskers, 5.4 sigma of a normal distribution: 1.5%.
#pragma once

#include <cstdint>

namespace presil::parallel {

/// E(n); 0 for one device.
double expected_largest(std::uint64_t n);

}  // namespace presil::parallel
