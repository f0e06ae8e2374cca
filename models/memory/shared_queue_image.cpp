// shared_queue_image.cpp -- the state of a shared_queue_channel.h as words, and back.
//
// Words: write mode; pseudo-channels whose refresh waits; next-allowed ticks; by bank the number of rows it knows, whether
// the first of them is open, and the columns it served where hit_cap counts them; the entries in order of arrival. An
// entry: bank and name of its row; what it is; its tag's name; its column if it is a write that an arrival may meet.
// Names are given in order of appearance, by bank for rows.
#include <algorithm>

#include "models/memory/shared_queue_channel.h"

namespace presil::memory {

using api::dram::kAlways;

namespace {

enum Kind : std::uint16_t { waiting_read, waiting_write, active_read, active_write };
constexpr std::uint16_t kMissed = 4;  // an ACT or PRE was issued for it
constexpr std::uint16_t kLater = 8;   // it arrived after the one before
constexpr std::uint16_t kNow = 16;    // it arrived in this tick: so may the next one

}  // namespace

bool SharedQueueChannel::has_image() const {
  Tick longest = 0;
  for (const Constraint& c : constraints(spec_.timing)) longest = std::max(longest, c.latency);
  const bool settles = spec_.policy.refresh == RefreshPolicy::none || 2 * longest < spec_.timing.refi;
  return settles && longest < 60000 && spec_.policy.page == PagePolicy::open && spec_.policy.refresh != RefreshPolicy::per_bank;
}

bool SharedQueueChannel::quiet(Tick now) const {
  return idle() && write_mode_ && refreshes_.empty() && bank_refreshes_.empty() && timing_.settled() <= now;
}

void SharedQueueChannel::save(Tick now, ChannelImage& image) const {
  image.words.assign(1, write_mode_);
  image.words.push_back(static_cast<std::uint16_t>(refreshes_.size()));
  for (const std::uint32_t pc : refreshes_) image.words.push_back(static_cast<std::uint16_t>(pc));
  timing_.save(now, image.words);
  image.writes = writes_.size > 0;
  save_entries(now, image);
}

void SharedQueueChannel::save_entries(Tick now, ChannelImage& image) const {
  struct Found {
    std::uint32_t entry;
    std::uint16_t kind;
  };
  std::vector<Found> found;
  for (const Queue* queue : {&reads_, &writes_})
    for (const BankList& list : queue->banks)
      for (std::uint32_t e = list.head; e != kNone; e = pool_[e].next) found.push_back({e, queue->write ? waiting_write : waiting_read});
  for (const std::uint32_t e : active_)
    if (e != kNone) found.push_back({e, pool_[e].access.write ? active_write : active_read});
  std::sort(found.begin(), found.end(), [this](const Found& a, const Found& b) { return pool_[a.entry].order < pool_[b.entry].order; });

  std::vector<std::vector<std::uint32_t>> rows(open_row_.size());
  for (std::size_t b = 0; b < rows.size(); ++b)
    if (open_row_[b] != kClosed) rows[b].push_back(open_row_[b]);
  const auto name = [](auto& names, auto value) {
    const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), value) - names.begin());
    if (at == names.size()) names.push_back(value);
    return static_cast<std::uint16_t>(at);
  };
  std::vector<std::uint16_t> entries;
  image.tags.clear();
  Tick before = found.empty() ? 0 : pool_[found.front().entry].arrived;
  for (const Found& f : found) {
    const Entry& entry = pool_[f.entry];
    const Access& a = entry.access;
    const auto kind = static_cast<std::uint16_t>(f.kind | (entry.missed ? kMissed : 0) | (entry.arrived != before ? kLater : 0) |
                                                 (entry.arrived == now ? kNow : 0));
    before = entry.arrived;
    const std::uint16_t row = name(rows[a.bank], a.row);
    entries.insert(entries.end(), {static_cast<std::uint16_t>(a.bank), row, kind, name(image.tags, a.tag),
                                   static_cast<std::uint16_t>(f.kind == waiting_write ? a.column : 0)});
  }
  image.rows.clear();
  image.first_row.assign(1, 0);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    image.words.push_back(static_cast<std::uint16_t>(2 * rows[b].size() + (open_row_[b] != kClosed ? 1 : 0)));
    if (spec_.policy.hit_cap > 0) image.words.push_back(static_cast<std::uint16_t>(open_row_[b] == kClosed ? 0 : std::min(served_[b], spec_.policy.hit_cap)));
    image.rows.insert(image.rows.end(), rows[b].begin(), rows[b].end());
    image.first_row.push_back(static_cast<std::uint32_t>(image.rows.size()));
  }
  image.words.push_back(static_cast<std::uint16_t>(found.size()));
  image.words.insert(image.words.end(), entries.begin(), entries.end());
}

void SharedQueueChannel::clear() {
  free_.clear();
  for (auto e = static_cast<std::uint32_t>(pool_.size()); e-- > 0;) free_.push_back(e);
  for (Queue* queue : {&reads_, &writes_}) {
    queue->size = 0;
    std::fill(queue->banks.begin(), queue->banks.end(), BankList{});
    for (auto* best : {&queue->column, &queue->row}) std::fill(best->begin(), best->end(), Best{.gone = true});
  }
  std::fill(active_.begin(), active_.end(), kNone);
  std::fill(active_best_.begin(), active_best_.end(), Best{.gone = true});
  for (auto& banks : active_banks_) banks.clear();
  std::fill(open_in_pc_.begin(), open_in_pc_.end(), 0);
  active_count_ = open_banks_ = 0;
  refreshes_.clear();
  order_ = 0;
  counters_ = {};
  done_.clear();
}

void SharedQueueChannel::restore(Tick now, Tick next_refresh, const ChannelImage& image) {
  clear();
  const std::uint16_t* word = image.words.data();
  write_mode_ = *word++ != 0;
  for (std::uint16_t left = *word++; left > 0; --left) refreshes_.push_back(*word++);
  word = timing_.restore(now, word);
  next_refresh_ = next_refresh;
  open_since_ = now;
  for (std::uint32_t b = 0; b < open_row_.size(); ++b) {
    const bool open = (*word++ & 1) != 0;
    open_row_[b] = open ? image.rows[image.first_row[b]] : kClosed;
    if (spec_.policy.hit_cap > 0) served_[b] = *word++;
    if (!open) continue;
    ++open_in_pc_[pc_of_[b]];
    ++open_banks_;
  }
  restore_entries(now, word, image);
  for (std::uint32_t b = 0; b < open_row_.size(); ++b) rebound(b);
  wake_ = now + 1;
}

void SharedQueueChannel::restore_entries(Tick now, const std::uint16_t* word, const ChannelImage& image) {
  Tick earlier = kAlways;  // only which ones arrived together matters
  for (std::uint16_t left = *word++; left > 0; --left, word += 5) {
    const std::uint16_t bank = word[0], kind = word[2] & 3;
    const bool write = kind == waiting_write || kind == active_write;
    if (word[2] & kLater) ++earlier;
    const Tick arrived = word[2] & kNow ? now : earlier;
    const Access access{bank, image.rows[image.first_row[bank] + word[1]], word[4], write, image.tags[word[3]]};
    const bool missed = (word[2] & kMissed) != 0;
    if (kind == waiting_read || kind == waiting_write) {
      Queue& queue = write ? writes_ : reads_;
      push(queue, access, arrived);
      pool_[queue.banks[bank].tail].missed = missed;
      continue;
    }
    const std::uint32_t e = free_.back();
    free_.pop_back();
    pool_[e] = {access, arrived, order_++, kNone, missed};
    active_[bank] = e;
    active_banks_[pc_of_[bank]].push_back(bank);
    ++active_count_;
  }
}

}  // namespace presil::memory
