// vector_library.h -- element-wise and row-wise operators as libraries carry them out: what they read and write, in how
// many kernels. A visible policy in one place; nothing here depends on a size but the row that a block can hold.
//
// Fused, one kernel each. rmsnorm, silu_mul, rope and embedding are the scalar kernels of serving software (vLLM 2023,
// csrc/layernorm_kernels.cu, activation_kernels.cu, pos_encoding_kernels.cu): one value a thread and turn
// (`accesses` of vector_kernel.h). The others move 16 bytes a thread.
// Eager: the kernels of PyTorch, operator by operator, intermediate results in fp32 through memory where it upcasts.
#pragma once

#include <string>
#include <vector>

#include "models/gpu/vector_kernel.h"

namespace presil::gpu {

/// Kernels of one operator, and the framework operators that dispatch them (host time).
struct VectorCall {
  std::vector<VectorShape> kernels;
  double framework_operators{1};
};

/// Names of operators: softmax, layernorm, rmsnorm, gelu, gelu_tanh, silu, silu_mul, relu, add, mul, rope, embedding.
const std::vector<std::string>& vector_operators();

/// rows x cols values of `bytes` each, as the tables count cols: silu_mul reads 2 cols and writes cols.
/// Throws InputError for an unknown name.
VectorCall vector_call(const std::string& op, double rows, double cols, double bytes, bool eager);

}  // namespace presil::gpu
