// pim_config.cpp -- the fields of PimConfig.
#include "models/pim/pim_config.h"

namespace presil::pim {

namespace {
using config::non_negative;
using config::optional;
using config::positive;
using config::required;
}  // namespace

void PimConfig::describe(config::Visitor& v, PimKind of) {
  kind = of;
  if (kind == PimKind::bank_pairs) {
    v.integer("registers", registers, optional, 1, 64, "Registers of each of a unit's two files, one burst each; a GEMV tile is as many bursts of inputs and as many outputs.");
    return;
  }
  if (kind == PimKind::banks) {
    v.quantity("buffer", buffer, optional, positive, "Inputs that a channel holds for all its banks.");
    v.quantity("mac_interval", mac_interval, required, positive, "Between two multiply-accumulates of a burst in a bank.");
    return;
  }
  v.integer("processors", processors, required, 1, 1 << 20, "In all modules together.");
  v.quantity("clock", clock, required, positive, "Of a processor.");
  v.integer("tasklets", tasklets, optional, 1, 24, "Threads of a processor; fewer than the 11 stages of its pipeline between two instructions of a thread leave it idle.");
  v.real("add_instructions", add_instructions, required, positive, "Instructions for an element of a 32-bit integer addition, loads, store and loop included.");
  v.real("mul_instructions", mul_instructions, required, positive, "The same of a multiplication.");
  v.real("gemv_instructions", gemv_instructions, required, positive, "The same of a multiply-accumulate of a matrix row.");
  v.real("dma_cycles", dma_cycles, required, non_negative, "Of every transfer between a bank and its processor's scratchpad.");
  v.real("dma_cycles_per_byte", dma_cycles_per_byte, required, positive, "Beside those.");
  v.quantity("dma_transfer", dma_transfer, optional, positive, "Bytes of a transfer.");
}

}  // namespace presil::pim
