// flit_router.h -- an input-queued wormhole router with virtual channels and credits, one cycle at a time.
//
// A flit that arrives in cycle A joins its virtual channel's buffer. A head at the front of an idle channel is routed
// (cycle A; result behind routing_delay cycles), asks for a virtual channel of its output port (vc_allocation_delay),
// and from then on every flit at the front asks for the crossbar (switch_allocation_delay) while the channel behind has
// a credit left. A granted flit leaves its buffer, frees a credit of the router behind it, and is on the link
// traversal_delay cycles later. Stages work on different packets in the same cycle:
//
//   head, each delay 1:   A route   A+1 VC allocation   A+2 switch allocation   A+3 traversal, onto the link
//
// VC allocation asks for all free channels of the output port (in its lane); a channel is free again when the tail has
// been granted the crossbar, so packets can queue behind each other in one channel. Of the channels of an input port
// that want the same output, the one next in turn asks. Both allocations are iSLIP (flit_allocator.h). What loses asks
// again in the cycle its answer is due, plus one.
// Not modelled: speculative switch allocation, adaptive routing, buffers shared between channels, priorities.
#pragma once

#include <cstdint>
#include <vector>

#include "models/noc/flit_allocator.h"
#include "models/noc/flit_config.h"

namespace presil::noc {

using Cycle = std::int64_t;

struct Flit {
  Cycle created{};             ///< its packet
  std::uint32_t destination{};
  std::uint16_t channel{};     ///< virtual channel of the input port it goes to
  std::uint8_t lane{kAnyLane};
  bool head{}, tail{}, measured{};
};

class FlitRouter {
 public:
  FlitRouter(const FlitConfig& config, const FlitLayout& layout, std::uint32_t id);

  struct Departure {
    std::uint32_t port;
    Flit flit;
  };
  struct Credit {
    std::uint32_t port, channel;  ///< an input port and channel of this router that has one more place
  };

  /// Both belong before step() of the cycle they arrive in.
  void arrive(std::uint32_t port, const Flit& flit, Cycle now);
  void credit(std::uint32_t port, std::uint32_t channel);
  /// One cycle. Appends what was granted the crossbar (it is on the link traversal_delay cycles later) and the places
  /// that this made.
  void step(Cycle now, std::vector<Departure>& departures, std::vector<Credit>& credits);
  /// Nothing to do until something arrives.
  bool idle() const { return busy_ == 0; }

  std::uint32_t buffered(std::uint32_t port, std::uint32_t channel) const { return inputs_[index(port, channel)].count; }
  std::uint32_t credits(std::uint32_t port, std::uint32_t channel) const { return outputs_[index(port, channel)].credits; }

 private:
  enum class State : std::uint8_t { idle, routing, waiting, active };
  struct Input {
    State state{State::idle};
    std::uint8_t lane{kAnyLane};
    std::uint16_t port{};     ///< output
    std::uint32_t target{};   ///< output channel, as index()
    std::uint32_t first{}, count{};
  };
  struct Output {
    std::uint32_t credits{};
    bool taken{false};
  };
  struct Result {
    std::uint32_t input, target;  ///< kNone: lost
  };
  using Pipeline = std::vector<std::vector<Result>>;  ///< by the cycle it is due, modulo its size

  std::uint32_t index(std::uint32_t port, std::uint32_t channel) const { return port * channels_ + channel; }
  const Flit& front(std::uint32_t input) const { return flits_[input * config_.buffer + inputs_[input].first]; }
  void new_head(std::uint32_t input, Cycle start);
  void route(std::uint32_t input);
  void allocate_channels(Cycle now);
  void allocate_switch(Cycle now);
  void propose(std::uint32_t input);
  void accept_proposals();
  void finish_channels(Cycle now);
  void finish_switch(Cycle now, std::vector<Departure>& departures, std::vector<Credit>& credits);
  void depart(std::uint32_t input, Cycle now, std::vector<Departure>& departures, std::vector<Credit>& credits);

  const FlitConfig config_;
  const FlitLayout& layout_;
  const std::uint32_t id_, ports_, channels_;

  std::vector<Input> inputs_;    ///< by index(port, channel)
  std::vector<Output> outputs_;
  std::vector<Flit> flits_;      ///< `buffer` for each input channel, in a ring
  std::uint32_t busy_{0};        ///< input channels that are not empty

  std::vector<std::uint32_t> ask_channel_, ask_switch_;      ///< input channels that ask in this cycle
  Pipeline routed_, channel_results_, switch_results_;
  IslipAllocator channel_allocator_, switch_allocator_;
  std::vector<std::vector<std::uint32_t>> wanting_;          ///< scratch, by output port: input channels
  std::vector<std::uint32_t> wanted_ports_;                  ///< scratch: those of wanting_ that are not empty
  std::vector<std::uint32_t> proposal_;                      ///< by input x output port: the channel that asks
  std::vector<std::vector<std::uint32_t>> proposers_;        ///< scratch, by output port: input ports
  std::vector<std::uint32_t> granted_;                       ///< scratch, by input port: the channel that won
  std::vector<std::uint32_t> turn_;                          ///< by input port: the channel preferred next
};

}  // namespace presil::noc
