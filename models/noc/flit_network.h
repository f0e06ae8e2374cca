// flit_network.h -- a network of flit_router.h, with a source and a sink at every node; stepped cycle by cycle.
//
// A packet waits in its source, without limit, until one of the virtual channels into the router is free; channels are
// tried in turn. A source puts one flit on its link in a cycle; a sink takes one and returns the credit at once.
// A flit put on a link in cycle t can be worked on in t + link_delay + 1; so can a credit, and a router uses it
// credit_delay cycles later. Plain arithmetic without a simulation kernel: routers that hold nothing cost nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/noc/flit_router.h"

namespace presil::noc {

class FlitNetwork {
 public:
  /// `config` must have passed check().
  explicit FlitNetwork(const FlitConfig& config);

  struct Arrival {
    std::uint32_t node;
    Flit flit;
  };

  /// Packets behind `source`, in order. `created` is not after now().
  void send(std::uint32_t source, std::uint32_t destination, std::uint32_t flits, Cycle created, bool measured);
  /// Whether everything that was sent from here is on its way.
  bool source_empty(std::uint32_t source) const { return sources_[source].waiting.empty(); }
  /// Simulates cycle now() and moves on. What reached a node in it, as tails and other flits, is in arrived().
  void step();
  const std::vector<Arrival>& arrived() const { return arrived_; }
  Cycle now() const { return now_; }

  const FlitConfig& config() const { return config_; }
  const FlitLayout& layout() const { return layout_; }
  std::uint64_t flits_sent() const { return sent_; }          ///< handed to send()
  std::uint64_t flits_delivered() const { return delivered_; }
  std::uint64_t in_flight() const { return sent_ - delivered_; }
  /// Sum over the flits in flight of now() less their packet's creation.
  double age_in_flight() const { return static_cast<double>(now_) * static_cast<double>(in_flight()) - created_sum_; }
  const FlitRouter& router(std::uint32_t i) const { return routers_[i]; }
  /// Throws RunError unless, for every virtual channel of every link, credits, flits buffered behind it, and flits and
  /// credits on the way make up the buffer's depth.
  void check_credits() const;

 private:
  struct Source {
    std::deque<Flit> waiting;
    std::vector<std::uint32_t> credits;  ///< by channel
    std::uint32_t last{0};               ///< channel
  };
  struct FlitOnLink {
    std::uint32_t router, port;
    Flit flit;
  };
  struct CreditOnLink {
    std::uint32_t router, port, channel;  ///< of the output, or a source: kSource and its node
  };
  struct Slot {
    std::vector<FlitOnLink> flits;
    std::vector<Arrival> arrivals;
    std::vector<CreditOnLink> credits;
  };
  static constexpr std::uint32_t kSource = UINT32_MAX;

  Slot& at(Cycle due) { return wheel_[static_cast<std::size_t>(due) % wheel_.size()]; }
  void receive();
  void inject(std::uint32_t node);
  void run_router(std::uint32_t router);
  void wake(std::uint32_t router);

  const FlitConfig config_;
  const FlitLayout layout_;
  Cycle now_{0};
  std::vector<FlitRouter> routers_;
  std::vector<std::uint32_t> awake_;   ///< routers that hold flits
  std::vector<bool> is_awake_;
  std::vector<Source> sources_;
  std::vector<Slot> wheel_;            ///< by the cycle in which things arrive
  std::vector<Arrival> arrived_;
  std::vector<FlitRouter::Departure> departures_;  ///< scratch
  std::vector<FlitRouter::Credit> credits_;        ///< scratch
  std::uint64_t sent_{0}, delivered_{0};
  double created_sum_{0};              ///< over flits in flight
};

}  // namespace presil::noc
