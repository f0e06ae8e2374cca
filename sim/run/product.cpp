// product.cpp -- implementation of product.h.
#include "sim/run/product.h"

namespace presil::run {

workload::Graph product_graph(const ProductShape& shape) {
  workload::Graph graph;
  graph.phase = "gemm";
  graph.benchmark = true;
  const auto values = [](std::uint64_t a, std::uint64_t b, std::uint64_t c) { return a * b * c; };
  workload::Op op;
  op.name = "gemm";
  op.kind = workload::OpKind::matmul;
  op.matmul.batch = shape.batch;
  op.matmul.m = shape.m;
  op.matmul.n = shape.n;
  op.matmul.k = shape.k;
  op.compute = shape.format;
  using workload::TensorRole;
  op.inputs = {graph.add({"a", TensorRole::kv_cache, shape.format, values(shape.batch, shape.m, shape.k)})};
  op.weights = {graph.add({"b", TensorRole::weight, shape.format, values(shape.batch, shape.k, shape.n)})};
  op.outputs = {graph.add({"c", TensorRole::kv_cache, shape.format, values(shape.batch, shape.m, shape.n)})};
  workload::Segment segment;
  segment.name = "gemm";
  segment.ops.push_back(op);
  graph.segments.push_back(segment);
  return graph;
}

}  // namespace presil::run
