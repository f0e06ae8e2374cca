// product.h -- one matrix product as a workload of its own.
#pragma once

#include <cstdint>

#include "sim/base/formats.h"
#include "workloads/graph/graph.h"

namespace presil::run {

/// Largest side of a product on its own.
inline constexpr std::uint64_t kMostExtent = std::uint64_t{1} << 24;

/// C (m x n) = A (m x k) B (k x n), `batch` times.
struct ProductShape {
  std::uint64_t m{}, n{}, k{}, batch{1};
  Format format{};
};

/// A graph of nothing but one product, its operands and its result in memory.
workload::Graph product_graph(const ProductShape& shape);

}  // namespace presil::run
