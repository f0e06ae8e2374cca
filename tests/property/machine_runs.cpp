// machine_runs.cpp -- random small models on random small chips: what a run reports must add up, and be the same
// twice. One elaboration a process, so that the cases are parameters: seed and family.
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/run/result.h"
#include "sim/run/run.h"
#include "tests/unit/sim/run/small_model.h"

namespace presil::run {
namespace {

enum class Family { llama, gpt2, mixtral };
constexpr const char* kFamilyNames[] = {"llama", "gpt2", "mixtral"};

struct Case {
  Family family;
  std::uint32_t seed;
};

class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}
  std::uint64_t operator()(std::uint64_t least, std::uint64_t most) { return least + random_() % (most - least + 1); }
  bool coin() { return random_() % 2 == 0; }
  double real(double least, double most) { return least + (most - least) * static_cast<double>(random_() % 1001) / 1000; }

 private:
  std::mt19937_64 random_;
};

std::string model_json(Family family, Draw& draw) {
  using nlohmann::json;
  const std::uint64_t groups = draw(1, 3), kv_heads = draw(1, 3), dim = 8 * draw(1, 4);
  const std::uint64_t heads = family == Family::gpt2 ? kv_heads : groups * kv_heads;
  const std::uint64_t hidden = heads * dim, layers = draw(1, 3), vocab = draw(50, 500);
  if (family == Family::gpt2)
    return json{{"model_type", "gpt2"}, {"n_embd", hidden}, {"n_head", heads}, {"n_layer", layers}, {"n_positions", 512},
                {"n_ctx", 512}, {"vocab_size", vocab}, {"activation_function", "gelu_new"}, {"layer_norm_epsilon", 1e-5}}.dump();
  json j{{"model_type", kFamilyNames[static_cast<int>(family)]}, {"hidden_size", hidden}, {"intermediate_size", 8 * draw(4, 40)},
         {"num_hidden_layers", layers}, {"num_attention_heads", heads}, {"num_key_value_heads", kv_heads}, {"vocab_size", vocab},
         {"hidden_act", "silu"}, {"max_position_embeddings", 1024}, {"rms_norm_eps", 1e-5}, {"rope_theta", 10000.0},
         {"tie_word_embeddings", draw.coin()}};
  if (family == Family::mixtral) {
    const std::uint64_t experts = draw(2, 6);
    j["num_local_experts"] = experts;
    j["num_experts_per_tok"] = draw(1, experts);
    if (draw.coin()) j["sliding_window"] = draw(4, 64);
  }
  return j.dump();
}

npu::ChipConfig random_chip(Draw& draw) {
  npu::ChipConfig c = npu::small_chip();
  c.clock = {1e9 * draw.real(0.3, 2)};
  c.cores = static_cast<std::uint32_t>(draw(1, 4));
  c.memory_ports = static_cast<std::uint32_t>(draw(1, 3));
  c.core.arrays = static_cast<std::uint32_t>(draw(1, 3));
  c.core.array.shape = {static_cast<std::uint32_t>(draw(2, 32)), static_cast<std::uint32_t>(draw(2, 32))};
  c.core.array.dataflow = static_cast<systolic::Dataflow>(draw(0, 2));
  c.core.array.rate[static_cast<std::size_t>(Format::bf16)] = draw.coin() ? 1 : 0.5;
  c.core.array.rate[static_cast<std::size_t>(Format::int8)] = draw.coin() ? 1 : 2;
  c.core.vector = {static_cast<std::uint32_t>(draw(4, 128)), draw.coin() ? 1.0 : 2.0, draw.real(0.5, 6)};
  c.core.scratchpad = {{1024.0 * static_cast<double>(draw(128, 1024))}, static_cast<std::uint32_t>(draw(4, 32)), {32}};
  if (draw(0, 3) == 0) c.core.weight_buffer = {1024.0 * static_cast<double>(draw(16, 128))};
  c.core.dma = {{static_cast<double>(256 * draw(1, 64))}, static_cast<std::uint32_t>(draw(1, 16))};
  if (draw.coin()) c.shared = {{1024.0 * static_cast<double>(draw(1, 1024))}, {1e9 * draw.real(10, 200)}, {1e-9 * draw.real(0, 50)}};
  c.network.topology = static_cast<noc::Topology>(draw(0, 2));
  c.network.columns = c.network.rows = 4;
  c.network.link_bandwidth = {1e9 * draw.real(20, 300)};
  c.memory.channel_bandwidth = {1e9 * draw.real(2, 30)};
  c.memory.refresh_time = {1e-9 * draw.real(0, 400)};
  c.memory.queue_depth = static_cast<std::uint32_t>(draw(1, 64));
  c.power.idle = {draw.real(0, 50)};
  c.die_area = {100};
  return c;
}

LoadedExperiment random_experiment(const Case& c) {
  Draw draw(1000 * (1 + static_cast<std::uint32_t>(c.family)) + c.seed);
  LoadedExperiment loaded;
  loaded.model_text = model_json(c.family, draw);
  loaded.architecture = architecture_of(loaded.model_text);
  Experiment& e = loaded.experiment;
  e.name = "random";
  e.model = "random.json";
  e.chip = npu_chip(random_chip(draw));
  e.workload.batch = draw(1, 5);
  e.workload.in_len = draw(1, 120);
  e.workload.out_len = draw(0, 12);
  if (draw(0, 2) == 0) e.workload.formats.weights = Format::int8;
  e.simulation.fuse = draw(0, 3) != 0;
  e.simulation.fused_attention = draw(0, 3) != 0;
  e.simulation.exact = draw(0, 3) == 0;
  e.simulation.kv_samples = static_cast<std::uint32_t>(draw(2, 5));
  return loaded;
}

void showCase(const Case& c, std::ostream& os) { os << kFamilyNames[static_cast<int>(c.family)] << ' ' << c.seed; }
void PrintTo(const Case& c, std::ostream* os) { showCase(c, *os); }

class MachineRuns : public testing::TestWithParam<Case> {
 protected:
  LoadedExperiment loaded = random_experiment(GetParam());
  const Chip chip = loaded.experiment.chip;
  const npu::ChipConfig& config = npu_config(chip);
};

std::size_t at(api::Level level) { return static_cast<std::size_t>(level); }

/// Everything that is counted twice, once by operators and once by the machine, is the same.
void expect_conserved(const Totals& t, const npu::ChipConfig& chip) {
  std::array<double, api::kLevels> bytes{};
  double time = 0, scratchpad = 0, array_busy = 0;
  for (const OpTotals& op : t.ops) {
    time += op.time_s;
    scratchpad += op.scratchpad_bytes;
    array_busy += op.array_busy_s;
    for (std::size_t l = 0; l < api::kLevels; ++l) bytes[l] += op.bytes[l];
    EXPECT_GE(op.time_s, 0);
    // Padding, masked pairs and rejected rows are executed beyond what the model asks for, never less.
    EXPECT_GE(2 * op.macs, op.flops * (1 - 1e-9)) << op.name;
  }
  const double latency = t.time_s();
  EXPECT_NEAR(time, latency, 1e-9 * latency);
  for (std::size_t l = 0; l < api::kLevels; ++l) EXPECT_NEAR(bytes[l], t.read[l] + t.written[l], 1e-9 * bytes[l]);
  EXPECT_NEAR(t.memory.bytes_read, t.read[at(api::Level::memory)], 1e-9 * t.memory.bytes_read);
  EXPECT_NEAR(t.memory.bytes_written, t.written[at(api::Level::memory)], 1e-9 * t.memory.bytes_written);
  EXPECT_GE(t.memory.bytes_moved, (t.memory.bytes_read + t.memory.bytes_written) * (1 - 1e-12));
  EXPECT_NEAR(scratchpad, t.scratchpad_bytes, 1e-9 * scratchpad);
  EXPECT_LE(t.scratchpad_bytes, chip.scratchpad_bytes_per_s() * latency * (1 + 1e-9));
  EXPECT_LE(t.memory.busy_s, latency * (1 + 1e-9));
  EXPECT_LE(t.memory.bytes_moved, memory::sustained(chip.memory).value * latency * (1 + 1e-9));
  EXPECT_NEAR(array_busy, t.array_time.active, 1e-9 * array_busy);
  const auto& a = t.array_time;
  EXPECT_NEAR(a.active + a.preload + a.wait_memory + a.wait_transfer + a.wait_other, latency * chip.arrays(), 1e-6 * latency * chip.arrays());
}

TEST_P(MachineRuns, AddUp) {
  const Experiment& e = loaded.experiment;
  Machine machine(chip);
  const GenerationTotals g = run_generation(machine, loaded.architecture, e.workload, e.simulation);
  expect_conserved(g.totals, config);
  for (const workload::Graph& graph : graphs_of(loaded.architecture, e.workload, e.simulation)) {
    const Totals pass = run_pass(machine, graph, {e.simulation.fuse}, false);
    expect_conserved(pass, config);
    EXPECT_NEAR(pass.flops(), graph.flops(), 1e-9 * graph.flops());
    Bounds sum;
    for (const OpTotals& op : pass.ops) sum.add(op.bounds, 1);
    EXPECT_GE(pass.time_s(), sum.least());
    EXPECT_GE(pass.read[at(api::Level::memory)], graph.kv_read_bytes() * (1 - 1e-9));
  }
  const workload::PassOptions options{e.workload.batch, e.workload.formats, e.simulation.fused_attention};
  const Fit fit = fit_of(chip, workload::footprint(loaded.architecture, options, e.workload.in_len, e.workload.out_len));
  const auto result = make_result(loaded, machine, g, fit);
  double joules = 0;
  for (const auto& part : result["energy"]) joules += part["joules"].get<double>();
  EXPECT_NEAR(joules, result["metrics"]["energy_j"].get<double>(), 1e-9 * joules);
  EXPECT_LE(result["metrics"]["mfu"].get<double>(), 1);
  for (const auto& level : result["levels"]) EXPECT_LE(level["utilisation"].get<double>(), 1 + 1e-9) << level["name"];
  for (const auto& op : result["ops"])
    for (const char* key : {"achieved_tflops", "achieved_tops"})
      if (op.contains(key)) { EXPECT_GE(op[key].get<double>(), 0); }
}

TEST_P(MachineRuns, AreTheSameTwice) {
  const Experiment& e = loaded.experiment;
  Machine machine(chip);
  for (const workload::Graph& graph : graphs_of(loaded.architecture, e.workload, e.simulation))
    for (const workload::Segment& segment : graph.segments) {
      const Totals first = machine.run(graph, segment, {e.simulation.fuse}, true);
      workload::Graph other = graph;  // another phase is another key, so it is simulated again
      other.phase += " again";
      const double before = machine.commands_simulated();
      const Totals second = machine.run(other, segment, {e.simulation.fuse}, true);
      EXPECT_GT(machine.commands_simulated(), before);
      EXPECT_EQ(first.time_s(), second.time_s());
      EXPECT_EQ(first.memory.busy_s, second.memory.busy_s);
      EXPECT_EQ(first.network_byte_hops, second.network_byte_hops);
      ASSERT_EQ(first.ops.size(), second.ops.size());
      for (std::size_t i = 0; i < first.ops.size(); ++i) {
        EXPECT_EQ(first.ops[i].time_s, second.ops[i].time_s);
        EXPECT_EQ(first.ops[i].array_busy_s, second.ops[i].array_busy_s);
      }
    }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Family f : {Family::llama, Family::gpt2, Family::mixtral})
    for (std::uint32_t seed = 0; seed < 25; ++seed) all.push_back({f, seed});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Random, MachineRuns, testing::ValuesIn(cases()), [](const auto& c) {
  return std::string(kFamilyNames[static_cast<int>(c.param.family)]) + "_" + std::to_string(c.param.seed);
});

}  // namespace
}  // namespace presil::run
