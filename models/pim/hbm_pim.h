// hbm_pim.h -- kernels of HBM-PIM (Aquabolt-XL) as command sequences.
//
// A unit sits between an even and an odd bank; in all-bank mode the units of a channel execute one instruction of
// their command register file (CRF) with every column command, on the burst that it reads or writes. Two general
// register files (GRF) of `registers` bursts; a burst holds `lanes` FP16 values. [Lee et al., Hardware Architecture and
// Software Stack for PIM Based on Commercial DRAM Technology, ISCA 2021, sections III to V: modes, register files,
// instructions, order by fences. The public simulator of the part, github.com/SAITPublic/PIMSimulator, gives the shape
// of the kernels: tiles, what is fenced, configuration rows.]
//
// Sequence, in every channel alike:
//   enter   read a reserved row of every bank; write the mode registers (2 rows x 2 banks); all banks closed, lock step;
//           write the CRF (8 instructions a burst)
//   work    write the configuration row (start), the kernel's column commands, write it again (stop)
//   leave   write the mode registers of both sets; lock step ends; read a reserved row of two banks
//   GEMV    outputs: registers x units x channels a tile, inputs: registers x lanes a tile. For a tile of inputs: write
//           `registers` bursts of inputs to the GRF, then registers^2 reads, each a MAC of a burst of weights; even banks
//           hold the even tiles, odd banks the odd ones. Then write the accumulators to the banks, a burst (lanes partial
//           sums) for each output; the host adds them up when it reads them.
//   ADD, MUL, RELU   registers bursts at a time from each operand's row, then to the result's row, even banks, then odd;
//           one more write for the loop's jump.
// Groups of `registers` column commands end in a barrier, as does every write of a mode or configuration register.
#pragma once

#include <cstdint>

#include "models/pim/pim_work.h"

namespace presil::pim {

struct HbmPimShape {
  std::uint32_t channels{64};
  std::uint32_t units{8};       ///< of a channel
  std::uint32_t registers{8};   ///< of each of the two GRFs, in bursts
  std::uint32_t lanes{16};
  std::uint32_t columns{32};    ///< bursts in a row
};

/// The units' time: results are in the memory then. Throws InputError for a channel of fewer than four banks.
KernelTime hbm_pim_time(const ChannelSpec& channel, const HbmPimShape& shape, const PimWork& work);

}  // namespace presil::pim
