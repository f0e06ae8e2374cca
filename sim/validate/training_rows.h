// training_rows.h -- predictions of whole training steps: rows of layers_and_steps whose phase is train_step, and of
// training_papers.
//
// What a row does not say is taken from what its authors published, or is the best that fits (sim/run/training_search.h):
//   A100 rows (Megatron-LM, arXiv:2104.04473 and arXiv:2205.05198): fp16, fp32 gradients, Adam, dropout, attention through
//   memory by separate kernels, sends between stages wait, gradients exchanged at the end, HDR InfiniBand, vocabulary of
//   51,200. Rows whose model says "seq-par" or "selective" have these; the others recompute everything. The rows of early 2021
//   (arXiv:2104.04473) sum gradients in fp16 by kernels of their own and overlap no exchange of a layer: Megatron-LM got asynchronous ones
//   in the autumn of that year (github.com/NVIDIA/apex, pull request 1183, takes them over).
//   H100 rows (Megatron-LM's README; Llama 3, arXiv:2407.21783): bf16, fused attention, sequence parallelism, ZeRO 1, exchanges of
//   gradients and between stages overlapped, 400 Gb/s a GPU; GPT with a vocabulary of 131,072 and exchanges of layers overlapped
//   (--tp-comm-overlap, the README). Llama 3 without recomputation, with ZeRO 2 and micro-batches of one (section 3.3.2).
//   Micro-batch and virtual stages: those of arXiv:2205.05198, table 5, for its four models, else the fastest that fit.
// FLOPs of GPT rows are counted as those papers do (arXiv:2104.04473, section 5.1: attention not halved, four passes forward
// where everything is computed again and HFU is what is given, else three), those of others as presil counts.
#pragma once

#include "sim/validate/gpu_device.h"
#include "sim/validate/registry.h"

namespace presil::validate {

/// "MODEL ppN dpN mbsN ilN recompute=X", in milliseconds.
Prediction predict_step(GpuDevice& device, const LayerRow& row);

void add_training(Registry& registry);

}  // namespace presil::validate
