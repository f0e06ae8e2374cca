// memory.cpp -- simulation speed of one HBM3 stack, in 64-byte requests per second of host time, side by side in one run:
// the model under random reads and under a sequential stream, in closed form and exact, the per-cycle channel of the tests under the same. The
// ratios stand beside them.
#include <chrono>
#include <filesystem>

#include <benchmark/benchmark.h>

#include "models/memory/dram_device.h"
#include "models/memory/remembered_memory.h"
#include "models/memory/streamed_memory.h"
#include "models/memory/traffic.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "tests/unit/models/memory/cycle_channel.h"

namespace {

using namespace presil;

const memory::MemoryConfig& hbm3() {
  static const memory::MemoryConfig config = [] {
    const std::filesystem::path configs = std::filesystem::path(PRESIL_SOURCE_DIR) / "configs";
    memory::MemoryConfig c;
    config::read(config::load(configs / "memories" / "hbm3.yaml", {}, {}, {configs}), c);
    return c;
  }();
  return config;
}

memory::RequestSource traffic(const char* pattern, std::uint64_t requests) {
  return memory::make_traffic(memory::parse_pattern(pattern), requests, static_cast<std::uint64_t>(memory::capacity(hbm3()).value));
}

struct Speed {
  double seconds{0}, requests{0};
  double rate() const { return requests / seconds; }
};
Speed model_random, model_stream, exact_stream, oracle_random, oracle_stream;

template <class Work>
void measure(benchmark::State& state, Speed& speed, std::uint64_t requests, Work work) {
  for (auto _ : state) {
    const auto from = std::chrono::steady_clock::now();
    work();
    speed.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
    speed.requests += static_cast<double>(requests);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * requests));
}

void random_model(benchmark::State& state) {
  constexpr std::uint64_t kRequests = 200000;
  measure(state, model_random, kRequests, [] {
    memory::feed(memory::dram_spec(hbm3()), memory::address_bits(hbm3()), hbm3().dram.channels, traffic("random", kRequests), {});
  });
}

/// Every channel to its end, tick by tick.
void feed_oracle(memory::RequestSource source) {
  const memory::DramSpec spec = memory::dram_spec(hbm3());
  const memory::AddressBits map = memory::address_bits(hbm3());
  const memory::Geometry& g = spec.geometry;
  using Field = memory::AddressField;
  std::vector<std::vector<memory::Access>> fifos(hbm3().dram.channels);
  while (const auto request = source())
    for (std::uint64_t at = request->address; at < request->address + 64; at += map.burst_bytes()) {
      const memory::DecodedAddress a = map.decode(at);
      const std::uint32_t bank = ((a[Field::pseudo_channel] * g.stack_ids + a[Field::stack_id]) * g.bank_groups + a[Field::bank_group]) * g.banks + a[Field::bank];
      fifos[a[Field::channel]].push_back({bank, a[Field::row], a[Field::column], request->write, 0});
    }
  for (const auto& fifo : fifos) {
    memory::CycleChannel channel(spec);
    std::size_t next = 0;
    for (memory::Tick t = 0; channel.done.size() < fifo.size(); ++t) {
      channel.tick(t);
      for (int i = 0; i < 2 && next < fifo.size() && channel.accept(fifo[next], t); ++i) ++next;
    }
  }
}

void random_oracle(benchmark::State& state) {
  measure(state, oracle_random, 4000, [] { feed_oracle(traffic("random", 4000)); });
  state.counters["model/oracle"] = model_random.rate() / oracle_random.rate();
}
void stream_oracle(benchmark::State& state) {
  measure(state, oracle_stream, 20000, [] { feed_oracle(traffic("seq", 20000)); });
  state.counters["model/oracle"] = model_stream.rate() / oracle_stream.rate();
  state.counters["exact/oracle"] = exact_stream.rate() / oracle_stream.rate();
}

/// Reads of 256 KiB behind the TLM socket, 64 under way.
class Reader : public sc_core::sc_module, tlm::tlm_bw_transport_if<> {
 public:
  static constexpr std::uint64_t kBytes = 256 << 10;
  tlm::tlm_initiator_socket<> socket{"socket"};
  std::uint64_t left{0};

  explicit Reader(sc_core::sc_module_name name) : sc_module(name) {
    socket.bind(*this);
    SC_METHOD(issue);
    sensitive << again;
    dont_initialize();
  }
  SC_HAS_PROCESS(Reader);
  sc_core::sc_event again{"again"};

 private:
  void issue() {
    while (left > 0 && under_way_ < 64 && !open_) {
      --left;
      ++under_way_;
      tlm::tlm_generic_payload* p = pool_.acquire();
      p->set_read();
      p->set_address(next_);
      next_ = (next_ + kBytes) % (std::uint64_t{1} << 33);
      p->set_data_length(kBytes);
      p->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      auto* run = p->get_extension<api::RowRun>();
      run->rows = 1;
      run->row_bytes = run->stride = kBytes;
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_core::sc_time delay;
      open_ = true;
      if (socket->nb_transport_fw(*p, phase, delay) == tlm::TLM_UPDATED) open_ = false;
    }
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& p, tlm::tlm_phase& phase, sc_core::sc_time&) override {
    if (phase == tlm::END_REQ) {
      open_ = false;
    } else {
      p.release();
      --under_way_;
      phase = tlm::END_RESP;
    }
    again.notify(sc_core::SC_ZERO_TIME);
    return phase == tlm::END_RESP ? tlm::TLM_COMPLETED : tlm::TLM_ACCEPTED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

  api::PayloadPool pool_;
  std::uint64_t under_way_{0}, next_{0};
  bool open_{false};
};

template <class Memory>
struct Bench {
  Memory memory;
  Reader reader;
  Bench(const char* name, const char* reader_name) : memory(name, hbm3()), reader(reader_name) {
    reader.socket.bind(memory.socket());
  }
};

template <class Memory>
void read_stream(benchmark::State& state, Bench<Memory>& bench, Speed& speed) {
  constexpr std::uint64_t kTransactions = 4096;
  measure(state, speed, kTransactions * Reader::kBytes / 64, [&bench] {
    bench.reader.left = kTransactions;
    bench.reader.again.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
  });
}

struct Benches {
  Bench<memory::StreamedMemory> closed_form{"closed_form", "reader_of_closed_form"};
  Bench<memory::RememberedMemory> exact{"exact", "reader_of_exact"};
  Benches() { sc_core::sc_start(sc_core::SC_ZERO_TIME); }
};
Benches& benches() {
  kernel::initialise();
  static Benches both;
  return both;
}
void stream_model(benchmark::State& state) { read_stream(state, benches().closed_form, model_stream); }
void stream_exact(benchmark::State& state) { read_stream(state, benches().exact, exact_stream); }

BENCHMARK(random_model)->Unit(benchmark::kMillisecond);
BENCHMARK(random_oracle)->Unit(benchmark::kMillisecond);
BENCHMARK(stream_model)->Unit(benchmark::kMillisecond);
BENCHMARK(stream_exact)->Unit(benchmark::kMillisecond);
BENCHMARK(stream_oracle)->Unit(benchmark::kMillisecond);

}  // namespace
