// chip_test.cpp -- whole programs on a chip with round numbers, against hand counts. One elaboration a test.
#include "models/npu/chip.h"

#include <gtest/gtest.h>

#include "models/noc/network_config.h"
#include "sim/base/error.h"
#include "tests/unit/models/npu/small_chip.h"

namespace presil::npu {
namespace {

constexpr double kNs = 1e-9;
constexpr double kTolerance = 1e-14;  // rounding to femtoseconds along the way

std::size_t at(api::Level level) { return static_cast<std::size_t>(level); }

double wire(const ChipConfig& c, std::uint64_t payload) {
  return static_cast<double>(noc::wire_bytes(c.network, payload)) / c.network.link_bandwidth.value;
}

/// A crossbar is one hop.
constexpr double kHops = 1;

/// One chunk, alone: request to the memory, transfer over all channels it touches, answer to the core.
double load_alone(const ChipConfig& c, std::uint64_t bytes) {
  const double request = kHops * c.network.hop_latency.value + wire(c, 32);
  const double service = static_cast<double>(bytes) / memory::sustained(c.memory).value + c.memory.read_latency.value;
  return request + service + kHops * c.network.hop_latency.value + wire(c, bytes);
}

TEST(Chip, ALoadTakesItsWayThereAndBack) {
  const ChipConfig c = small_chip();
  Built built(c);
  ListedProgram program({load(0, 4096)});
  const api::DeviceCounters n = built.chip->run(program, true);
  EXPECT_NEAR(n.elapsed_s, load_alone(c, 4096), kTolerance);
  EXPECT_EQ(n.ops.at(0).bytes_read[at(api::Level::memory)], 4096);
  EXPECT_EQ(n.memory.bytes_read, 4096);
  EXPECT_EQ(n.memory.bytes_written, 0);
  EXPECT_EQ(n.memory.transactions, 1u);
  EXPECT_EQ(n.commands, 1u);
}

TEST(Chip, AStoreIsDoneWhenItIsAcknowledged) {
  const ChipConfig c = small_chip();
  Built built(c);
  ListedProgram program({store(0, 4096)});
  const api::DeviceCounters n = built.chip->run(program, true);
  const double expected = kHops * c.network.hop_latency.value + wire(c, 32 + 4096) + 4096 / 64e9 + 20 * kNs +
                          kHops * c.network.hop_latency.value + wire(c, 32);
  EXPECT_NEAR(n.elapsed_s, expected, kTolerance);
  EXPECT_EQ(n.memory.bytes_written, 4096);
}

TEST(Chip, TheHostLinkHasARateAndALatency) {
  const ChipConfig c = small_chip();
  Built built(c);
  ListedProgram program({load(0, 4096, api::Level::host)});
  const api::DeviceCounters n = built.chip->run(program, true);
  EXPECT_NEAR(n.elapsed_s, 2 * kHops * c.network.hop_latency.value + wire(c, 32) + wire(c, 4096) + 4096 / 10e9 + 1e-6, kTolerance);
  EXPECT_EQ(n.ops.at(0).bytes_read[at(api::Level::host)], 4096);
  EXPECT_EQ(n.memory.transactions, 0u);
}

TEST(Chip, AMatmulTakesWhatTheArrayTakes) {
  const ChipConfig c = small_chip();
  Built built(c);
  ListedProgram program({matmul(20, 8, 8)});
  const api::DeviceCounters n = built.chip->run(program, true);
  EXPECT_NEAR(n.elapsed_s, (8 + 20 + 8 + 8 - 2) * kNs, kTolerance);
  EXPECT_EQ(n.ops.at(0).macs, 20 * 8 * 8);
  EXPECT_NEAR(n.array_time.active, 20 * kNs, kTolerance);
  EXPECT_NEAR(n.array_time.preload, 8 * kNs, kTolerance);
  EXPECT_NEAR(n.array_time.wait_other, n.elapsed_s - 28 * kNs, kTolerance);
  EXPECT_EQ(n.ops.at(0).scratchpad_bytes, 2.0 * (64 + 160) + 4.0 * 160);
}

TEST(Chip, WaitingIsChargedToWhatWasWaitedFor) {
  const ChipConfig c = small_chip();
  Built built(c);
  const double memory = load_alone(c, 4096);
  ListedProgram program({load(0, 4096), after(matmul(20, 8, 8), {0})});
  const api::DeviceCounters n = built.chip->run(program, true);
  EXPECT_NEAR(n.array_time.wait_memory, memory, kTolerance);
  EXPECT_NEAR(n.elapsed_s, memory + 42 * kNs, kTolerance);
  ListedProgram host({load(0, 4096, api::Level::host), after(matmul(20, 8, 8), {0})});
  const api::DeviceCounters h = built.chip->run(host, true);
  EXPECT_NEAR(h.array_time.wait_transfer, h.elapsed_s - 42 * kNs, kTolerance);
  EXPECT_EQ(h.array_time.wait_memory, 0);
}

TEST(Chip, AStarvedPortStretchesVectorWork) {
  const ChipConfig c = small_chip();
  Built built(c);
  ListedProgram program({lanes(16 * 10, 16, 100 * 256)});  // 14 cycles of work, 100 of port
  const api::DeviceCounters n = built.chip->run(program, true);
  EXPECT_NEAR(n.elapsed_s, 100 * kNs, kTolerance);
  EXPECT_NEAR(n.ops.at(0).vector_busy_s, 14 * kNs, kTolerance);
  EXPECT_EQ(n.ops.at(0).simple_ops, 160);
  EXPECT_EQ(n.ops.at(0).special_ops, 16);
}

TEST(Chip, TwoCoresShareOneMemory) {
  ChipConfig c = small_chip();
  c.cores = 2;
  Built built(c);
  const std::uint64_t bytes = 1 << 20;
  const auto seconds = [&](std::vector<api::Command> commands) {
    ListedProgram program(std::move(commands));
    return built.chip->run(program, true).elapsed_s;
  };
  const double one = seconds({load(0, bytes, api::Level::memory, 0)});
  const double two = seconds({load(0, bytes, api::Level::memory, 0), load(bytes, bytes, api::Level::memory, 1)});
  const double rate = memory::sustained(c.memory).value;
  EXPECT_GE(one, static_cast<double>(bytes) / rate);
  EXPECT_GE(two, 2 * static_cast<double>(bytes) / rate);
  EXPECT_NEAR(two / one, 2, 0.05);
  const double apart = seconds({load(0, bytes, api::Level::memory, 0), load(0, bytes, api::Level::host, 1)});
  EXPECT_NEAR(apart / (static_cast<double>(bytes) / c.host.bandwidth.value), 1, 0.05);
}

TEST(Chip, ALongLoadReachesTheSustainedRate) {
  ChipConfig c = small_chip();
  c.memory.refresh_time = {400e-9};  // a tenth
  c.core.dma.outstanding = 32;
  c.memory.queue_depth = 64;
  Built built(c);
  ListedProgram program({load(0, 64 << 20)});
  const double rate = 64.0 * (1 << 20) / built.chip->run(program, true).elapsed_s;
  EXPECT_LE(rate, 0.9 * 64e9);
  EXPECT_GE(rate, 0.98 * 0.9 * 64e9);
}

std::vector<api::Command> mixture(std::uint16_t cores, bool shared) {
  std::vector<api::Command> list;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const auto core = static_cast<std::uint16_t>(i % cores);
    const api::CommandId first = list.size();
    api::Command l = load(i * 10000, 3000 + 100 * i, i % 5 == 0 ? api::Level::host : shared && i % 3 == 0 ? api::Level::shared : api::Level::memory, core);
    l.reserve[0] = 8192;
    l.op = static_cast<std::uint32_t>(i % 3);
    list.push_back(l);
    list.push_back(after(matmul(1 + i, 1 + i % 13, 1 + i % 9, core), {first}));
    list.push_back(after(lanes(100.0 * static_cast<double>(i), 5, 1000, core), {first + 1}));
    api::Command s = after(store(i * 5000, 1000 + i, shared && i % 4 == 0 ? api::Level::shared : api::Level::memory, core), {first + 2});
    s.release[0] = 8192;
    if (i % 10 == 0) s.barrier = first;
    else s.barrier = i / 10 * 40;
    list.push_back(s);
  }
  return list;
}

void expect_equal(const api::DeviceCounters& a, const api::DeviceCounters& b) {
  EXPECT_EQ(a.elapsed_s, b.elapsed_s);
  EXPECT_EQ(a.array_time.active, b.array_time.active);
  EXPECT_EQ(a.array_time.preload, b.array_time.preload);
  EXPECT_EQ(a.array_time.wait_memory, b.array_time.wait_memory);
  EXPECT_EQ(a.array_time.wait_transfer, b.array_time.wait_transfer);
  EXPECT_EQ(a.array_time.wait_other, b.array_time.wait_other);
  EXPECT_EQ(a.vector_busy_s, b.vector_busy_s);
  EXPECT_EQ(a.scratchpad_bytes, b.scratchpad_bytes);
  EXPECT_EQ(a.scratchpad_peak_bytes, b.scratchpad_peak_bytes);
  EXPECT_EQ(a.dispatch_stall_s, b.dispatch_stall_s);
  EXPECT_EQ(a.memory.busy_s, b.memory.busy_s);
  EXPECT_EQ(a.memory.bytes_moved, b.memory.bytes_moved);
  EXPECT_EQ(a.memory.queue_wait_s, b.memory.queue_wait_s);
  EXPECT_EQ(a.network.byte_hops, b.network.byte_hops);
  EXPECT_EQ(a.network.busiest_link_busy_s, b.network.busiest_link_busy_s);
  ASSERT_EQ(a.ops.size(), b.ops.size());
  for (std::size_t i = 0; i < a.ops.size(); ++i) {
    EXPECT_EQ(a.ops[i].finished_s, b.ops[i].finished_s);
    EXPECT_EQ(a.ops[i].array_busy_s, b.ops[i].array_busy_s);
    EXPECT_EQ(a.ops[i].bytes_read, b.ops[i].bytes_read);
    EXPECT_EQ(a.ops[i].bytes_written, b.ops[i].bytes_written);
  }
}

TEST(Chip, CanonicalRunsAreEqualBitForBit) {
  ChipConfig c = small_chip();
  c.cores = 3;
  c.memory_ports = 2;
  c.shared = {{1 << 20}, {100e9}, {30e-9}};
  c.memory.refresh_time = {100e-9};
  Built built(c);
  const std::vector<api::Command> commands = mixture(3, true);
  ListedProgram first(commands), between({load(77, 12345), matmul(3, 4, 5, 1)}), second(commands), third(commands);
  const api::DeviceCounters a = built.chip->run(first, true);
  built.chip->run(between, false);
  const api::DeviceCounters b = built.chip->run(second, true);
  expect_equal(a, b);
  expect_equal(a, built.chip->run(third, true));
  EXPECT_GT(a.elapsed_s, 0);
}

TEST(Chip, CountersOfAProgramAreItsOwn) {
  const ChipConfig c = small_chip();
  Built built(c);
  for (int i = 0; i < 3; ++i) {
    ListedProgram program({load(0, 4096), after(store(0, 2048), {0})});
    const api::DeviceCounters n = built.chip->run(program, false);
    EXPECT_EQ(n.memory.bytes_read, 4096);
    EXPECT_EQ(n.memory.bytes_written, 2048);
    EXPECT_EQ(n.network.payload_bytes, 4096 + 2048 + 3 * 32);
    EXPECT_EQ(n.memory.transactions, 2u);
  }
}

class ChipTopology : public testing::TestWithParam<noc::Topology> {};

TEST_P(ChipTopology, RunsAProgramAndConservesItsBytes) {
  ChipConfig c = small_chip();
  c.cores = 4;
  c.memory_ports = 2;
  c.shared = {{1 << 20}, {100e9}, {30e-9}};
  c.network.topology = GetParam();
  c.network.columns = 4;
  c.network.rows = 2;
  Built built(c);
  const std::vector<api::Command> commands = mixture(4, true);
  ListedProgram program(commands);
  const api::DeviceCounters n = built.chip->run(program, true);
  std::array<double, api::kLevels> read{}, written{}, asked_read{}, asked_written{};
  double macs = 0, asked_macs = 0, port = 0;
  for (const auto& op : n.ops) {
    for (std::size_t l = 0; l < api::kLevels; ++l) {
      read[l] += op.bytes_read[l];
      written[l] += op.bytes_written[l];
    }
    macs += op.macs;
    port += op.scratchpad_bytes;
  }
  for (const auto& command : commands) {
    if (command.kind == api::CommandKind::load) asked_read[at(command.transfer.level)] += command.transfer.bytes();
    if (command.kind == api::CommandKind::store) asked_written[at(command.transfer.level)] += command.transfer.bytes();
    if (command.kind == api::CommandKind::matmul)
      asked_macs += static_cast<double>(command.array.m * command.array.n * command.array.k);
  }
  EXPECT_EQ(read, asked_read);
  EXPECT_EQ(written, asked_written);
  EXPECT_EQ(n.memory.bytes_read, read[at(api::Level::memory)]);
  EXPECT_EQ(n.memory.bytes_written, written[at(api::Level::memory)]);
  EXPECT_GE(n.memory.bytes_moved, n.memory.bytes_read + n.memory.bytes_written);
  EXPECT_EQ(macs, asked_macs);
  EXPECT_NEAR(port, n.scratchpad_bytes, 1e-6);
  EXPECT_EQ(n.commands, commands.size());
  EXPECT_LE(n.scratchpad_peak_bytes, 65536u);
  EXPECT_LE(n.memory.busy_s, n.elapsed_s);
  EXPECT_LE(n.network.busiest_link_busy_s, n.elapsed_s);
  const auto& t = n.array_time;
  EXPECT_NEAR(t.active + t.preload + t.wait_memory + t.wait_transfer + t.wait_other, 4 * n.elapsed_s, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(All, ChipTopology, testing::Values(noc::Topology::crossbar, noc::Topology::ring, noc::Topology::mesh),
                         [](const auto& param) { return std::string(noc::kTopologyNames[static_cast<std::size_t>(param.param)]); });

TEST(Chip, AMeshTooSmallIsRefused) {
  ChipConfig c = small_chip();
  c.network.topology = noc::Topology::mesh;
  c.network.columns = c.network.rows = 1;
  EXPECT_THROW(Built{c}, InputError);
}

TEST(Chip, ResidentDataAndHeldSpaceAreChecked) {
  const ChipConfig c = small_chip();
  Built built(c);
  api::Command big = load(0, 64);
  big.reserve[0] = big.release[0] = 40000;
  ListedProgram fits({big}, 20000), over({load(0, 64)}, 70000);
  EXPECT_EQ(built.chip->run(fits, true).scratchpad_peak_bytes, 60000u);
  EXPECT_THROW(built.chip->run(over, true), std::logic_error);
}

TEST(Chip, KeepingSpaceToTheEndIsADefect) {
  Built built(small_chip());
  api::Command keeps = load(0, 64);
  keeps.reserve[0] = 64;
  ListedProgram program({keeps});
  EXPECT_THROW(built.chip->run(program, true), std::logic_error);
}

TEST(Chip, AnAddressBeyondTheMemoryStopsTheRun) {
  Built built(small_chip());
  ListedProgram program({load(std::uint64_t{1} << 40, 64)});
  EXPECT_ANY_THROW(built.chip->run(program, true));
}

TEST(ChipConfig, PeaksAreCountedByHand) {
  ChipConfig c = small_chip();
  c.cores = 2;
  c.core.arrays = 3;
  EXPECT_EQ(c.peak_ops_per_s(Format::bf16), 2.0 * 2 * 3 * 64 * 1e9);
  EXPECT_EQ(c.peak_ops_per_s(Format::int8), 0);
  EXPECT_EQ(c.peak_vector_ops_per_s(), 2 * 16e9);
  EXPECT_EQ(c.scratchpad_bytes_per_s(), 2 * 256e9);
}

}  // namespace
}  // namespace presil::npu
