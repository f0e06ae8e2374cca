// exchange_times.h -- how long exchanges of a run take on the simulated fabric: each distinct one is simulated once and kept.
//
// What differs from one exchange to another, and so is the key: operation, bytes, ranks and stride of the groups, and whose
// kernels there are; the machine is fixed. What cannot be simulated takes its closed form, and the reason is kept beside it.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <tuple>

#include "models/fabric/collective_time.h"
#include "models/fabric/group_simulator.h"

namespace presil::fabric {

struct KnownExchange {
  GroupExchange exchange;
  GroupResult simulated;
  Seconds closed_form{};
  std::string obstacle;      ///< why it was not simulated; empty: it was
  Seconds send_delay{};      ///< by one message both ways of a pipeline, where such messages run beside it
  Seconds time() const { return obstacle.empty() ? simulated.time : closed_form; }
};

class ExchangeTimes {
 public:
  /// Of the first `devices` devices of a system. Throws InputError as GroupSimulator::place does.
  void place(const SystemConfig& system, std::uint32_t devices);
  const KnownExchange& of(const GroupExchange& exchange, Seconds closed_form);
  /// What an exchange loses to another beside it; of exchanges that differ in bytes alone it is the same. 0 when they cannot be simulated.
  Seconds delay(const GroupExchange& exchange, const GroupExchange& beside);

  const std::string& system() const { return system_; }
  /// In the order in which they were asked for.
  const std::deque<KnownExchange>& known() const { return known_; }

 private:
  GroupSimulator simulator_;
  std::string system_;
  std::deque<KnownExchange> known_;
  std::map<GroupExchange, std::size_t> places_;
  std::map<std::tuple<Operation, DeviceGroups, GroupExchange>, Seconds> delays_;
};

/// Throws InputError for a kind in which nothing moves.
Operation operation_of(workload::CollectiveKind kind);

/// What a device of a group waits for: simulated where `times` is given, else in closed form over the link.
struct PricedExchange {
  Seconds time{};
  Bytes sent{};
  std::string_view algorithm, protocol;
};
PricedExchange priced_exchange(const LinkConfig& link, const workload::Collective& collective, Library library, ExchangeTimes* times);

}  // namespace presil::fabric
