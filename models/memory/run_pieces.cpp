// run_pieces.cpp -- implementation of run_pieces.h.
#include "models/memory/run_pieces.h"

#include <algorithm>
#include <numeric>

namespace presil::memory {

namespace {
/// Behind the socket a write is answered when its controller has taken it.
DramSpec posted(const MemoryConfig& c) {
  DramSpec spec = dram_spec(c);
  spec.policy.posted_writes = true;
  return spec;
}
}  // namespace

RunPieces::RunPieces(const MemoryConfig& c)
    : spec_(posted(c)),
      map_(address_bits(c)),
      stacks_(c.stacks),
      channels_(c.dram.channels),
      interleave_(static_cast<std::uint64_t>(c.interleave.value)),
      window_(kBursts * map_.burst_bytes() * channels_) {
  if (stacks_ > 1) window_ = std::lcm(window_, interleave_);
  span_ = std::lcm(map_.span(), window_);
  in_aligned_.resize(channels_);
  for (std::uint64_t at = 0; at < kAligned; at += map_.burst_bytes())
    in_aligned_[map_.field(AddressField::channel, map_.pack(at))].push_back(map_.pack(at));
  block_ = stacks_ > 1 ? std::min(kAligned, interleave_ & (~interleave_ + 1)) : kAligned;
  for (std::uint64_t at = 0; at < block_; at += map_.burst_bytes()) in_block_.push_back(map_.pack(at));
}

Access RunPieces::access(std::uint64_t packed, bool write) const {
  const Geometry& g = spec_.geometry;
  const DecodedAddress a = map_.unpack(packed);
  const std::uint32_t bank = ((a[AddressField::pseudo_channel] * g.stack_ids + a[AddressField::stack_id]) * g.bank_groups +
                              a[AddressField::bank_group]) * g.banks + a[AddressField::bank];
  return {bank, a[AddressField::row], a[AddressField::column], write, 0};
}

std::pair<std::uint32_t, Access> RunPieces::locate(std::uint64_t address, bool write) const {
  const StackAddress in = stack_address(address, interleave_, stacks_);
  const std::uint64_t packed = map_.pack(in.address);
  return {in.stack * channels_ + map_.field(AddressField::channel, packed), access(packed, write)};
}

RunPieces::Placed RunPieces::piece(std::uint64_t from, std::uint64_t to, bool write) {
  constexpr std::size_t kMost = 1 << 14;
  const std::uint64_t whole = from / window() * window() / stacks_ / span_ * span_;  // in its stack
  const std::uint64_t first = from - whole * stacks_, end = to - whole * stacks_;
  const std::uint32_t row = map_.decode(whole)[AddressField::row];
  if (known_.size() > kMost) {
    known_.clear();
    patterns_.clear();  // the numbers go on
    chunks_.clear();
  }
  const auto [at, fresh] = known_.try_emplace({first / burst(), (end + burst() - 1) / burst(), write});
  if (fresh) at->second = work_out(first, end, write);
  return {&at->second, row};
}

RunPieces::PlacedSlice RunPieces::slice(std::uint64_t from, std::uint64_t to, bool write) {
  constexpr std::size_t kMost = 1 << 16;
  const std::uint64_t whole = from / span() * span();
  const std::uint64_t first = (from - whole) / burst(), end = (to - whole + burst() - 1) / burst();
  if (slices_.size() > kMost) {
    slices_.clear();
    patterns_.clear();
    chunks_.clear();
  }
  const auto [at, fresh] = slices_.try_emplace((first << 20 | (end - first)) << 1 | (write ? 1 : 0));
  if (fresh) at->second = cut(first * burst(), end * burst(), write);
  return {&at->second, map_.decode(whole / stacks_)[AddressField::row]};
}

void RunPieces::count(std::uint64_t from, std::uint64_t to, std::uint32_t wanted) {
  located_.clear();
  bursts_of_.assign(channels(), 0);
  for (std::uint64_t at = from; at < to;) {
    const StackAddress in = stack_address(at, interleave_, stacks_);
    const std::uint64_t start = in.address / block_ * block_, base = map_.pack(start);
    const std::uint64_t end = std::min(to, at + start + block_ - in.address);
    for (std::uint64_t i = (in.address - start) / burst(); at < end; at += burst(), ++i) {
      const std::uint64_t packed = base ^ in_block_[i];  // the map is linear
      const std::uint32_t channel = in.stack * channels_ + map_.field(AddressField::channel, packed);
      ++bursts_of_[channel];
      if (channel == wanted) located_.push_back(packed);
    }
  }
}

bool RunPieces::plainly_even(std::uint64_t from, std::uint64_t to) const {
  const std::uint64_t round = stacks_ > 1 ? stacks_ * interleave_ : burst();
  if (from % round != 0 || to % round != 0) return false;
  const std::uint64_t ends =
      from / stacks_ | to / stacks_;  // aligned ranges as long as its lowest bit make up the whole
  return map_.covers(AddressField::channel, ends & (~ends + 1));
}

void RunPieces::locate_first(std::uint64_t from, std::uint64_t to) {
  located_.clear();
  for (std::uint64_t at = from; at < to;) {
    const std::uint64_t packed = map_.pack(at);
    const std::uint32_t channel = map_.field(AddressField::channel, packed);
    const bool aligned = at % kAligned == 0 && at + kAligned <= to;
    if (aligned)  // the map is linear
      for (const std::uint64_t in : in_aligned_[channel]) located_.push_back(packed ^ in);
    else if (channel == 0)
      located_.push_back(packed);
    at += aligned ? kAligned : burst();
  }
}

RunPieces::Slice RunPieces::cut(std::uint64_t from, std::uint64_t to, bool write) {
  if (plainly_even(from, to)) {
    locate_first(from / stacks_, to / stacks_);
  } else {
    count(from, to, 0);
    const auto most = std::max_element(bursts_of_.begin(), bursts_of_.end());
    if (most != bursts_of_.begin()) count(from, to, static_cast<std::uint32_t>(most - bursts_of_.begin()));
  }
  const auto chunk = std::make_shared<Chunk>();
  chunk->bursts.reserve(located_.size());
  for (const std::uint64_t packed : located_) append(*chunk, access(packed, write));
  chunk->write = write;
  const std::uint64_t all = (to - from + burst() - 1) / burst();
  return {named(chunk), all, located_.size() * channels() == all};
}

void RunPieces::append(Chunk& chunk, Access access) {
  const auto row = std::find_if(chunk.rows.begin(), chunk.rows.end(),
                                [&access](const Chunk::Row& r) { return r.bank == access.bank && r.row == access.row; });
  const auto place = static_cast<std::uint32_t>(row - chunk.rows.begin());
  if (row == chunk.rows.end()) chunk.rows.push_back({access.bank, access.row});
  access.row = place;
  chunk.bursts.push_back(access);
}

RunPieces::Piece RunPieces::work_out(std::uint64_t from, std::uint64_t to, bool write) {
  std::vector<std::shared_ptr<Chunk>> chunks(channels());
  Piece piece;
  for (std::uint64_t at = from / burst() * burst(); at < to; at += burst(), ++piece.bursts) {
    const auto [channel, access] = locate(at, write);
    if (chunks[channel] == nullptr) chunks[channel] = std::make_shared<Chunk>();
    append(*chunks[channel], access);
  }
  for (const auto& chunk : chunks) {
    if (chunk != nullptr) chunk->write = write;
    piece.chunks.push_back(chunk == nullptr ? nullptr : named(chunk));
  }
  return piece;
}

void RunPieces::join(Slice& joint, const PlacedSlice& placed, std::uint32_t row) const {
  if (joint.chunk == nullptr) {
    joint = {std::make_shared<Chunk>(), 0, true};
    joint.chunk->write = placed.slice->chunk->write;
  }
  const Chunk& part = *placed.slice->chunk;
  for (Access access : part.bursts) {
    access.row = part.rows[access.row].row ^ placed.row ^ row;
    append(*joint.chunk, access);
  }
  joint.all += placed.slice->all;
  joint.even &= placed.slice->even;
}

void RunPieces::name(Slice& joint) {
  constexpr std::size_t kMost = 1 << 16;
  if (patterns_.size() > kMost) {
    patterns_.clear();  // the numbers go on
    slices_.clear();
    known_.clear();
    chunks_.clear();
  }
  recognise(*joint.chunk);
}

RunPieces::Words RunPieces::recognise(Chunk& chunk) {
  chunk.frame = chunk.bursts.front().bank % spec_.geometry.banks_per_pc();
  Words words{chunk.write};
  for (const Access& a : chunk.bursts) words.push_back((a.bank ^ chunk.frame) << 16 | a.row);
  const auto [at, fresh] = patterns_.try_emplace(words, next_pattern_);
  if (fresh) ++next_pattern_;
  chunk.pattern = at->second;
  return words;
}

std::shared_ptr<Chunk> RunPieces::named(const std::shared_ptr<Chunk>& made) {
  Words words = recognise(*made);
  words.push_back(made->frame);
  for (const Access& a : made->bursts) words.push_back(a.column);
  for (const Chunk::Row& r : made->rows) words.push_back(r.row);
  return chunks_.try_emplace(std::move(words), made).first->second;
}

}  // namespace presil::memory
