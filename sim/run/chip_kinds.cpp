// chip_kinds.cpp -- the list of chip_kinds.h: one line a kind.
#include "sim/run/chip_kinds.h"

#include "sim/run/gpu_chip.h"
#include "sim/run/imc_chip.h"
#include "sim/run/npu_chip.h"
#include "sim/run/spiking_chip.h"

namespace presil::run {

const std::vector<ChipKind>& chip_kinds() {
  static const std::vector<ChipKind> kinds{
      {"npu", "systolic arrays with software-managed memory", &make_npu},
      {"gpu", "streaming multiprocessors under a thread-block scheduler", &make_gpu},
      {"imc", "tiles of in-memory-compute macros that hold the weights", &make_imc},
      {"neuromorphic", "spiking cores that hold the weights as synapses", &make_spiking},
  };
  return kinds;
}

}  // namespace presil::run
