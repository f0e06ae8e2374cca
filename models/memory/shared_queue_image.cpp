// shared_queue_image.cpp -- the state of a shared_queue_channel.h as words, and back.
//
// Words: write mode; pseudo-channels whose refresh waits; next-allowed ticks; by bank the number of rows it
// knows, whether the first of them is open, and the columns it served where hit_cap counts them; the entries
// in order of arrival, each its bank, the name of its row, what it is, the name of its tag unless it has been
// answered. Banks are numbered so that the last entry's is 0. Names are given in order of appearance, by bank
// for rows.
#include <algorithm>

#include "models/memory/shared_queue_channel.h"

namespace presil::memory {

using api::dram::kAlways;

namespace {

enum Kind : std::uint16_t { waiting_read, waiting_write, active_read, active_write };
constexpr std::uint16_t kMissed = 4;  // an ACT or PRE was issued for it
constexpr std::uint16_t kLater = 8;   // it waits, and arrived after the one before it in its bank
constexpr std::uint16_t kAnswered = 0;  // of a write that has been answered
constexpr std::uint16_t kNow = 16;    // it waits, and arrived in this tick: so may the next one

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
  image.frame = youngest_ == kNone ? 0 : bank_in_pc_[pool_[youngest_].access.bank];
  image.words.assign(1, write_mode_);
  image.words.push_back(static_cast<std::uint16_t>(refreshes_.size()));
  for (const std::uint32_t pc : refreshes_) image.words.push_back(static_cast<std::uint16_t>(pc));
  timing_.save(now, image.frame, image.words);
  name_rows(image);
  image.words.push_back(static_cast<std::uint16_t>(waiting()));
  save_entries(now, image);
}

/// Rows by renumbered bank, the open one first, then as they appear.
void SharedQueueChannel::name_rows(ChannelImage& image) const {
  const auto banks = static_cast<std::uint32_t>(open_row_.size());
  named_.assign(banks, {});
  row_names_.clear();
  const auto name = [this](NamedRows& rows, std::uint32_t row) {
    const auto made = static_cast<std::uint32_t>(row_names_.size());
    row_names_.push_back({row, kNone});
    (rows.count++ == 0 ? rows.first : row_names_[rows.last].next) = made;
    rows.last = made;
  };
  for (std::uint32_t b = 0; b < banks; ++b)
    if (open_row_[b] != kClosed) name(named_[b], open_row_[b]);
  for (std::uint32_t e = oldest_; e != kNone; e = pool_[e].younger) {
    const Access& access = pool_[e].access;
    NamedRows& rows = named_[access.bank];
    std::uint16_t place = 0;
    for (std::uint32_t r = rows.first; r != kNone && row_names_[r].row != access.row; r = row_names_[r].next)
      ++place;
    if (place == rows.count) name(rows, access.row);
    row_name_[e] = place;
    if (pool_[e].active) continue;
    std::uint16_t& waiting = rows.waiting[access.write ? 1 : 0];
    waiting = waiting == kNoRows || waiting == place ? place : kManyRows;
  }
  image.rows.clear();
  image.first_row.assign(1, 0);
  for (std::uint32_t b = 0; b < banks; ++b) {
    const std::uint32_t bank = b ^ image.frame;
    const bool open = open_row_[bank] != kClosed;
    image.words.push_back(static_cast<std::uint16_t>(2 * named_[bank].count + (open ? 1 : 0)));
    if (spec_.policy.hit_cap > 0)
      image.words.push_back(static_cast<std::uint16_t>(open ? std::min(served_[bank], spec_.policy.hit_cap) : 0));
    for (std::uint32_t r = named_[bank].first; r != kNone; r = row_names_[r].next)
      image.rows.push_back(row_names_[r].row);
    image.first_row.push_back(static_cast<std::uint32_t>(image.rows.size()));
  }
}

std::uint16_t SharedQueueChannel::name_tag(std::uint64_t tag, ChannelImage& image) {
  // Most entries are of the transaction of the one before them.
  std::size_t name = image.tags.empty() ? 0 : image.tags.size() - 1;
  if (image.tags.empty() || image.tags[name] != tag)
    name =
        static_cast<std::size_t>(std::find(image.tags.begin(), image.tags.end(), tag) - image.tags.begin());
  if (name == image.tags.size()) {
    image.tags.push_back(tag);
    image.unanswered.push_back(0);
  }
  ++image.unanswered[name];
  return static_cast<std::uint16_t>(name);
}

void SharedQueueChannel::save_entries(Tick now, ChannelImage& image) const {
  const auto banks = static_cast<std::uint32_t>(open_row_.size());
  image.tags.clear();
  image.unanswered.clear();
  image.columns.clear();
  image.writes.clear();
  before_.assign(2 * std::size_t{banks}, kNever);
  std::size_t at = image.words.size();
  image.words.resize(at + 4 * waiting());
  for (std::uint32_t e = oldest_; e != kNone; e = pool_[e].younger) {
    const Entry& entry = pool_[e];
    const std::uint32_t bank = entry.access.bank ^ image.frame;
    const int kind = entry.access.write ? (entry.active ? active_write : waiting_write)
                                        : (entry.active ? active_read : waiting_read);
    int flags = entry.missed ? kMissed : 0;
    if (!entry.active) {
      Tick& last = before_[2 * bank + kind];
      const bool later = last != kNever && last != entry.arrived;
      if (later && named_[entry.access.bank].waiting[kind] == kManyRows) flags |= kLater;
      if (entry.arrived == now) flags |= kNow;
      last = entry.arrived;
    }
    if (kind == waiting_write) {
      image.columns.push_back(entry.access.column);
      image.writes.push_back(image.first_row[bank] + row_name_[e]);
    }
    image.words[at++] = static_cast<std::uint16_t>(bank);
    image.words[at++] = row_name_[e];
    image.words[at++] = static_cast<std::uint16_t>(kind | flags);
    image.words[at++] = answered(entry) ? kAnswered : name_tag(entry.access.tag, image);
  }
}

void SharedQueueChannel::clear() {
  free_.clear();
  for (auto e = static_cast<std::uint32_t>(pool_.size()); e-- > 0;) free_.push_back(e);
  for (Queue* queue : {&reads_, &writes_}) {
    queue->size = 0;
    std::fill(queue->banks.begin(), queue->banks.end(), BankList{});
    for (auto* candidates : {&queue->hits, &queue->opens, &queue->closes}) candidates->clear();
  }
  std::fill(active_.begin(), active_.end(), kNone);
  active_reads_.clear();
  active_writes_.clear();
  std::fill(open_in_pc_.begin(), open_in_pc_.end(), 0);
  active_count_ = open_banks_ = 0;
  oldest_ = youngest_ = kNone;
  refreshes_.clear();
  bank_refreshes_.clear();
  std::fill(refreshing_.begin(), refreshing_.end(), 0);
  order_ = 0;
  counters_ = {};
  done_.clear();
}

void SharedQueueChannel::restore(Tick now, Tick next_refresh, const ChannelImage& image) {
  clear();
  const std::uint16_t* word = image.words.data();
  write_mode_ = *word++ != 0;
  for (std::uint16_t left = *word++; left > 0; --left) refreshes_.push_back(*word++);
  word = timing_.restore(now, image.frame, word);
  next_refresh_ = next_refresh;
  if (spec_.policy.refresh == RefreshPolicy::per_bank)
    next_bank_ = static_cast<std::uint32_t>((next_refresh / bank_refresh_interval(spec_.timing, spec_.geometry) - 1) %
                                            spec_.geometry.banks_per_pc());
  open_since_ = now;
  for (std::uint32_t named = 0; named < open_row_.size(); ++named) {
    const std::uint32_t b = named ^ image.frame;
    const bool open = (*word++ & 1) != 0;
    open_row_[b] = open ? image.rows[image.first_row[named]] : kClosed;
    if (spec_.policy.hit_cap > 0) served_[b] = *word++;
    if (!open) continue;
    ++open_in_pc_[pc_of_[b]];
    ++open_banks_;
  }
  restore_entries(now, word, image);
  for (Queue* queue : {&reads_, &writes_}) {
    std::fill(queue->hit.begin(), queue->hit.end(), kNone);
    for (std::uint32_t b = 0; queue->size > 0 && b < open_row_.size(); ++b)
      if (queue->banks[b].head != kNone) rebound(*queue, b);
  }
  wake_ = now + 1;
}

void SharedQueueChannel::restore_entries(Tick now, const std::uint16_t* word, const ChannelImage& image) {
  // Only which ones of a bank arrived together matters.
  std::vector<Tick> arrived(2 * open_row_.size(), kAlways);
  std::size_t writes = 0;
  for (std::uint16_t left = *word++; left > 0; --left, word += 4) {
    const std::uint32_t bank = word[0] ^ image.frame;
    const int kind = word[2] & 3;
    const bool write = kind == waiting_write || kind == active_write;
    Tick& last = arrived[2 * word[0] + (write ? 1 : 0)];
    if (word[2] & kLater) ++last;
    if (word[2] & kNow) last = now;
    const std::uint32_t column = kind == waiting_write ? image.columns[writes++] : 0;
    const std::uint64_t tag = write && spec_.policy.posted_writes ? 0 : image.tags[word[3]];
    const Access access{bank, image.rows[image.first_row[word[0]] + word[1]], column, write, tag};
    const bool missed = (word[2] & kMissed) != 0;
    if (kind == waiting_read || kind == waiting_write) {
      Queue& queue = write ? writes_ : reads_;
      push(queue, access, last);
      pool_[queue.banks[bank].tail].missed = missed;
      continue;
    }
    const std::uint32_t e = new_entry(access, last);
    pool_[e].missed = missed;
    pool_[e].active = true;
    active_[bank] = e;
    active_of(pool_[e]).put(bank, pool_[e].order);
    ++active_count_;
  }
}

}  // namespace presil::memory
