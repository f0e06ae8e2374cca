// dma.cpp -- implementation of dma.h.
#include "models/npu/dma.h"

#include <algorithm>
#include <stdexcept>

namespace presil::npu {

using kernel::Callback;

Dma::Dma(const DmaConfig& config, api::NodeId node, std::array<Endpoint*, api::kLevels> endpoints, Scratchpad& scratchpad)
    : config_(config), node_(node), endpoints_(endpoints), scratchpad_(scratchpad) {}

void Dma::execute(const api::Transfer& transfer, bool write, Callback done, std::uint32_t op) {
  if (endpoints_[static_cast<std::size_t>(transfer.level)] == nullptr)
    throw std::logic_error{"a transfer names a level that this chip does not have"};
  if (transfer.rows == 0 || transfer.row_bytes == 0) throw std::logic_error{"an empty transfer"};
  transfers_.push_back({transfer, 0, write, done, op, 0, false, transfer.bytes(), {}});
  probe_.depth(transfers_.size());
  issue();
}

api::Transfer Dma::next_chunk(Active& active) const {
  const auto limit = static_cast<std::uint64_t>(config_.chunk.value);
  api::Transfer& rest = active.rest;
  if (rest.stride == rest.row_bytes && rest.rows > 1) {  // contiguous after all
    rest.row_bytes *= rest.rows;
    rest.stride = rest.row_bytes;
    rest.rows = 1;
  }
  api::Transfer piece = rest;
  piece.address += active.row_offset;
  if (rest.row_bytes > limit) {
    piece.rows = 1;
    piece.row_bytes = std::min(limit, rest.row_bytes - active.row_offset);
    piece.stride = piece.row_bytes;
    active.row_offset += piece.row_bytes;
    if (active.row_offset == rest.row_bytes) {
      active.row_offset = 0;
      rest.address += rest.stride;
      --rest.rows;
    }
  } else {
    piece.rows = std::min(rest.rows, limit / rest.row_bytes);
    rest.address += piece.rows * rest.stride;
    rest.rows -= piece.rows;
  }
  active.all_issued = rest.rows == 0;
  return piece;
}

void Dma::issue() {
  while (under_way_ < config_.outstanding && issuing_ < first_ + transfers_.size()) {
    Active& active = transfers_[issuing_ - first_];
    const std::uint64_t number = issuing_;
    if (active.row_offset == 0 && active.rest.bytes() == active.bytes) active.begun = sc_core::sc_time_stamp();
    const api::Transfer piece = next_chunk(active);
    ++active.chunks_out;
    ++under_way_;
    if (active.all_issued) ++issuing_;
    scratchpad_.access(piece.bytes(), sc_core::sc_time_stamp(), active.op);
    endpoints_[static_cast<std::size_t>(piece.level)]->access(
        {piece, active.write, node_, Callback::of<&Dma::chunk_done>(this, number)});
  }
}

void Dma::chunk_done(std::uint64_t number) {
  Active& active = transfers_[number - first_];
  --active.chunks_out;
  --under_way_;
  Callback done;
  if (active.all_issued && active.chunks_out == 0) {
    done = active.done;
    probe_.span({active.begun, sc_core::sc_time_stamp(), active.bytes, active.op, active.write ? "store" : "load"});
  }
  while (!transfers_.empty() && transfers_.front().all_issued && transfers_.front().chunks_out == 0) {
    transfers_.pop_front();
    ++first_;
  }
  if (done) probe_.depth(transfers_.size());
  if (done) done();
  issue();
}

}  // namespace presil::npu
