// exchange_times.cpp -- implementation of exchange_times.h.
#include "models/fabric/exchange_times.h"

#include "sim/base/error.h"

namespace presil::fabric {

using workload::CollectiveKind;

void ExchangeTimes::place(const SystemConfig& system, std::uint32_t devices) {
  system_ = system.name;
  known_.clear();
  places_.clear();
  delays_.clear();
  simulator_.place(system, devices);
}

const KnownExchange& ExchangeTimes::of(const GroupExchange& exchange, Seconds closed_form) {
  const auto [found, fresh] = places_.try_emplace(exchange, known_.size());
  if (!fresh) return known_[found->second];
  KnownExchange one{exchange, {}, closed_form, {}};
  try {
    one.simulated = simulator_.run(exchange);
  } catch (const InputError& error) {
    one.obstacle = error.what();
  }
  known_.push_back(std::move(one));
  return known_.back();
}

Seconds ExchangeTimes::delay(const GroupExchange& exchange, const GroupExchange& beside) {
  const auto [found, fresh] = delays_.try_emplace({exchange.operation, exchange.groups, beside});
  try {
    if (fresh) found->second = simulator_.meet(exchange.operation, exchange.groups, beside).delay;
  } catch (const InputError&) {
    return {};  // one of the two takes its closed form
  }
  if (const auto place = places_.find(exchange); place != places_.end()) known_[place->second].send_delay = found->second;
  return found->second;
}

Operation operation_of(CollectiveKind kind) {
  switch (kind) {
    case CollectiveKind::all_reduce: return Operation::all_reduce;
    case CollectiveKind::all_gather: return Operation::all_gather;
    case CollectiveKind::reduce_scatter: return Operation::reduce_scatter;
    case CollectiveKind::all_to_all: return Operation::all_to_all;
    case CollectiveKind::copy: break;
  }
  throw InputError("an exchange in which nothing moves");
}

PricedExchange priced_exchange(const LinkConfig& link, const workload::Collective& c, Library library, ExchangeTimes* times) {
  const CollectiveEstimate best = collective_estimate(link, c, {.library = library});
  const PricedExchange closed{best.time, bytes_sent(c, best.algorithm), kAlgorithmNames[static_cast<std::size_t>(best.algorithm)],
                              kProtocolNames[static_cast<std::size_t>(best.protocol)]};
  if (times == nullptr || c.ranks <= 1 || c.kind == CollectiveKind::copy) return closed;
  const KnownExchange& known = times->of({operation_of(c.kind), c.bytes, {c.ranks, 1}, library == Library::serving}, best.time);
  if (!known.obstacle.empty()) return closed;
  const GroupResult& r = known.simulated;
  return {r.time, r.sent, kPatternNames[static_cast<std::size_t>(r.choice.pattern)], kProtocolNames[static_cast<std::size_t>(r.choice.protocol)]};
}

}  // namespace presil::fabric
