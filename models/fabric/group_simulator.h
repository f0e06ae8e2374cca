// group_simulator.h -- exchanges of many groups at a time on the simulated fabric.
//
// What happens at one moment is simulated together: every group of an exchange that shares a channel with the first one,
// directly or by way of others. Groups that share no channel with them and use as many do the same elsewhere, and are not
// simulated. What repeats itself is not simulated either:
//   hierarchical   folded, where collective.h says that it may be
//   ring           R equal rounds: t(R) = t(k) + (R - k) (t(2k) - t(k)) / k, k two turns of the pattern of nodes along the ring
// An exchange that would still take more than 4 million chunk-hops is refused.
//
// meet() plays two exchanges together and says what the one costs the other: a message of a pipeline an exchange of gradients.
//
// Not modelled: groups on other nodes that meet the first block's in switches above the leaves.
#pragma once

#include <string>

#include "models/fabric/collective.h"
#include "models/fabric/groups.h"

namespace presil::fabric {

/// What all of those groups do at once; bytes as nccl-tests counts them.
struct GroupExchange {
  Operation operation{};
  double bytes{};
  DeviceGroups groups;
  bool serving{false};      ///< kernels of inference servers are there too
  friend auto operator<=>(const GroupExchange&, const GroupExchange&) = default;
};

struct GroupResult {
  Seconds time{};           ///< until the last is done
  Choice choice;
  Bytes sent{};             ///< of a rank, in the mean
  std::uint32_t groups{};   ///< at a time
  std::uint32_t played{};   ///< of them simulated
  bool folded{false};       ///< or rounds left out
};

/// Of two exchanges under way at the same time.
struct GroupMeeting {
  Seconds delay{};          ///< how much longer the first takes than alone
  Seconds beside{};         ///< time of the second
};

class GroupSimulator {
 public:
  GroupSimulator();
  /// The first `devices` devices of a system do what is asked from now on. Throws InputError when there are fewer, or when they
  /// fill nodes in part.
  void place(const SystemConfig& system, std::uint32_t devices);

  /// Throws InputError when groups fill nodes in part, when no algorithm can do it, or when it takes too long.
  /// `whole`: leave out nothing.
  GroupResult run(const GroupExchange& exchange, bool whole = false);

  /// What another exchange costs a long one, whose rounds move as much as it: only the first group of the long one and all groups
  /// of both that it meets.
  GroupMeeting meet(Operation operation, const DeviceGroups& groups, const GroupExchange& beside);

  std::uint64_t chunk_hops() const { return chunk_hops_; }

 private:
  class Meetings;
  /// A schedule and the groups that play it.
  struct Play {
    Schedule one;
    std::vector<VertexId> first;
    std::uint32_t stride{};
  };
  /// A fabric with who plays on it; two of them, so that what is asked for in turn finds its machine loaded.
  struct Stage {
    Fabric fabric;
    Runner runner, beside;
    std::uint32_t nodes{0};  ///< of the machine that is loaded; 0: none
    Stage(const char* name, const char* runner_name, const char* beside_name) : fabric(name), runner(runner_name, fabric), beside(beside_name, fabric) {}
    void load(const SystemConfig& machine);
  };
  static std::size_t trace(Stage& on, const Play& play, std::size_t group, std::size_t number, Meetings& meetings);
  static std::vector<VertexId> chosen(Stage& on, const Play& play);
  static void keep_what_meets(Stage& on, Play& play, Play& other);
  static double hops_of(Stage& on, const Play& play);
  Seconds play(Stage& on, const Play& play, const Play* beside = nullptr, Seconds* beside_time = nullptr);

  Stage alone_, together_;
  SystemConfig machine_;
  std::uint32_t devices_{0};
  std::uint64_t chunk_hops_{0};
};

}  // namespace presil::fabric
