// dpu.h -- an UPMEM processor at every bank, in closed form.
//
// In order, one instruction a cycle from 11 threads or more, since an instruction of a thread follows its last one 11
// cycles later; transfers between bank and scratchpad by DMA, beside the computation of other threads:
//
//   instructions/s = clock x min(1, tasklets / 11)
//   transfer       = dma_cycles + dma_cycles_per_byte x bytes
//   time           = max(elements x instructions, transfers)
//
// [Gomez-Luna et al., Benchmarking a New Paradigm, IEEE Access 2022 (PrIM), section 3]. Elements are 32-bit integers,
// spread evenly over the processors; a GEMV gives every processor whole rows. Not modelled: copies between host and
// banks, launch, synchronisation.
#pragma once

#include "models/pim/pim_config.h"
#include "models/pim/pim_work.h"

namespace presil::pim {

/// Of one processor.
double dpu_instructions_per_s(const PimConfig& dpu);
double dpu_elements_per_s(const PimConfig& dpu, PimOp op);
BytesPerSecond dpu_dma_rate(const PimConfig& dpu);

/// Throws InputError for an operation without instruction count (relu).
Seconds dpu_time(const PimConfig& dpu, const PimWork& work);

}  // namespace presil::pim
