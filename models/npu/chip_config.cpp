// chip_config.cpp -- the fields of chip_config.h with their meaning.
#include "models/npu/chip_config.h"

#include <cmath>

#include <fmt/format.h>

namespace presil::npu {

using config::non_negative;
using config::optional;
using config::positive;
using config::required;

namespace {
bool whole(Bytes size) { return size.value >= 1 && size.value == std::floor(size.value); }
}  // namespace

void ScratchpadConfig::describe(config::Visitor& v) {
  v.quantity("capacity", capacity, required, positive, "Bytes of one core's scratchpad.");
  v.integer("banks", banks, optional, 1, 65536, "Banks, each with one access a cycle.");
  v.quantity("bank_width", bank_width, optional, positive, "Bytes of one access to one bank.");
  v.check(whole(capacity), "capacity", "capacity must be a whole number of bytes");
  v.check(whole(bank_width), "bank_width", "bank_width must be a whole number of bytes");
}

void DmaConfig::describe(config::Visitor& v) {
  v.quantity("chunk", chunk, optional, config::Range{64, 16 << 20}, "Bytes a transfer is cut into; what the network and memory interleave.");
  v.integer("outstanding", outstanding, optional, 1, 65536, "Chunks one core may have under way at once.");
  v.check(whole(chunk), "chunk", "chunk must be a whole number of bytes");
}

void CoreConfig::describe(config::Visitor& v) {
  v.integer("arrays", arrays, optional, 1, 255, "Systolic arrays of one core.");
  v.object("array", array, required, "One systolic array.");
  v.object("vector", vector, required, "The core's vector unit.");
  v.object("scratchpad", scratchpad, required, "The core's scratchpad.");
  v.quantity("weight_buffer", weight_buffer, optional, non_negative,
             "Separate buffer for weights on their way to the arrays; 0: they share the scratchpad.");
  v.object("dma", dma, optional, "The core's DMA engine.");
  v.check(weight_buffer.value == 0 || whole(weight_buffer), "weight_buffer", "weight_buffer must be a whole number of bytes");
  v.check(weight_buffer.value == 0 || weight_buffer.value >= 64, "weight_buffer", "a weight buffer below 64 B cannot hold a tile");
}

void SharedConfig::describe(config::Visitor& v) {
  v.quantity("capacity", capacity, required, non_negative, "Bytes of SRAM shared by all cores; 0: none.");
  v.quantity("bandwidth", bandwidth, optional, non_negative, "Bytes a second, reads and writes together.");
  v.quantity("latency", latency, optional, non_negative, "From request to first byte, without the network.");
  v.check(capacity.value == 0 || bandwidth.value > 0, "bandwidth", "shared memory needs a bandwidth above 0");
}

void ChipConfig::describe(config::Visitor& v) {
  describe_identity(v);
  v.quantity("clock", clock, required, positive, "Clock of arrays, vector units and scratchpads.");
  v.integer("cores", cores, optional, 1, 1024, "Cores; each has arrays, a vector unit, a scratchpad and a DMA engine.");
  v.integer("memory_ports", memory_ports, optional, 1, 1024,
            "Places where the memory joins the on-chip network, each with one link; chunks take turns.");
  v.object("core", core, required, "One core.");
  v.object("shared", shared, optional, "SRAM shared by the cores.");
  v.object("network", network, required, "On-chip network between cores, memory, shared SRAM and host link.");
  v.object("memory", memory, required, "DRAM.");
  describe_board(v);
  const std::uint64_t places = std::uint64_t{network.columns} * network.rows;
  v.check(network.topology != noc::Topology::mesh || places >= nodes(), "network",
          fmt::format("a mesh of {} x {} has {} places, but {} nodes need one: {} cores, {} memory ports, shared SRAM, host",
                      network.columns, network.rows, places, nodes(), cores, memory_ports));
}

double ChipConfig::peak_ops_per_s(Format f) const {
  return 2 * static_cast<double>(arrays()) * core.array.macs_per_cycle(f) * clock.value;
}

double ChipConfig::peak_vector_ops_per_s() const {
  return static_cast<double>(cores) * static_cast<double>(core.vector.lanes) * core.vector.ops_per_lane * clock.value;
}

double ChipConfig::scratchpad_bytes_per_s() const {
  return static_cast<double>(cores) * core.scratchpad.bytes_per_cycle() * clock.value;
}

}  // namespace presil::npu
