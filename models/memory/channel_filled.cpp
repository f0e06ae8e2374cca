// channel_filled.cpp -- states behind a piece that has filled the queues (ChannelSteps::fill in
// channel_steps.h).
#include <algorithm>

#include "models/memory/channel_steps.h"

namespace presil::memory {

namespace {

constexpr std::uint32_t kOtherRow = 1u << 30;  // no row has this bit
constexpr std::uint64_t kOwn = 1, kOther = 0;  // tags

bool was_open(const ChannelSteps::Met& piece, std::size_t r) { return r < 64 && (piece.open >> r & 1) != 0; }

}  // namespace

/// The scratch channel at rest, with the rows that the pieces find open, and another one in every other bank.
void ChannelSteps::all_open(const Filled& filled) {
  const std::uint32_t banks = scratch_->spec().geometry.all_banks();
  if (all_open_.words.empty()) {
    const auto fresh = make_channel(scratch_->spec());
    Tick t = 0;
    for (std::uint32_t b = 0; b < banks; ++b) {
      while (!fresh->accept({b, b, 0, false, 0}, t)) fresh->step(t = fresh->wake());
      while (!fresh->idle()) fresh->step(t = fresh->wake());
    }
    fresh->save(t + fresh->settled(), all_open_);
  }
  std::vector<bool> seen(banks);
  const auto lay = [&](const Met& piece) {
    for (std::size_t r = 0; r < piece.chunk->rows.size(); ++r) {
      const Chunk::Row& row = piece.chunk->rows[r];
      if (!seen[row.bank] && was_open(piece, r))
        all_open_.rows[all_open_.first_row[row.bank ^ all_open_.frame]] = row.row ^ piece.row;
      seen[row.bank] = true;
    }
  };
  for (std::uint32_t b = 0; b < banks; ++b)
    all_open_.rows[all_open_.first_row[b ^ all_open_.frame]] = kOtherRow | b;
  for (const Met& before : filled.before) lay(before);
  lay(filled.piece);
  scratch_->restore(0, kNever, all_open_);
}

ChannelSteps::FilledState ChannelSteps::work_out_filled(const Filled& filled) {
  DramChannel& channel = *scratch_;
  live_known_ = false;
  all_open(filled);
  Tick t = 0;
  std::uint32_t used = 0;
  // Behind one piece only, the controller begins when that fills its queue: it has not been idle.
  bool begun = filled.before.size() > 1;
  const auto offer = [&](const Met& piece, std::uint64_t tag) {
    for (Access access : piece.chunk->bursts) {
      access.row = piece.chunk->rows[access.row].row ^ piece.row;
      access.tag = tag;
      while (used == per_tick_ || !channel.accept(access, t)) {
        begun = begun || used < per_tick_;
        t = used == per_tick_ ? t + 1 : std::max(t + 1, channel.wake());
        used = 0;
        if (begun && channel.wake() <= t) channel.step(t);
      }
      ++used;
    }
  };
  for (const Met& before : filled.before) offer(before, kOther);
  offer(filled.piece, kOwn);
  const Chunk& own = *filled.piece.chunk;
  const std::uint32_t row = filled.piece.row;
  channel.save(t, image_);
  FilledState made{0, image_.frame ^ own.frame, t % edge_, {}, {}, {}};
  for (std::uint32_t named = 0; named + 1 < image_.first_row.size(); ++named)
    for (std::uint32_t r = image_.first_row[named]; r < image_.first_row[named + 1]; ++r) {
      const std::uint32_t bank = named ^ image_.frame;
      std::uint32_t place = 0;
      while (place < own.rows.size() &&
             (own.rows[place].bank != bank || (own.rows[place].row ^ row) != image_.rows[r]))
        ++place;
      made.rows.push_back({place < own.rows.size() ? place : kNone, bank ^ own.frame});
    }
  for (std::size_t w = 0; w < image_.writes.size(); ++w) {
    const std::uint32_t place = made.rows[image_.writes[w]].place;
    const auto burst = std::find_if(own.bursts.begin(), own.bursts.end(), [&](const Access& a) {
      return a.row == place && a.column == image_.columns[w];
    });
    made.columns.push_back(
        burst == own.bursts.end() ? kNone : static_cast<std::uint32_t>(burst - own.bursts.begin()));
  }
  for (const std::uint64_t tag : image_.tags) made.own.push_back(tag == kOwn);
  made.node = intern(used, false, true);
  return made;
}

std::size_t ChannelSteps::FilledHash::operator()(const FilledKey& key) const {
  std::size_t hash = 0;
  for (const std::uint64_t word : key) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
  }
  return hash;
}

const ChannelSteps::FilledState& ChannelSteps::filled(const Filled& filled) {
  FilledKey key{filled.piece.chunk->pattern | std::uint64_t{filled.before.size()} << 32, filled.piece.open};
  std::size_t at = 2;
  for (const Met& before : filled.before) {
    key[at++] = before.chunk->pattern;
    key[at++] = before.chunk->frame ^ filled.piece.chunk->frame;
    key[at++] = before.open;
  }
  const auto found = filled_.find(key);
  return found != filled_.end() ? found->second : filled_.emplace(key, work_out_filled(filled)).first->second;
}

void ChannelSteps::fill(ChannelState& state, const Filled& piece, const std::vector<std::uint32_t>& open) {
  const FilledState& as = filled(piece);
  const Chunk& own = *piece.piece.chunk;
  state.node = as.node;
  state.frame = as.frame ^ own.frame;
  if (state.at % edge_ != as.phase) ++state.at;
  state.rows.resize(as.rows.size());
  std::uint32_t* row = state.rows.data();
  for (const FilledState::Row& r : as.rows)
    *row++ = r.place == kNone ? open[r.bank ^ own.frame] : own.rows[r.place].row ^ piece.piece.row;
  state.columns.resize(as.columns.size());
  std::uint32_t* column = state.columns.data();
  for (const std::uint32_t burst : as.columns) *column++ = burst == kNone ? kNone : own.bursts[burst].column;
  state.tags.clear();
  for (const bool mine : as.own) state.tags.push_back(mine ? piece.tag : piece.other);
}

}  // namespace presil::memory
