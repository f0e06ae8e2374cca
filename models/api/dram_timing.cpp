// dram_timing.cpp -- implementation of dram_timing.h.
#include "models/api/dram_timing.h"

#include <algorithm>

namespace presil::api::dram {

BankTiming::BankTiming(const Geometry& geometry, const std::vector<Constraint>& rules) : geometry_(geometry) {
  const std::uint32_t pcs = geometry.pseudo_channels, sids = pcs * geometry.stack_ids;
  const std::uint32_t groups = sids * geometry.bank_groups, banks = groups * geometry.banks;
  first_node_ = {0, 1, 1 + pcs, 1 + pcs + sids, 1 + pcs + sids + groups, 1 + pcs + sids + groups + banks};
  for (std::uint32_t b = 0; b < banks; ++b) {
    const std::uint32_t group = b / geometry.banks, sid = group / geometry.bank_groups;
    paths_.push_back({0, first_node_[1] + sid / geometry.stack_ids, first_node_[2] + sid, first_node_[3] + group,
                      first_node_[4] + b});
  }
  std::size_t times = 0;
  // A channel that is refreshed and one that is not differ at the levels above: these keep all commands.
  for (std::size_t level = 0; level <= static_cast<std::size_t>(Level::pseudo_channel); ++level)
    for (std::size_t command = 0; command < kCommands; ++command) limited_[level].push_back(command);
  for (const Constraint& c : rules) {
    auto& limited = limited_[static_cast<std::size_t>(c.level)];
    const auto following = static_cast<std::size_t>(c.following);
    refreshes_banks_ |= c.following == Command::refresh_bank;
    if (c.following != Command::refresh_bank && std::find(limited.begin(), limited.end(), following) == limited.end()) limited.push_back(following);
    const auto level = static_cast<std::uint32_t>(c.level), preceding = static_cast<std::uint32_t>(c.preceding);
    if (c.window < 2 && !c.siblings) {
      steps_[preceding].push_back({level, static_cast<std::uint32_t>(c.following), c.latency});
      continue;
    }
    rules_[preceding].push_back({c, times});
    if (c.window > 1) times += std::size_t{c.window} * (first_node_[level + 1] - first_node_[level]);
  }
  times_.resize(times);
  // Steps of whole pseudo-channels come first: issue_all() stops at the first other one.
  for (auto& steps : steps_)
    std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.level < b.level; });
  reset();
}

void BankTiming::reset() {
  nodes_.resize(first_node_[kLevels]);
  for (Node& node : nodes_) node.next.fill(0);
  std::fill(times_.begin(), times_.end(), kAlways);
  cursors_.assign(times_.size(), 0);
}

void BankTiming::apply(const Rule& rule, std::uint32_t node, Tick t) {
  const Constraint& c = rule.constraint;
  const std::uint32_t first = first_node_[static_cast<std::size_t>(c.level)];
  const auto following = static_cast<std::size_t>(c.following);
  if (c.siblings) {
    // Levels below the pseudo-channel only; siblings are the nodes with the same parent.
    const std::uint32_t per_parent = c.level == Level::stack_id ? geometry_.stack_ids
                                     : c.level == Level::bank_group ? geometry_.bank_groups
                                                                    : geometry_.banks;
    const std::uint32_t parent = (node - first) / per_parent;
    for (std::uint32_t i = 0; i < per_parent; ++i) {
      const std::uint32_t other = first + parent * per_parent + i;
      if (other != node) raise(other, following, t + c.latency);
    }
    return;
  }
  const std::size_t window = rule.first_time + std::size_t{node - first} * c.window;
  std::uint32_t& at = cursors_[window];
  times_[window + at] = t;
  at = at + 1 == c.window ? 0 : at + 1;
  raise(node, following, times_[window + at] + c.latency);  // the window-th last, this one included
}

void BankTiming::issue(Command command, std::uint32_t bank, Tick t) {
  const auto c = static_cast<std::size_t>(command);
  const Path& path = paths_[bank];
  for (const Step& step : steps_[c]) raise(path[step.level], step.following, t + step.latency);
  for (const Rule& rule : rules_[c]) apply(rule, path[static_cast<std::size_t>(rule.constraint.level)], t);
}

void BankTiming::issue_all(Command command, std::uint32_t pc, Tick t) {
  const auto c = static_cast<std::size_t>(command);
  for (const Step& step : steps_[c]) {
    if (step.level > static_cast<std::uint32_t>(Level::pseudo_channel)) break;
    raise(step.level == 0 ? 0 : 1 + pc, step.following, t + step.latency);
  }
  for (const Rule& rule : rules_[c])
    if (rule.constraint.level <= Level::pseudo_channel) apply(rule, rule.constraint.level == Level::channel ? 0 : 1 + pc, t);
}

void BankTiming::save(Tick now, std::uint32_t frame, std::vector<std::uint16_t>& words) const {
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::uint32_t first = first_node_[level], nodes = first_node_[level + 1] - first, own = frame_of(level, frame);
    std::size_t at = words.size();
    words.resize(at + nodes * limited_[level].size());
    for (std::uint32_t i = 0; i < nodes; ++i)
      for (const std::size_t command : limited_[level])
        words[at++] = static_cast<std::uint16_t>(std::max<Tick>(0, nodes_[first + (i ^ own)].next[command] - now));
  }
  for_windows(frame, [&](Tick latency, std::size_t first, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i)  // oldest first
      words.push_back(static_cast<std::uint16_t>(std::max<Tick>(0, times_[first + (cursors_[first] + i) % length] + latency - now)));
  });
}

const std::uint16_t* BankTiming::restore(Tick now, std::uint32_t frame, const std::uint16_t* words) {
  if (refreshes_banks_)
    for (Node& node : nodes_) node.next[static_cast<std::size_t>(Command::refresh_bank)] = now;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::uint32_t first = first_node_[level], own = frame_of(level, frame);
    for (std::uint32_t i = 0; i < first_node_[level + 1] - first; ++i)
      for (const std::size_t command : limited_[level]) nodes_[first + (i ^ own)].next[command] = now + *words++;
  }
  for_windows(frame, [&](Tick latency, std::size_t first, std::size_t length) {
    cursors_[first] = 0;
    for (std::size_t i = 0; i < length; ++i, ++words) times_[first + i] = *words == 0 ? kAlways : now + *words - latency;
  });
  return words;
}

Tick BankTiming::settled() const {
  Tick last = 0;
  for (const Node& node : nodes_)
    for (const Tick next : node.next) last = std::max(last, next);
  for_windows(0, [&](Tick latency, std::size_t first, std::size_t length) {
    for (std::size_t i = first; i < first + length; ++i) last = std::max(last, times_[i] + latency);
  });
  return last;
}

}  // namespace presil::api::dram
