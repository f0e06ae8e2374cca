// dram_timing.cpp -- implementation of dram_timing.h.
#include "models/api/dram_timing.h"

#include <algorithm>

namespace presil::api::dram {

BankTiming::BankTiming(const Geometry& geometry, const std::vector<Constraint>& rules)
    : geometry_(geometry), rules_(rules) {
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const Constraint& a, const Constraint& b) { return a.preceding < b.preceding; });
  for (std::size_t c = 0, r = 0; c <= kCommands; ++c) {
    while (r < rules_.size() && static_cast<std::size_t>(rules_[r].preceding) < c) ++r;
    first_rule_[c] = r;
  }
  const std::uint32_t pcs = geometry.pseudo_channels, sids = pcs * geometry.stack_ids;
  const std::uint32_t groups = sids * geometry.bank_groups, banks = groups * geometry.banks;
  first_node_ = {0, 1, 1 + pcs, 1 + pcs + sids, 1 + pcs + sids + groups, 1 + pcs + sids + groups + banks};
  for (std::uint32_t b = 0; b < banks; ++b) {
    const std::uint32_t group = b / geometry.banks, sid = group / geometry.bank_groups;
    paths_.push_back({first_node_[1] + sid / geometry.stack_ids, first_node_[2] + sid, first_node_[3] + group,
                      first_node_[4] + b});
  }
  reset();
}

void BankTiming::reset() {
  nodes_.resize(first_node_[kLevels]);
  for (Node& node : nodes_) node.next.fill(0);
  rings_.assign(rules_.size(), {});
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    if (rules_[r].window < 2) continue;
    const auto level = static_cast<std::size_t>(rules_[r].level);
    rings_[r].assign(first_node_[level + 1] - first_node_[level], {std::vector<Tick>(rules_[r].window, kAlways), 0});
  }
}

void BankTiming::apply(const Constraint& rule, std::size_t rule_index, std::uint32_t node, Tick t) {
  const std::uint32_t first = first_node_[static_cast<std::size_t>(rule.level)];
  if (rule.siblings) {
    // Levels below the pseudo-channel only; siblings are the nodes with the same parent.
    const std::uint32_t per_parent = rule.level == Level::stack_id ? geometry_.stack_ids
                                     : rule.level == Level::bank_group ? geometry_.bank_groups
                                                                       : geometry_.banks;
    const std::uint32_t parent = (node - first) / per_parent;
    for (std::uint32_t i = 0; i < per_parent; ++i) {
      const std::uint32_t other = first + parent * per_parent + i;
      if (other != node) raise(other, rule.following, t + rule.latency);
    }
    return;
  }
  if (rule.window > 1) {
    Ring& ring = rings_[rule_index][node - first];
    ring.times[ring.at] = t;
    ring.at = ring.at + 1 == rule.window ? 0 : ring.at + 1;
    t = ring.times[ring.at];  // the window-th last, this one included
  }
  raise(node, rule.following, t + rule.latency);
}

void BankTiming::issue(Command command, std::uint32_t bank, Tick t) {
  const auto c = static_cast<std::size_t>(command);
  const Path& path = paths_[bank];
  for (std::size_t r = first_rule_[c]; r < first_rule_[c + 1]; ++r) {
    const Constraint& rule = rules_[r];
    apply(rule, r, rule.level == Level::channel ? 0 : path[static_cast<std::size_t>(rule.level) - 1], t);
  }
}

void BankTiming::issue_all(Command command, std::uint32_t pc, Tick t) {
  const auto c = static_cast<std::size_t>(command);
  for (std::size_t r = first_rule_[c]; r < first_rule_[c + 1]; ++r)
    if (rules_[r].level <= Level::pseudo_channel)
      apply(rules_[r], r, rules_[r].level == Level::channel ? 0 : 1 + pc, t);
}

}  // namespace presil::api::dram
