// events.cpp -- what the kernel costs: deadlines of an agenda, DRAM transactions, cycles of the PE grid.
// The program elaborates once, at its first benchmark.
#include <benchmark/benchmark.h>

#include "models/memory/make_memory.h"
#include "models/systolic/pe_grid.h"
#include "sim/kernel/agenda.h"

namespace {

using namespace presil;

memory::MemoryConfig hbm() {
  memory::MemoryConfig c;
  c.name = "benchmark";
  c.standard = "HBM2";
  c.stacks = 4;
  c.channels_per_stack = 16;
  c.channel_bandwidth = {18.75e9};
  c.capacity_per_stack = {8.0 * 1024 * 1024 * 1024};
  c.burst = {32};
  c.read_latency = {60e-9};
  c.write_latency = {30e-9};
  c.refresh_interval = {3900e-9};
  c.refresh_time = {350e-9};
  return c;
}

/// Calls itself back after a nanosecond until told to stop.
struct Clockwork {
  kernel::Agenda& agenda;
  std::uint64_t left{0};
  void tick(std::uint64_t tag) {
    if (left == 0) return;
    --left;
    agenda.after(kernel::to_sc_time({1e-9}), kernel::Callback::of<&Clockwork::tick>(this, tag));
  }
};

/// Keeps `window` transactions of `bytes` under way.
struct Streamer : sc_core::sc_module, tlm::tlm_bw_transport_if<> {
  tlm::tlm_initiator_socket<> socket{"socket"};
  api::PayloadPool pool;
  std::uint64_t left{0}, next{0}, bytes{64}, under_way{0};
  bool pending{false};
  static constexpr std::uint64_t kWindow = 64;

  explicit Streamer(sc_core::sc_module_name name) : sc_module(name) { socket.bind(*this); }
  void issue() {
    while (left > 0 && !pending && under_way < kWindow) {
      --left;
      ++under_way;
      tlm::tlm_generic_payload* p = pool.acquire();
      p->set_read();
      p->set_address(next % (std::uint64_t{1} << 34));
      next += bytes;
      p->set_data_length(static_cast<unsigned>(bytes));
      p->set_streaming_width(static_cast<unsigned>(bytes));
      p->set_data_ptr(nullptr);
      p->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      api::RowRun* run = nullptr;
      p->get_extension(run);
      run->rows = 1;
      run->row_bytes = run->stride = bytes;
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_core::sc_time delay;
      pending = true;
      if (socket->nb_transport_fw(*p, phase, delay) == tlm::TLM_UPDATED && phase == tlm::END_REQ) pending = false;
    }
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& p, tlm::tlm_phase& phase, sc_core::sc_time&) override {
    if (phase == tlm::END_REQ) {
      pending = false;
      issue();
      return tlm::TLM_ACCEPTED;
    }
    p.release();
    --under_way;
    again.notify(sc_core::SC_ZERO_TIME);
    phase = tlm::END_RESP;
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}
  SC_HAS_PROCESS(Streamer);
  sc_core::sc_event again{"again"};
  void start_of_simulation() override {}
  void wake() { issue(); }
  void before_end_of_elaboration() override {
    SC_METHOD(wake);
    sensitive << again;
    dont_initialize();
  }
};

struct Bench {
  kernel::Agenda agenda;
  std::unique_ptr<api::Memory> memory;
  Streamer streamer;
  Bench() : agenda("agenda"), memory(memory::make_memory("memory", hbm())), streamer("streamer") {
    streamer.socket.bind(memory->socket());
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
};

Bench& bench() {
  kernel::initialise();
  static Bench only;
  return only;
}

/// `depth` deadlines are pending at any time.
void agenda_events(benchmark::State& state) {
  constexpr std::uint64_t kEvents = 200000;
  for (auto _ : state) {
    Clockwork clockwork{bench().agenda, kEvents};
    for (std::int64_t i = 0; i < state.range(0); ++i)
      bench().agenda.after(kernel::to_sc_time({1e-10 * static_cast<double>(i)}), kernel::Callback::of<&Clockwork::tick>(&clockwork));
    sc_core::sc_start();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kEvents));
}
BENCHMARK(agenda_events)->Arg(1)->Arg(8)->Arg(1000)->Unit(benchmark::kMillisecond);

void dram_transactions(benchmark::State& state) {
  constexpr std::uint64_t kTransactions = 50000;
  for (auto _ : state) {
    bench().streamer.bytes = static_cast<std::uint64_t>(state.range(0));
    bench().streamer.left = kTransactions;
    bench().streamer.again.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
    if (bench().streamer.left + bench().streamer.under_way > 0) state.SkipWithError("transactions were left over");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kTransactions));
  state.SetBytesProcessed(state.items_processed() * state.range(0));
}
BENCHMARK(dram_transactions)->Arg(64)->Arg(4096)->Arg(65536)->Unit(benchmark::kMillisecond);

/// The cycle-level oracle: array cycles a second of a small grid.
void pe_grid(benchmark::State& state) {
  const auto side = static_cast<std::uint32_t>(state.range(0));
  const std::size_t extent = 2 * side;
  const systolic::Matrix a{extent, extent, std::vector<std::int32_t>(extent * extent, 3)};
  std::uint64_t cycles = 0;
  for (auto _ : state) cycles += systolic::run_grid(a, a, {side, side}, systolic::Dataflow::ws).cycles;
  state.counters["array_cycles/s"] = benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
}
BENCHMARK(pe_grid)->Arg(4)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);

/// Closed form of the same, for comparison.
void fold_timing(benchmark::State& state) {
  std::uint64_t cycles = 0;
  for (auto _ : state) {
    cycles += systolic::cycles({2048, 12288, 12288}, {128, 128}, systolic::Dataflow::ws, systolic::Timing::overlapped);
    benchmark::DoNotOptimize(cycles);
  }
  state.counters["array_cycles/s"] = benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
}
BENCHMARK(fold_timing);

}  // namespace
