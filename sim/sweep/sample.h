// sample.h -- points of the unit cube for a sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace presil::sweep {

enum class SampleMethod { sobol, random };

/// `count` points of [0, 1)^dimensions. sobol: the sequence of Joe and Kuo, SIAM J. Sci. Comput. 30 (2008), as Boost has it,
/// without its first point, shifted by a random vector modulo 1 (Cranley and Patterson 1976) when the seed is not 0; up
/// to 3,667 dimensions. random: independent, Mersenne Twister. Equal on every machine.
std::vector<std::vector<double>> sample(SampleMethod method, std::size_t count, std::size_t dimensions, std::uint64_t seed);

}  // namespace presil::sweep
