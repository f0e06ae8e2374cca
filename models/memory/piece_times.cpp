// piece_times.cpp -- implementation of piece_times.h.
#include "models/memory/piece_times.h"

#include <algorithm>

namespace presil::memory {

namespace {

constexpr std::uint32_t kOtherRow = 1u << 30;  // no row has this bit, nor those from kRepeatBit on
constexpr std::uint32_t kRepeatBit = 24;
constexpr std::uint32_t kTurns = 3;
constexpr std::uint32_t kElsewhere = 5;  // odd: repetitions visit all banks
constexpr Tick kEver = api::dram::kNever - 1;

DramSpec without_refresh(DramSpec spec) {
  spec.policy.refresh = RefreshPolicy::none;
  spec.policy.posted_writes = false;
  return spec;
}

void feed(BurstChannel& channel, const PlacedChunk& piece, std::uint64_t tag) {
  for (Access access : piece.chunk->bursts) {
    access.row = piece.chunk->rows[access.row].row ^ piece.row;
    access.bank ^= piece.frame;
    access.tag = tag;
    channel.push(access, 1);
  }
}

/// Last data on the bus, tags telling writes: a read completes with it, a write with its WR.
Tick last_data(DramChannel& dram) {
  Tick last = 0;
  const DramTiming& t = dram.spec().timing;
  for (const Done& done : dram.done()) last = std::max(last, done.at + (done.tag != 0 ? t.cwl + t.burst : 0));
  return last;
}

DramCounters difference(DramCounters a, const DramCounters& b) {
  for (std::size_t i = 0; i < api::dram::kCommands; ++i) a.commands[i] -= b.commands[i];
  a.reads -= b.reads;
  a.writes -= b.writes;
  a.row_hits -= b.row_hits;
  a.read_ticks -= b.read_ticks;
  a.data_ticks -= b.data_ticks;
  a.open_ticks -= b.open_ticks;
  return a;
}

}  // namespace

PieceTimes::PieceTimes(const DramSpec& spec, std::uint32_t offers_per_tick)
    : spec_(without_refresh(spec)),
      refresh_time_(spec.timing.rfc),
      per_tick_(offers_per_tick),
      history_(kHistory * std::max(spec.policy.read_queue, spec.policy.write_queue)),
      channel_(spec_, offers_per_tick) {}

std::size_t PieceTimes::Hash::operator()(const Key& key) const {
  std::uint64_t h = key.size();
  for (const std::uint64_t value : key) {
    h = (h ^ value) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
  }
  return h;
}

const PieceCost& PieceTimes::cost(const std::deque<PlacedChunk>& before, const PlacedChunk& piece) {
  const bool turns = !before.empty() && before.back().chunk->write != piece.chunk->write;
  std::size_t first = turns ? before.size() - 1 : 0;
  for (std::size_t i = 0; i + 1 < before.size(); ++i)
    if (before[i].chunk->write != before.back().chunk->write) first = std::max(first, i + 1);
  key_.assign(1, turns);
  const auto append = [&](const PlacedChunk& p) {
    key_.push_back(std::uint64_t{p.chunk->pattern} << 32 | (p.chunk->frame ^ piece.chunk->frame));
    if (!turns) key_.insert(key_.end(), {p.same, p.other});
  };
  append(piece);
  for (std::size_t i = first; i < before.size(); ++i) append(before[i]);
  if (const auto known = known_.find(key_); known != known_.end()) return known->second;
  const Key key = key_;  // turn() comes here again
  const PieceCost made = turns ? turn(before.back(), piece)
                               : run({before.begin() + static_cast<std::ptrdiff_t>(first), before.end()}, piece);
  if (known_.size() > kMost) known_.clear();
  return known_.emplace(key, made).first->second;
}

void PieceTimes::lay(std::vector<std::uint32_t>& rows, std::vector<char>& seen,
                     const PlacedChunk& piece) const {
  for (std::size_t i = 0; i < piece.chunk->rows.size(); ++i) {
    const Chunk::Row& r = piece.chunk->rows[i];
    const std::uint32_t bank = r.bank ^ piece.frame;
    if (seen[bank]) continue;
    seen[bank] = 1;
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (piece.same & bit)
      rows[bank] = r.row ^ piece.row;
    else if (piece.other & bit)
      rows[bank] = r.row ^ piece.row ^ kOtherRow;
  }
}

std::vector<std::uint32_t> PieceTimes::rows_before(const std::deque<PlacedChunk>& before,
                                                   const PlacedChunk& piece) const {
  std::vector<std::uint32_t> rows(spec_.geometry.all_banks(), DramChannel::kClosed);
  std::vector<char> seen(rows.size());
  for (const PlacedChunk& p : before) lay(rows, seen, p);
  lay(rows, seen, piece);
  return rows;
}

PlacedChunk PieceTimes::elsewhere(PlacedChunk piece, std::uint32_t times) const {
  piece.row ^= times << kRepeatBit;
  piece.frame = kElsewhere * times % spec_.geometry.banks_per_pc();
  return piece;
}

std::deque<PlacedChunk> PieceTimes::repeated(const std::deque<PlacedChunk>& before) const {
  std::deque<PlacedChunk> all = before;
  std::size_t bursts = 0;
  for (const PlacedChunk& p : before) bursts += p.chunk->bursts.size();
  for (std::uint32_t times = 1; !before.empty() && bursts * times < history_; ++times)
    for (std::size_t i = before.size(); i-- > 0;)
      all.push_front(before[i].same == 0 ? elsewhere(before[i], times) : before[i]);
  return all;
}

PieceCost PieceTimes::turn(const PlacedChunk& before, const PlacedChunk& piece) {
  DramChannel& dram = channel_.dram();
  const auto in_turn = [&](std::uint32_t times, DramCounters& counters) {
    dram.settle(0, std::vector<std::uint32_t>(spec_.geometry.all_banks(), DramChannel::kClosed));
    channel_.move(0, 0);
    for (std::uint32_t i = 0; i < times; ++i)
      for (const PlacedChunk* p : {&before, &piece}) feed(channel_, elsewhere(*p, i), p->chunk->write);
    channel_.finish();
    const Tick end = last_data(dram);
    counters = dram.counters(end);
    return end;
  };
  DramCounters few, many;
  const Tick first = in_turn(kTurns, few), all = in_turn(2 * kTurns, many);
  const std::size_t own = piece.chunk->bursts.size(), both = own + before.chunk->bursts.size();
  const auto part = [&](auto x) {
    return static_cast<decltype(x)>(static_cast<double>(x) * static_cast<double>(own) /
                                    (static_cast<double>(both) * kTurns));
  };
  PieceCost cost{part(all - first), this->cost({}, {piece.chunk, piece.row}).rest, difference(many, few), {}};
  for (auto& commands : cost.counters.commands) commands = part(commands);
  for (auto* count : {&cost.counters.reads, &cost.counters.writes, &cost.counters.row_hits,
                      &cost.counters.read_ticks, &cost.counters.data_ticks})
    *count = part(*count);
  cost.counters.open_ticks = part(cost.counters.open_ticks);
  return cost;
}

PieceCost PieceTimes::run(const std::deque<PlacedChunk>& last, const PlacedChunk& piece) {
  const std::deque<PlacedChunk> before = repeated(last);
  DramChannel& dram = channel_.dram();
  dram.settle(0, rows_before(before, piece));
  channel_.move(0, 0);
  for (const PlacedChunk& p : before) feed(channel_, p, p.chunk->write);
  if (!before.empty()) channel_.run_ahead();
  const Tick begin = channel_.now();
  const DramCounters first = dram.counters(begin);
  feed(channel_, piece, piece.chunk->write);
  channel_.run_ahead();
  const Tick taken = channel_.now();
  const DramCounters second = dram.counters(taken);
  channel_.advance(kEver);
  const Tick end = std::max(taken, last_data(dram));
  return {taken - begin, end - taken, difference(second, first), difference(dram.counters(end), second)};
}

Tick PieceTimes::refresh_cost(const std::vector<PlacedChunk>& pieces) const {
  const auto end = [&](const DramSpec& spec, DramCounters& counters) {
    BurstChannel channel(spec, per_tick_);
    for (const PlacedChunk& piece : pieces) feed(channel, piece, piece.chunk->write);
    channel.finish();
    counters = channel.dram().counters(channel.now());
    return last_data(channel.dram());
  };
  DramCounters counters;
  const Tick plain = end(spec_, counters);
  DramSpec often = spec_;
  often.policy.refresh = RefreshPolicy::all_bank;
  often.timing.refi = refresh_time_ + plain / 5 + 1;  // five or so: at different places of the pieces
  const Tick with = end(often, counters);
  const auto met = static_cast<Tick>(counters.commands[static_cast<std::size_t>(Command::refresh_all)] /
                                     spec_.geometry.pseudo_channels);
  return met == 0 ? refresh_time_ : std::max(refresh_time_, (with - plain + met / 2) / met);
}

}  // namespace presil::memory
