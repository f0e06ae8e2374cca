// dpu.cpp -- implementation of dpu.h.
#include "models/pim/dpu.h"

#include <algorithm>
#include <cmath>

#include "sim/base/error.h"

namespace presil::pim {

namespace {

constexpr double kReentry = 11;  // cycles between two instructions of a thread
constexpr double kValueBytes = 4;

double instructions(const PimConfig& dpu, PimOp op) {
  switch (op) {
    case PimOp::gemv: return dpu.gemv_instructions;
    case PimOp::add: return dpu.add_instructions;
    case PimOp::mul: return dpu.mul_instructions;
    case PimOp::relu: break;
  }
  throw InputError("processors at the banks: relu has no published instruction count");
}

}  // namespace

double dpu_instructions_per_s(const PimConfig& dpu) { return dpu.clock.value * std::min(1.0, dpu.tasklets / kReentry); }
double dpu_elements_per_s(const PimConfig& dpu, PimOp op) { return dpu_instructions_per_s(dpu) / instructions(dpu, op); }
BytesPerSecond dpu_dma_rate(const PimConfig& dpu) {
  const double cycles = dpu.dma_cycles + dpu.dma_cycles_per_byte * dpu.dma_transfer.value;
  return {dpu.dma_transfer.value / cycles * dpu.clock.value};
}

Seconds dpu_time(const PimConfig& dpu, const PimWork& work) {
  const double in = static_cast<double>(work.in);
  const double rows = std::ceil(static_cast<double>(work.out) / dpu.processors);  // elements, of elementwise work
  const bool gemv = work.op == PimOp::gemv;
  const double elements = gemv ? rows * in : rows;
  const double bytes = kValueBytes * (gemv ? elements + in + rows : 3 * elements);
  return {std::max(elements / dpu_elements_per_s(dpu, work.op), bytes / dpu_dma_rate(dpu).value)};
}

}  // namespace presil::pim
