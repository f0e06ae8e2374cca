// kernel.h -- what the GPU executes: a kernel as the phases its resident thread blocks go through together.
//
// The blocks of one wave advance through their main loops side by side, so what they ask of the chip is stated per
// phase, for all SMs together. Inside a phase loads, arithmetic and stores overlap, as a software pipeline makes them;
// a phase ends when the slowest of them does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/formats.h"

namespace presil::gpu {

struct Phase {
  double sm_cycles{};   ///< clocks of the busiest SM: its tensor cores, lanes and shared memory
  double l2_bytes{};    ///< between L2 and SMs
  double read_bytes{};  ///< from DRAM: what L2 did not hold
  double write_bytes{}; ///< to DRAM
};

struct Kernel {
  std::string name;
  std::string plan;              ///< tiles, splits, blocks, waves: for the reader
  std::vector<Phase> phases;
  double latency_s{};            ///< first instruction to first data, and drain
  Format format{Format::bf16};   ///< of the tensor-core work
  double macs{};                 ///< as executed, padding included
  double activity{1};            ///< of its operands: energy of the tensor cores over that on a benchmark's
  double instructions{0};        ///< of lanes, where they do the multiply-adds; 0: tensor cores
  double simple_ops{}, special_ops{};
  double host_bytes{};           ///< over the host link, before the first phase
  double fabric_bytes{};         ///< sent to other devices, one way, within latency_s
  double blocks{};
  double streams{0};             ///< share of its loads in whole pages of memory: at stream_efficiency, the rest at memory_efficiency
  double granules{0};            ///< share of its loads that take whole granules of inline error correction, tiles taking halves
  bool tile_stores{true};        ///< results leave in pieces of a tile's row, not in whole pages
  double store_stages{0};        ///< blocks of an SM of which one can store while others compute; 0: stores overlap as loads do
  double stages{4};              ///< loads under way per SM: pipeline stages times resident blocks

  Phase total() const {
    Phase sum;
    for (const Phase& p : phases) {
      sum.sm_cycles += p.sm_cycles;
      sum.l2_bytes += p.l2_bytes;
      sum.read_bytes += p.read_bytes;
      sum.write_bytes += p.write_bytes;
    }
    return sum;
  }
};

}  // namespace presil::gpu
