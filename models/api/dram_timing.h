// dram_timing.h -- DRAM commands and the times at which they may issue; shared by plain channels and by
// processing in memory. Pure arithmetic in clock ticks, no SystemC.
//
// A timing rule is one row of data: after `preceding` at tick t, `following` may issue in the same node of `level` at
//     t + latency                          (window 1)
//     t' + latency, t' the window-th last  (window 4 is tFAW: t' = the fourth last ACT, this one included)
// or, with `siblings`, in the other nodes of that level under the same pseudo-channel (tCCD_R between stack ids).
// A command's earliest tick is the maximum over the nodes it goes through: channel, pseudo-channel, stack id, bank
// group, bank [JEDEC JESD235, JESD238, section "command truth table" and the AC timing tables; the representation as
// a table of rows is that of Ramulator 2, Luo et al., IEEE CAL 2023].
//
// Contract: commands of whole pseudo-channels (PREab, REFab) see and leave rules at channel and pseudo-channel only.
// Not modelled: data strobes, ODT, power-down and self-refresh entry and exit.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace presil::api::dram {

using Tick = std::int64_t;
inline constexpr Tick kNever = INT64_MAX / 4;
inline constexpr Tick kAlways = -kNever;

enum class Command : std::uint8_t { activate, precharge, precharge_all, read, write, refresh_all, refresh_bank };
inline constexpr std::size_t kCommands = 7;
enum class Level : std::uint8_t { channel, pseudo_channel, stack_id, bank_group, bank };
inline constexpr std::size_t kLevels = 5;

struct Constraint {
  Level level;
  Command preceding, following;
  Tick latency;
  std::uint32_t window{1};
  bool siblings{false};
};

/// What one channel (one command bus) holds.
struct Geometry {
  std::uint32_t pseudo_channels{1}, stack_ids{1}, bank_groups{1}, banks{1};
  std::uint32_t groups_per_pc() const { return stack_ids * bank_groups; }
  std::uint32_t banks_per_pc() const { return groups_per_pc() * banks; }
  std::uint32_t all_banks() const { return pseudo_channels * banks_per_pc(); }
};

/// Next-allowed ticks of one channel. Banks are numbered ((pc * stack_ids + sid) * bank_groups + group) * banks + bank.
class BankTiming {
 public:
  BankTiming(const Geometry& geometry, const std::vector<Constraint>& rules);

  Tick earliest(Command command, std::uint32_t bank) const {
    const Tick whole = earliest_all(command, pseudo_channel(bank)), own = earliest_within(command, bank);
    return whole < own ? own : whole;
  }
  /// As far as the levels below the pseudo-channel tell; with earliest_all() it makes earliest().
  Tick earliest_within(Command command, std::uint32_t bank) const {
    const Path& p = paths_[bank];
    const auto c = static_cast<std::size_t>(command);
    Tick t = nodes_[p[4]].next[c];
    if (t < nodes_[p[3]].next[c]) t = nodes_[p[3]].next[c];
    if (t < nodes_[p[2]].next[c]) t = nodes_[p[2]].next[c];
    return t;
  }
  /// Of PREab and REFab.
  Tick earliest_all(Command command, std::uint32_t pc) const {
    const auto c = static_cast<std::size_t>(command);
    const Tick own = nodes_[1 + pc].next[c];
    return own < nodes_[0].next[c] ? nodes_[0].next[c] : own;
  }
  void issue(Command command, std::uint32_t bank, Tick t);
  void issue_all(Command command, std::uint32_t pc, Tick t);
  std::uint32_t pseudo_channel(std::uint32_t bank) const { return paths_[bank][1] - 1; }
  const Geometry& geometry() const { return geometry_; }
  void reset();

  /// Appends how many ticks after `now` each rule is still felt, 0 if it is not: states with equal words behave equally,
  /// whatever happens from `now` on, but for when single banks may be refreshed below the pseudo-channel: after
  /// restore() at once. Ticks must fit in 16 bits. Banks are renumbered: b of a pseudo-channel is called
  /// b ^ frame, which changes no rule; sizes below the pseudo-channel are powers of two then.
  void save(Tick now, std::uint32_t frame, std::vector<std::uint16_t>& words) const;
  /// The state that save() described, at `now`. Returns the word behind.
  const std::uint16_t* restore(Tick now, std::uint32_t frame, const std::uint16_t* words);
  /// From this tick on nothing that was issued is felt.
  Tick settled() const;

 private:
  struct alignas(64) Node {
    std::array<Tick, kCommands> next;
  };
  using Path = std::array<std::uint32_t, kLevels>;  ///< node of channel, pseudo-channel, stack id, bank group, bank
  /// A rule of window 1 without siblings, as issue() needs it.
  struct Step {
    std::uint32_t level, following;
    Tick latency;
  };
  struct Rule {
    Constraint constraint;
    std::size_t first_time;  ///< in times_, window > 1: `window` last issues of every node of the level
  };
  void apply(const Rule& rule, std::uint32_t node, Tick t);
  /// What the bits of `frame` are to the numbers of a level's nodes.
  std::uint32_t frame_of(std::size_t level, std::uint32_t frame) const {
    if (level == 4) return frame;
    if (level == 3) return frame / geometry_.banks;
    return level == 2 ? frame / geometry_.banks / geometry_.bank_groups : 0;
  }
  /// Calls visit(latency, first place in times_, length) for every window of every node.
  template <class Visit>
  void for_windows(std::uint32_t frame, Visit visit) const {
    for (const auto& rules : rules_)
      for (const Rule& rule : rules) {
        const Constraint& c = rule.constraint;
        if (c.window < 2) continue;
        const auto level = static_cast<std::size_t>(c.level);
        for (std::uint32_t node = 0; node < first_node_[level + 1] - first_node_[level]; ++node)
          visit(c.latency, rule.first_time + std::size_t{node ^ frame_of(level, frame)} * c.window, c.window);
      }
  }
  void raise(std::uint32_t node, std::size_t command, Tick t) {
    Tick& next = nodes_[node].next[command];
    next = next < t ? t : next;
  }

  Geometry geometry_;
  std::array<std::vector<std::size_t>, kLevels> limited_;  ///< commands that a rule of the level has to follow
  bool refreshes_banks_{false};
  std::array<std::vector<Step>, kCommands> steps_;         ///< by preceding
  std::array<std::vector<Rule>, kCommands> rules_;  ///< the others
  std::array<std::uint32_t, kLevels + 1> first_node_{};  ///< of each level in nodes_
  std::vector<Node> nodes_;
  std::vector<Path> paths_;    ///< by bank
  std::vector<Tick> times_;    ///< of the windows, oldest at its cursor
  std::vector<std::uint32_t> cursors_;  ///< by place in times_, of the first of a window
};

}  // namespace presil::api::dram
