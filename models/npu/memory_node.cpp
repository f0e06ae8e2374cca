// memory_node.cpp -- the bridge between network messages and the memory's TLM socket (see endpoints.h).
#include <cstdint>
#include <stdexcept>

#include <fmt/format.h>

#include "models/npu/endpoints.h"
#include "sim/base/error.h"

namespace presil::npu {

using kernel::Callback;

namespace {
/// The slot of the access a payload stands for travels with it.
struct SlotTag : tlm::tlm_extension<SlotTag> {
  std::uint64_t slot{};
  tlm::tlm_extension_base* clone() const override { return new SlotTag(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const SlotTag&>(other); }
};

SlotTag& tag_of(tlm::tlm_generic_payload& payload) {
  SlotTag* tag = nullptr;
  payload.get_extension(tag);
  if (tag == nullptr) payload.set_extension(tag = new SlotTag);
  return *tag;
}
}  // namespace

std::uint64_t AccessTable::add(const Access& access) {
  if (free_.empty()) {
    slots_.push_back(access);
    return slots_.size() - 1;
  }
  const std::uint64_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = access;
  return slot;
}

Access AccessTable::take(std::uint64_t slot) {
  free_.push_back(slot);
  return slots_[slot];
}

MemoryNode::MemoryNode(sc_core::sc_module_name name, api::Network& network, std::vector<api::NodeId> ports, double interleave)
    : sc_module(name), network_(network), ports_(std::move(ports)), interleave_(interleave) {
  port_.node = this;
  socket.bind(port_);
}

api::NodeId MemoryNode::port_of(std::uint64_t address) const {
  const auto block = static_cast<std::uint64_t>(static_cast<double>(address) / interleave_);
  return ports_[block % ports_.size()];
}

void MemoryNode::access(const Access& access) {
  const std::uint64_t slot = table_.add(access);
  const auto payload = static_cast<std::uint64_t>(access.piece.bytes());
  const std::uint64_t bytes = access.write ? kControlBytes + payload : kControlBytes;
  network_.send({access.requester, port_of(access.piece.address), bytes}, Callback::of<&MemoryNode::arrived>(this, slot));
}

void MemoryNode::arrived(std::uint64_t slot) {
  waiting_.push_back(slot);
  issue();
  probe_.depth(waiting_.size());
}

void MemoryNode::issue() {
  while (!request_pending_ && !waiting_.empty()) {
    const std::uint64_t slot = waiting_.front();
    waiting_.pop_front();
    const Access& access = table_[slot];
    tlm::tlm_generic_payload* payload = pool_.acquire();
    tag_of(*payload).slot = slot;
    payload->set_command(access.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload->set_address(access.piece.address);
    payload->set_data_length(static_cast<unsigned>(access.piece.bytes()));
    payload->set_streaming_width(static_cast<unsigned>(access.piece.bytes()));
    api::RowRun* run = nullptr;
    payload->get_extension(run);
    run->rows = access.piece.rows;
    run->row_bytes = access.piece.row_bytes;
    run->stride = access.piece.stride;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    request_pending_ = true;
    const auto status = socket->nb_transport_fw(*payload, phase, delay);
    if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) request_pending_ = false;
    if (status == tlm::TLM_COMPLETED) {
      request_pending_ = false;
      agenda_.after(delay, Callback::of<&MemoryNode::completed>(this, slot));
      payload->release();
    }
  }
}

tlm::tlm_sync_enum MemoryNode::Port::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                     sc_core::sc_time& delay) {
  if (phase == tlm::END_REQ) {
    node->request_pending_ = false;
    node->issue();
    node->probe_.depth(node->waiting_.size());
    return tlm::TLM_ACCEPTED;
  }
  if (phase != tlm::BEGIN_RESP) throw std::logic_error{"memory sent an unexpected TLM phase"};
  if (payload.get_response_status() != tlm::TLM_OK_RESPONSE)
    throw RunError(fmt::format("memory refused an access at address {:#x} of {} B: {}", payload.get_address(),
                               payload.get_data_length(), payload.get_response_string()));
  const std::uint64_t slot = tag_of(payload).slot;
  if (delay == sc_core::SC_ZERO_TIME) node->completed(slot);
  else node->agenda_.after(delay, Callback::of<&MemoryNode::completed>(node, slot));
  // BEGIN_RESP implies END_REQ for a request that was not yet acknowledged (TLM-2.0, 15.2.4).
  payload.release();
  phase = tlm::END_RESP;
  return tlm::TLM_COMPLETED;
}

void MemoryNode::completed(std::uint64_t slot) {
  const Access access = table_.take(slot);
  const std::uint64_t bytes = access.write ? kControlBytes : static_cast<std::uint64_t>(access.piece.bytes());
  network_.send({port_of(access.piece.address), access.requester, bytes}, access.done);
}

ServerNode::ServerNode(sc_core::sc_module_name name, api::Network& network, api::NodeId node, BytesPerSecond rate,
                       Seconds latency, bool separate_directions)
    : sc_module(name),
      network_(network),
      node_(node),
      rate_(rate),
      latency_(kernel::to_sc_time(latency)),
      separate_directions_(separate_directions) {}

void ServerNode::access(const Access& access) {
  const std::uint64_t slot = table_.add(access);
  const auto payload = static_cast<std::uint64_t>(access.piece.bytes());
  network_.send({access.requester, node_, access.write ? kControlBytes + payload : kControlBytes},
                Callback::of<&ServerNode::arrived>(this, slot));
}

void ServerNode::arrived(std::uint64_t slot) {
  const Access& access = table_[slot];
  sc_core::sc_time& free = free_[separate_directions_ && access.write ? 1 : 0];
  const sc_core::sc_time service = kernel::to_sc_time(Bytes{access.piece.bytes()} / rate_);
  free = std::max(free, sc_core::sc_time_stamp()) + service;
  busy_ += service;
  probes_[separate_directions_ && access.write ? 1 : 0].span({free - service, free, access.piece.bytes(), kernel::Span::kNoOp, access.write ? "write" : "read"});
  agenda_.at(free + latency_, Callback::of<&ServerNode::served>(this, slot));
}

void ServerNode::served(std::uint64_t slot) {
  const Access access = table_.take(slot);
  const std::uint64_t bytes = access.write ? kControlBytes : static_cast<std::uint64_t>(access.piece.bytes());
  network_.send({node_, access.requester, bytes}, access.done);
}

void ServerNode::attach(kernel::Trace* trace, kernel::Resource resource, const std::string& group) {
  const double units = separate_directions_ ? 2 : 1;
  probes_[0] = kernel::Probe(trace, {resource, group, separate_directions_ ? "reads" : "port", units});
  probes_[1] = separate_directions_ ? kernel::Probe(trace, {resource, group, "writes", units}) : probes_[0];
}

void ServerNode::reset() {
  free_[0] = free_[1] = sc_core::sc_time_stamp();
  busy_ = sc_core::SC_ZERO_TIME;
}

}  // namespace presil::npu
