// exchange_counts.h -- how many bytes each rank has for each other: all-to-all exchanges of experts, which are not even.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace presil::run {

/// From a file of one line for every rank i: bytes for rank 0, rank 1, ..., separated by commas or spaces. Lines that begin with #
/// and empty ones are passed over. At i x ranks + j. Throws InputError with the place.
std::vector<double> read_counts(const std::filesystem::path& file, std::uint32_t ranks);

/// Every rank has `bytes`, of which the first rank gets `imbalance` times the mean share and the others equal parts of the rest: one
/// expert that many tokens go to. Throws UsageError unless 1 <= imbalance <= ranks.
std::vector<double> hot_counts(std::uint32_t ranks, double bytes, double imbalance);

}  // namespace presil::run
