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

/// Pairs of ranks between which a schedule sends; members of switches' groups with their first.
std::set<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const Schedule& s) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  std::set<std::uint32_t> groups;
  for (const Step& step : s.steps) {
    if (step.kind == StepKind::send) pairs.emplace(step.rank, step.peer);
    else if (step.kind != StepKind::join) groups.insert(step.peer);
  }
  for (const std::uint32_t g : groups)
    for (const std::uint32_t member : s.groups[g]) {
      if (member == s.groups[g].front()) continue;
      pairs.emplace(member, s.groups[g].front());
      pairs.emplace(s.groups[g].front(), member);
    }
  return pairs;
}

/// Rounds after which a ring repeats itself: neighbouring nodes are passed in opposite directions. 0: it does not.
std::uint32_t turn_of(const SystemConfig& machine, const Shape& shape, const DeviceGroups& groups) {
  if (shape.nodes() == 1) return machine.scale_up.topology == UpTopology::switched ? 2 : 0;
  const bool even = groups.stride % machine.scale_up.devices == 0 || shape.in_node * groups.stride == machine.scale_up.devices;
  return even ? 2 * shape.in_node : 0;
}

CollectiveJob job_of(const GroupExchange& x) {
  CollectiveJob job;
  job.operation = x.operation;
  job.bytes = x.bytes;
  job.ranks = x.groups.ranks;
  job.serving = x.serving;
  return job;
}

Bytes sent_of(const Schedule& s, const CollectiveJob& job, const GroupResult& r) {
  if (r.choice.pattern == Pattern::ring) return {bus_factor(job.operation, job.ranks) * job.bytes};
  const std::vector<double> sent = bytes_sent_by_rank(s);
  const double sum = std::accumulate(sent.begin(), sent.end(), 0.0);
  const auto senders = std::count_if(sent.begin(), sent.end(), [](double b) { return b > 0; });
  return {sum / static_cast<double>(std::max<std::ptrdiff_t>(1, r.folded ? senders : std::ssize(sent)))};
}

}  // namespace

/// Sets of groups that share channels, found from the channels that each uses.
class GroupSimulator::Meetings {
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

GroupSimulator::GroupSimulator()
    : alone_((kernel::initialise(), "fabric"), "exchanges", "exchanges_beside"), together_("fabric_together", "exchanges_together", "exchanges_beside_others") {}

void GroupSimulator::place(const SystemConfig& system, std::uint32_t devices) {
  machine_ = machine_for(system, devices);
  devices_ = devices;
  alone_.nodes = together_.nodes = 0;
}

void GroupSimulator::Stage::load(const SystemConfig& machine) {
  if (nodes != machine.nodes()) fabric.load(build_graph(machine));
  nodes = machine.nodes();
}

/// Channels that a group crosses, counted as often as a pair of ranks needs them; the group is `number` to the meetings.
std::size_t GroupSimulator::trace(Stage& on, const Play& p, std::size_t group, std::size_t number, Meetings& meetings) {
  std::size_t crossed = 0;
  for (const auto& [from, to] : pairs_of(p.one))
    for (const ChannelId c : on.fabric.router().path(p.first[group] + from * p.stride, p.first[group] + to * p.stride)) {
      meetings.uses(number, c);
      ++crossed;
    }
  return crossed;
}

/// One set of groups that meet for every different size of set: first devices of its groups.
std::vector<VertexId> GroupSimulator::chosen(Stage& on, const Play& p) {
  const std::size_t count = p.first.size();
  if (count == 1) return p.first;
  Meetings meetings(count);
  std::vector<std::size_t> crossed;
  for (std::size_t g = 0; g < count; ++g) crossed.push_back(trace(on, p, g, g, meetings));
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> sets;  // groups and channels crossed
  for (std::size_t g = 0; g < count; ++g) {
    auto& [groups, channels] = sets[meetings.root(g)];
    ++groups;
    channels += crossed[g];
  }
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> kinds;  // size to a set of it
  for (const auto& [root, size] : sets) kinds.try_emplace(size, root);
  std::vector<VertexId> played;
  for (std::size_t g = 0; g < count; ++g)
    if (kinds.at(sets.at(meetings.root(g))) == meetings.root(g)) played.push_back(p.first[g]);
  return played;
}

/// Of one chunk a message.
double GroupSimulator::hops_of(Stage& on, const Play& p) {
  double hops = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> known;
  for (const Step& step : p.one.steps) {
    if (step.kind != StepKind::send) {
      hops += step.kind == StepKind::join ? 0 : 2.0 * static_cast<double>(p.one.groups[step.peer].size());
      continue;
    }
    double& length = known[{step.rank, step.peer}];
    if (length == 0) length = static_cast<double>(on.fabric.router().path(step.rank * p.stride, step.peer * p.stride).size());
    hops += length;
  }
  return hops * static_cast<double>(p.first.size());
}

Seconds GroupSimulator::play(Stage& on, const Play& p, const Play* beside, Seconds* beside_time) {
  const double hops = hops_of(on, p) + (beside != nullptr ? hops_of(on, *beside) : 0);
  if (hops * kCoarseChunks > kMostHops)
    throw InputError(fmt::format("that takes {:.3g} chunk-hops of {} groups; presil simulates at most {:.0f}", hops * kCoarseChunks, p.first.size(), kMostHops));
  const auto all_of = [](const Play& one) {
    Schedule all;
    all.setup = one.one.setup;
    all.near_step = one.one.near_step;
    all.far_step = one.one.far_step;
    all.expansion = one.one.expansion;
    for (const VertexId device : one.first) all.append(one.one, device, one.stride);
    return all;
  };
  on.fabric.reset();
  on.fabric.set_chunking({.most = hops * kFineChunks > kFineHops ? kCoarseChunks : kFineChunks});
  const Schedule all = all_of(p), others = beside != nullptr ? all_of(*beside) : Schedule{};
  on.runner.start(all);
  if (beside != nullptr) on.beside.start(others);
  kernel::run_until_idle();
  chunk_hops_ += on.fabric.chunk_hops();
  if (beside_time != nullptr) *beside_time = on.beside.finish();
  return on.runner.finish();
}

GroupResult GroupSimulator::run(const GroupExchange& x, bool whole) {
  const SystemConfig machine = machine_of(machine_, devices_, x.groups);
  const Shape shape = shape_of(machine, x.groups);
  CollectiveJob job = job_of(x);
  job.unfolded = whole;
  GroupResult r;
  r.choice = best_choice(machine, shape, job);
  r.folded = folds(machine, shape, job, r.choice);
  alone_.load(machine);
  const std::uint32_t turn = r.choice.pattern == Pattern::ring ? turn_of(machine, shape, x.groups) : 0, few = 2 * turn;
  const double all = rounds(x.operation) * (x.groups.ranks - 1.0);
  const bool shorten = !whole && turn > 0 && x.operation != Operation::broadcast && 2 * few < x.groups.ranks && all > 4 * few;
  if (shorten) job.rounds = few;
  Play p{schedule_of(machine, shape, job, r.choice), first_devices(machine, devices_, x.groups), x.groups.stride};
  r.groups = static_cast<std::uint32_t>(p.first.size());
  r.sent = sent_of(p.one, job, r);
  if (!whole) p.first = chosen(alone_, p);
  r.played = static_cast<std::uint32_t>(p.first.size());
  r.time = play(alone_, p);
  if (shorten) {
    job.rounds = 2 * few;
    p.one = schedule_of(machine, shape, job, r.choice);
    r.time += (play(alone_, p) - r.time) * ((all - few) / few);
    r.folded = true;
  }
  r.time = std::max(r.time, machine_.launch_interval);
  return r;
}

GroupMeeting GroupSimulator::meet(Operation operation, const DeviceGroups& groups, const GroupExchange& other) {
  const SystemConfig one = machine_of(machine_, devices_, groups), two = machine_of(machine_, devices_, other.groups);
  const SystemConfig& machine = one.nodes() < two.nodes() ? two : one;
  const Shape shape = shape_of(machine, groups), other_shape = shape_of(machine, other.groups);
  together_.load(machine);
  CollectiveJob job = job_of({operation, other.bytes * groups.ranks, groups});
  const CollectiveJob other_job = job_of(other);
  const Choice choice = best_choice(machine, shape, job);
  const std::uint32_t turn = choice.pattern == Pattern::ring ? turn_of(machine, shape, groups) : 0;
  if (turn > 0) job.rounds = std::min(groups.ranks - 1, 2 * turn);
  Play p{schedule_of(machine, shape, job, choice), first_devices(machine, devices_, groups), groups.stride};
  Play q{schedule_of(machine, other_shape, other_job, best_choice(machine, other_shape, other_job)), first_devices(machine, devices_, other.groups), other.groups.stride};
  p.one.setup = q.one.setup = {};  // both are under way
  keep_what_meets(together_, p, q);
  if (q.first.empty()) return {};
  const Seconds alone = play(together_, p);
  GroupMeeting meeting;
  meeting.delay = std::max(Seconds{}, play(together_, p, &q, &meeting.beside) - alone);
  return meeting;
}

/// Of both only the groups that meet the first one of `p`.
void GroupSimulator::keep_what_meets(Stage& on, Play& p, Play& q) {
  Meetings meetings(p.first.size() + q.first.size());
  for (std::size_t g = 0; g < p.first.size(); ++g) trace(on, p, g, g, meetings);
  for (std::size_t g = 0; g < q.first.size(); ++g) trace(on, q, g, p.first.size() + g, meetings);
  const std::size_t root = meetings.root(0);
  std::vector<VertexId> kept[2];
  for (std::size_t g = 0; g < p.first.size() + q.first.size(); ++g) {
    if (meetings.root(g) != root) continue;
    if (g < p.first.size()) kept[0].push_back(p.first[g]);
    else kept[1].push_back(q.first[g - p.first.size()]);
  }
  p.first = kept[0];
  q.first = kept[1];
}

}  // namespace presil::fabric
