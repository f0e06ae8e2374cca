// fabric.h -- links and switches between devices: chunks, framing, credits, virtual cut-through, arbitration.
//
// A message is cut into chunks. Chunk of b bytes on channel j of its route, w_j(b) its bytes with framing:
//
//     S_j     = w_j(b) x expansion / (rate_j x share)          rate_j: what credits leave of the links' rate (graph.h)
//     start_j = max(head_j, tail_j - S_j, when the channel is free and has credit)
//     head_{j+1} = start_j + latency_j,   tail_{j+1} = start_j + S_j + latency_j
//
// (head, tail: arrival of its first and last byte; latency of the wire and of the vertex behind it). A chunk goes on as soon
// as its head is there, but not so early that a faster link would run dry: virtual cut-through. Alone, a message takes
// the sum of the latencies and the sum of its chunks' S on the slowest channel.
//
// Every channel serves its inputs (channels that lead to it, and its device itself) round robin, chunk by chunk. A device
// sends its messages through one port in the order they were made. A channel holds credits for the buffer behind it,
// one for every virtual channel; a chunk takes its bytes of them, may overdraw by itself (its flits follow as space
// comes free), and gives them back one latency after it moves on. A switch that reduces holds what it adds up in
// memory of its own and sends a sum on when the last summand's head is there; where it multicasts, every copy waits alone.
//
// Contract: models/api/network.h. Lengths are bytes, not flits: not modelled are flit interleaving, virtual channels as
// separate turns of arbitration, retransmission, adaptive routing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/api/network.h"
#include "models/fabric/graph.h"
#include "models/fabric/routes.h"

namespace presil::fabric {

struct Chunking {
  double least{4096};      ///< B, no chunk of a message is smaller but its last
  std::uint32_t most{16};  ///< chunks of a message
};

struct ChannelCounters {
  double payload_bytes{};
  double wire_bytes{};
  Seconds busy{};
  std::uint64_t credit_stalls{};
};

/// A chunk on a channel.
struct Passage {
  ChannelId channel{};
  sc_core::sc_time begin, end;
  double bytes{};  ///< of payload
};

class Fabric : public sc_core::sc_module, public api::Network {
 public:
  explicit Fabric(sc_core::sc_module_name name);

  /// Takes a machine, idle. May be called again whenever nothing is under way: links and switches are records, not
  /// modules, so one elaboration serves many machines.
  void load(Graph graph, const Chunking& chunking = {});
  /// Of messages from now on.
  void set_chunking(const Chunking& chunking) { chunking_ = chunking; }

  void send(const api::Message& message, kernel::Callback delivered) override { send(message, 1, delivered); }
  /// Told of every chunk when it starts on a channel; of one channel in order.
  void watch(std::function<void(const Passage&)> watcher) { watcher_ = std::move(watcher); }

  /// `expansion`: bytes on the wire for every byte of payload and framing, as a library's protocol needs them.
  void send(const api::Message& message, double expansion, kernel::Callback delivered);
  /// To all members of a group, the source too if it is one; `delivered` when the last has it.
  void multicast(VertexId source, const std::vector<VertexId>& group, std::uint64_t bytes, kernel::Callback delivered);
  /// The sum of all members' `bytes` to one device.
  void reduce(const std::vector<VertexId>& group, VertexId destination, std::uint64_t bytes, kernel::Callback delivered);

  std::uint32_t nodes() const override { return graph_.devices; }
  api::NetworkCounters counters() const override;
  void reset() override;

  const Graph& graph() const { return graph_; }
  Router& router() { return *router_; }
  /// Of the first byte of an idle machine.
  Seconds latency(VertexId from, VertexId to);
  const ChannelCounters& counters_of(ChannelId channel) const { return channels_[channel].counters; }
  std::uint64_t chunk_hops() const { return chunk_hops_; }

 private:
  static constexpr std::uint32_t kEnd = kNone;

  /// A message under way.
  struct Stream {
    const Route* route{};
    std::uint64_t bytes{};
    double expansion{1};
    bool collective{false};             ///< added up or copied by switches
    kernel::Callback delivered{};
    std::uint64_t chunk_bytes{};
    std::uint32_t chunks{}, due{};      ///< due: arrivals still to come
    std::vector<std::uint32_t> summands{};  ///< that have come, by hop and chunk
    std::vector<sc_core::sc_time> last_tails{};
  };
  struct Chunk {
    std::uint32_t stream{}, hop{}, number{}, next{kEnd};
    sc_core::sc_time tail{};            ///< arrival of its last byte at the vertex before `hop`
    ChannelId came_by{kNone};           ///< whose credit it holds; kNone: its own device's, or a sum
    std::uint32_t came_vc{0};
    float credit_share{1};              ///< of its bytes, when it is one of several copies
    double wire{};                      ///< bytes on that channel
  };
  struct Queue {
    std::uint32_t first{kEnd}, last{kEnd};
  };
  struct Return {
    sc_core::sc_time when;
    double bytes;
    bool operator>(const Return& other) const { return when > other.when; }
  };
  struct State {
    double seconds_per_byte{}, congested{1}, reduction{1};
    double buffer{};
    sc_core::sc_time latency{};         ///< of the wire and the vertex behind it
    sc_core::sc_time back{};            ///< of the wire, for credits
    sc_core::sc_time free_at{}, wake_at{};
    std::uint32_t waiting{0}, turn{0};
    bool wake_pending{false};
    double outstanding[kVirtualChannels]{};        ///< bytes without credit
    std::vector<Return> returns[kVirtualChannels]; ///< heap: credits on their way back
    std::vector<Queue> queues;                     ///< by input and virtual channel
    ChannelCounters counters;
  };

  const Route& unicast(VertexId from, VertexId to);
  const Route& tree(char kind, VertexId end, const std::vector<VertexId>& group);
  void launch(Stream stream);
  void inject(std::uint32_t stream, std::uint32_t hop, std::uint32_t number, bool in_front);
  std::uint32_t new_chunk(const Chunk& chunk);
  double bytes_of(const Stream& stream, std::uint32_t number) const;
  void enqueue(ChannelId channel, std::uint32_t chunk, std::uint32_t vc, bool in_front);
  bool has_credit(State& channel, std::uint32_t vc);
  void serve(std::uint64_t channel);
  void wake_by(ChannelId channel, sc_core::sc_time when);
  void wake(std::uint64_t channel);
  sc_core::sc_time serialisation(const State& state, const Stream& stream, double wire) const;
  void start(ChannelId channel, std::uint32_t chunk, std::uint32_t vc, bool contended);
  void give_back(const Chunk& chunk, sc_core::sc_time at, sc_core::sc_time earliest);
  bool summed(Stream& stream, std::uint32_t hop, std::uint32_t number, sc_core::sc_time& tail);
  void arrive(std::uint64_t chunk);
  void deliver(std::uint64_t chunk);
  void complete(std::uint64_t stream);

  Graph graph_;
  Chunking chunking_;
  std::unique_ptr<Router> router_;
  kernel::Agenda agenda_{"agenda"};
  std::vector<State> channels_;
  std::vector<std::uint32_t> input_of_;     ///< by channel: its number among those that end at the same vertex
  std::uint32_t virtual_channels_{1};
  std::unordered_map<std::uint64_t, Route> routes_;
  std::map<std::vector<VertexId>, Route> trees_;
  std::vector<Stream> streams_;
  std::vector<std::uint32_t> idle_streams_;
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> idle_chunks_;
  api::NetworkCounters counters_;
  std::uint64_t chunk_hops_{0};
  std::function<void(const Passage&)> watcher_;
};

}  // namespace presil::fabric
