// dma.h -- one core's DMA engine: transfers in order, cut into chunks, many chunks under way at once.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "models/api/program.h"
#include "models/npu/chip_config.h"
#include "models/npu/endpoints.h"
#include "models/npu/scratchpad.h"

namespace presil::npu {

/// Chunks are issued in program order while fewer than `outstanding` are under way, so latencies overlap and the
/// slower of memory, network and window sets the rate. A transfer is done when its last chunk is. Each chunk takes
/// its share of the scratchpad's port when it is issued, ahead of the arrays and the vector unit, which it delays.
class Dma {
 public:
  Dma(const DmaConfig& config, api::NodeId node, std::array<Endpoint*, api::kLevels> endpoints, Scratchpad& scratchpad);

  /// Accepts a transfer whose operands are ready; calls `done` at its end.
  void execute(const api::Transfer& transfer, bool write, kernel::Callback done, std::uint32_t op = kernel::Span::kNoOp);
  bool idle() const { return transfers_.empty(); }
  /// Tells of transfers, from the issue of the first chunk to the return of the last, and of how many there are.
  void attach(const kernel::Probe& probe) { probe_ = probe; }

 private:
  struct Active {
    api::Transfer rest;       ///< rows that have not been issued in full
    std::uint64_t row_offset{};  ///< bytes of the first of them that have
    bool write{};
    kernel::Callback done;
    std::uint32_t op{};
    std::uint64_t chunks_out{};
    bool all_issued{false};
    double bytes{};
    sc_core::sc_time begun;      ///< its first chunk was issued
  };
  api::Transfer next_chunk(Active& transfer) const;
  void issue();
  void chunk_done(std::uint64_t transfer);

  const DmaConfig config_;
  const api::NodeId node_;
  const std::array<Endpoint*, api::kLevels> endpoints_;
  Scratchpad& scratchpad_;
  kernel::Probe probe_;
  std::deque<Active> transfers_;  ///< oldest first
  std::uint64_t first_{0};        ///< number of transfers_.front()
  std::uint64_t issuing_{0};      ///< number of the transfer being cut
  std::uint32_t under_way_{0};
};

}  // namespace presil::npu
