// group_simulator.cpp -- implementation of group_simulator.h.
#include "models/fabric/group_simulator.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "models/fabric/prediction.h"
#include "models/fabric/topology.h"
#include "sim/base/error.h"

namespace presil::fabric {

namespace {

/// What an exchange may take of the host's time: a few seconds.
constexpr double kMostHops = 4e6;
/// Chunks of a message; the fewer are for what takes longer than the first.
constexpr std::uint32_t kFineChunks = 16, kCoarseChunks = 4;
constexpr double kFineHops = 5e5;

/// Sets of groups that share channels, found from the channels that each uses.
class Meetings {
 public:
  explicit Meetings(std::size_t groups) : set_(groups) { std::iota(set_.begin(), set_.end(), std::size_t{0}); }
  void uses(std::size_t group, ChannelId channel) {
    const auto [found, fresh] = user_.try_emplace(channel, group);
    if (!fresh) set_[root(group)] = root(found->second);
  }
  std::size_t root(std::size_t group) {
    while (set_[group] != group) group = set_[group] = set_[set_[group]];
    return group;
  }

 private:
  std::vector<std::size_t> set_;
  std::map<ChannelId, std::size_t> user_;
};

/// Pairs of ranks between which a schedule sends; members of switches' groups with their first.
std::set<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const Schedule& s) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Step& step : s.steps)
    if (step.kind == StepKind::send) pairs.emplace(step.rank, step.peer);
  for (const auto& group : s.groups)
    for (const std::uint32_t member : group) {
      if (member == group.front()) continue;
      pairs.emplace(member, group.front());
      pairs.emplace(group.front(), member);
    }
  return pairs;
}

/// Rounds after which a ring repeats itself: neighbouring nodes are passed in opposite directions. 0: it does not.
std::uint32_t turn_of(const SystemConfig& machine, const Shape& shape, const DeviceGroups& groups) {
  if (shape.nodes() == 1) return machine.scale_up.topology == UpTopology::switched ? 2 : 0;
  const bool even = groups.stride % machine.scale_up.devices == 0 || shape.in_node * groups.stride == machine.scale_up.devices;
  return even ? 2 * shape.in_node : 0;
}

Bytes sent_of(const Schedule& s, const CollectiveJob& job, const GroupResult& r) {
  if (r.choice.pattern == Pattern::ring) return {bus_factor(job.operation, job.ranks) * job.bytes};
  const std::vector<double> sent = bytes_sent_by_rank(s);
  const double sum = std::accumulate(sent.begin(), sent.end(), 0.0);
  const auto senders = std::count_if(sent.begin(), sent.end(), [](double b) { return b > 0; });
  return {sum / static_cast<double>(std::max<std::ptrdiff_t>(1, r.folded ? senders : std::ssize(sent)))};
}

}  // namespace

GroupSimulator::GroupSimulator() : fabric_((kernel::initialise(), "fabric")), runner_("exchanges", fabric_) {}

void GroupSimulator::place(const SystemConfig& system, std::uint32_t devices) {
  const std::uint32_t node = system.scale_up.devices;
  machine_ = part_for(system, system.nodes() == 1 ? devices : std::max(node, devices));
  devices_ = devices;
  loaded_nodes_ = 0;
}

void GroupSimulator::load(const SystemConfig& machine) {
  if (loaded_nodes_ != machine.nodes()) fabric_.load(build_graph(machine));
  loaded_nodes_ = machine.nodes();
}

/// One set of groups that meet for every different size of set: first devices of its groups.
std::vector<VertexId> GroupSimulator::chosen(const Schedule& one, const GroupExchange& x) {
  const std::vector<VertexId> first = first_devices(machine_, std::min(devices_, fabric_.graph().devices), x.groups);
  const auto pairs = pairs_of(one);
  Meetings meetings(first.size());
  std::vector<std::size_t> crossed(first.size(), 0);
  for (std::size_t g = 0; g < first.size(); ++g)
    for (const auto& [from, to] : pairs)
      for (const ChannelId c : fabric_.router().path(first[g] + from * x.groups.stride, first[g] + to * x.groups.stride)) {
        meetings.uses(g, c);
        ++crossed[g];
      }
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> sets;  // groups and channels crossed
  for (std::size_t g = 0; g < first.size(); ++g) {
    auto& [groups, channels] = sets[meetings.root(g)];
    ++groups;
    channels += crossed[g];
  }
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> kinds;  // size to a set of it
  for (const auto& [root, size] : sets) kinds.try_emplace(size, root);
  std::vector<VertexId> played;
  for (std::size_t g = 0; g < first.size(); ++g)
    if (kinds.at(sets.at(meetings.root(g))) == meetings.root(g)) played.push_back(first[g]);
  return played;
}

/// Of one chunk a message.
double GroupSimulator::hops_of(const Schedule& one, std::uint32_t stride, std::size_t groups) {
  double hops = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> known;
  for (const Step& step : one.steps) {
    if (step.kind != StepKind::send) {
      hops += step.kind == StepKind::join ? 0 : 2.0 * static_cast<double>(one.groups[step.peer].size());
      continue;
    }
    double& length = known[{step.rank, step.peer}];
    if (length == 0) length = static_cast<double>(fabric_.router().path(step.rank * stride, step.peer * stride).size());
    hops += length;
  }
  return hops * static_cast<double>(groups);
}

Seconds GroupSimulator::play(const Schedule& one, const std::vector<VertexId>& first, std::uint32_t stride) {
  const double hops = hops_of(one, stride, first.size());
  if (hops > kMostHops)
    throw InputError(fmt::format("that takes {:.3g} chunk-hops of {} groups; presil simulates at most {:.0f}", hops, first.size(), kMostHops));
  Schedule all;
  all.setup = one.setup;
  all.near_step = one.near_step;
  all.far_step = one.far_step;
  all.expansion = one.expansion;
  for (const VertexId device : first) all.append(one, device, stride);
  fabric_.reset();
  fabric_.set_chunking({.most = hops * kFineChunks > kFineHops ? kCoarseChunks : kFineChunks});
  const Seconds time = runner_.run(all);
  chunk_hops_ += fabric_.chunk_hops();
  return time;
}

GroupResult GroupSimulator::run(const GroupExchange& x, bool whole) {
  const SystemConfig machine = machine_of(machine_, devices_, x.groups);
  const Shape shape = shape_of(machine, x.groups);
  CollectiveJob job{.operation = x.operation, .bytes = x.bytes, .ranks = x.groups.ranks, .unfolded = whole, .serving = x.serving};
  GroupResult r;
  r.choice = best_choice(machine, shape, job);
  r.folded = folds(machine, shape, job, r.choice);
  load(machine);
  const std::uint32_t turn = r.choice.pattern == Pattern::ring ? turn_of(machine, shape, x.groups) : 0, few = 2 * turn;
  const double all = rounds(x.operation) * (x.groups.ranks - 1.0);
  const bool shorten = !whole && turn > 0 && x.operation != Operation::broadcast && 2 * few < x.groups.ranks && all > 4 * few;
  if (shorten) job.rounds = few;
  const Schedule one = schedule_of(machine, shape, job, r.choice);
  const std::vector<VertexId> first = whole ? first_devices(machine, devices_, x.groups) : chosen(one, x);
  r.time = play(one, first, x.groups.stride);
  if (shorten) {
    job.rounds = 2 * few;
    r.time += (play(schedule_of(machine, shape, job, r.choice), first, x.groups.stride) - r.time) * ((all - few) / few);
    r.folded = true;
  }
  r.groups = static_cast<std::uint32_t>(first_devices(machine, devices_, x.groups).size());
  r.played = static_cast<std::uint32_t>(first.size());
  r.sent = sent_of(one, job, r);
  r.time = std::max(r.time, machine_.launch_interval);
  return r;
}

}  // namespace presil::fabric
