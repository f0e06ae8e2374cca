// noc.cpp -- implementation of noc.h.
#include "models/noc/noc.h"

#include <algorithm>

namespace presil::noc {

using kernel::Callback;
using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

namespace {
constexpr const char* kContract = "/presil/noc/contract";
}  // namespace

TransactionNetwork::TransactionNetwork(sc_core::sc_module_name name, const NetworkConfig& config, std::uint32_t nodes)
    : sc_module(name),
      config_(config),
      layout_(make_layout(config, nodes)),
      hop_latency_(kernel::to_sc_time(config.hop_latency)),
      links_(link_count(layout_)),
      routes_(std::size_t{nodes} * nodes) {}

void TransactionNetwork::send(const api::Message& message, Callback delivered) {
  if (message.source >= layout_.nodes || message.destination >= layout_.nodes)
    SC_REPORT_ERROR(kContract, "message from or to a node that does not exist");
  const auto& links = route_of(message);
  const Bytes on_wire{static_cast<double>(wire_bytes(config_, message.bytes))};
  const std::uint64_t flight =
      allocate({&links, 0, kernel::to_sc_time(on_wire / config_.link_bandwidth), message.bytes, delivered, counters_.messages});
  ++counters_.messages;
  if (links.empty()) {
    agenda_.after(SC_ZERO_TIME, Callback::of<&TransactionNetwork::deliver>(this, flight));
  } else {
    counters_.byte_hops += static_cast<double>(message.bytes) * static_cast<double>(links.size() - 1);
    head_at_link(flight);
  }
}

const std::vector<LinkId>& TransactionNetwork::route_of(const api::Message& message) {
  auto& links = routes_[std::size_t{message.source} * layout_.nodes + message.destination];
  if (links.empty()) links = route(layout_, message.source, message.destination);
  return links;
}

std::uint64_t TransactionNetwork::allocate(const InFlight& flight) {
  if (idle_flights_.empty()) {
    flights_.push_back(flight);
    return flights_.size() - 1;
  }
  const std::uint64_t index = idle_flights_.back();
  idle_flights_.pop_back();
  flights_[index] = flight;
  return index;
}

void TransactionNetwork::head_at_link(std::uint64_t index) {
  InFlight& flight = flights_[index];
  Link& link = links_[(*flight.route)[flight.next]];
  const sc_time start = std::max(sc_time_stamp(), link.free_at);
  link.free_at = start + flight.serialisation;
  link.busy += flight.serialisation;
  if (!probes_.empty()) tell(flight, (*flight.route)[flight.next], start, link.free_at);
  const sc_time head = flight.next == 0 ? start : start + hop_latency_;
  if (++flight.next < flight.route->size()) {
    agenda_.at(head, Callback::of<&TransactionNetwork::head_at_link>(this, index));
  } else {
    agenda_.at(head + flight.serialisation, Callback::of<&TransactionNetwork::deliver>(this, index));
  }
}

void TransactionNetwork::deliver(std::uint64_t index) {
  const Callback delivered = flights_[index].delivered;
  counters_.payload_bytes += static_cast<double>(flights_[index].bytes);
  idle_flights_.push_back(index);  // before the call, which may send
  if (delivered) delivered();
}

void TransactionNetwork::tell(const InFlight& flight, LinkId link, sc_time start, sc_time end) const {
  const bool first = flight.next == 0, last = flight.next + 1 == flight.route->size();
  const kernel::Flow part = first && last ? kernel::Flow::none : first ? kernel::Flow::begins : last ? kernel::Flow::ends : kernel::Flow::goes_on;
  // The injection port is no wire: energy is not charged on it, and neither are bytes.
  probes_[link].span({start, end, first ? 0 : static_cast<double>(flight.bytes), kernel::Span::kNoOp, "message", flight.number, part});
}

void TransactionNetwork::attach(kernel::Trace* trace, const std::vector<std::string>& names) {
  probes_.clear();
  if (trace == nullptr) return;
  const auto links = static_cast<double>(links_.size());
  for (LinkId link = 0; link < links_.size(); ++link)
    probes_.emplace_back(trace, kernel::Track{kernel::Resource::network, "network", link_name(layout_, link, names), links});
}

api::NetworkCounters TransactionNetwork::counters() const {
  sc_time busiest;
  for (const Link& link : links_) busiest = std::max(busiest, link.busy);
  api::NetworkCounters result = counters_;
  result.busiest_link_busy_s = kernel::to_seconds(busiest).value;
  return result;
}

void TransactionNetwork::reset() {
  if (idle_flights_.size() != flights_.size()) SC_REPORT_ERROR(kContract, "reset while messages are under way");
  std::fill(links_.begin(), links_.end(), Link{});
  counters_ = {};
}

std::unique_ptr<api::Network> make_network(sc_core::sc_module_name name, const NetworkConfig& config,
                                           std::uint32_t nodes) {
  return std::make_unique<TransactionNetwork>(name, config, nodes);
}

}  // namespace presil::noc
