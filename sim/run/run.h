// run.h -- what the commands ask of the simulator.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/run/trace_options.h"

namespace presil::run {

struct RunOptions {
  std::vector<std::string> overrides;  ///< "chip.memory.stacks=6"
  bool exact{false};                   ///< as simulation.exact
  TraceOptions trace{};                ///< events and curves over time
};

struct RunOutcome {
  nlohmann::ordered_json result;  ///< docs/result.md
  double simulated_s{};           ///< machine time of the whole request
  double host_s{};                ///< time the simulation took
  double commands{};              ///< commands simulated
  std::string unit;               ///< what multiplies: "array"
  double unit_cycles{};           ///< cycles of all of them in the segments that were simulated, each once
};

/// Runs an experiment file. Throws InputError, CapacityError (with the sum that does not fit) or RunError.
RunOutcome run_experiment(const std::filesystem::path& file, const RunOptions& options);

struct GemmQuery {
  std::string device;
  std::string dtype{"bf16"};
  std::uint64_t m{}, n{}, k{}, batch{1};
  bool sparse{false};  ///< B with 2:4 structured sparsity, on chips of kind gpu that have it
};

/// One matrix product from memory to memory on a chip. Keys: device, dtype, m, n, k, batch, latency_us,
/// achieved_tflops and peak_tflops (_tops for integer formats), utilisation, memory_gb_per_s, memory_utilisation,
/// bound_us, bottleneck, array_cycles (cycles of the chip; the key says what multiplies), mapping and, where there is
/// something to say of the format, note.
nlohmann::ordered_json bench_gemm(const GemmQuery& query, const std::vector<std::string>& overrides);

struct AttentionQuery {
  std::string device;
  std::string dtype{"bf16"};
  std::string phase{"prefill"};  ///< or "decode"
  std::uint64_t batch{1}, q_len{}, kv_len{}, heads{}, kv_heads{}, head_dim{};
  bool causal{true};
  std::uint64_t window{0};       ///< keys a query sees at most; 0: no window
  std::string impl;              ///< of chips of kind gpu; empty: the generation's best known
  bool backward{false};          ///< the gradient instead, on chips of kind gpu
};

/// Fused attention from memory to memory on a chip. Keys: those of the query (window and impl where given), pass, and
/// from latency_us on those of bench_gemm without cycles.
nlohmann::ordered_json bench_attention(const AttentionQuery& query, const std::vector<std::string>& overrides);

struct VectorQuery {
  std::string device, op;
  std::string dtype{"bf16"};
  std::uint64_t rows{}, cols{};
  std::string kernel{"fused"};   ///< or "eager"
};

/// One element-wise or row-wise operator, or an embedding, from memory to memory on a chip. Keys: those of the query,
/// latency_us (eager: with host_us, the framework's own), achieved_gops and peak_gops (operations of vector_costs.h; the peak is of multiply-adds), utilisation,
/// memory_gb_per_s, memory_utilisation, bound_us, bottleneck, mapping.
nlohmann::ordered_json bench_vector(const VectorQuery& query, const std::vector<std::string>& overrides);
/// The operators it knows.
std::vector<std::string> vector_operators();

struct ArrayQuery {
  std::uint32_t rows{128}, columns{128};
  std::string dataflow{"ws"};
  std::string timing{"overlapped"};
  std::string fidelity{"transaction"};  ///< "cycle" steps every PE with real operands: small shapes only
  std::uint64_t m{}, n{}, k{};
};

/// One matrix product on a bare array whose operands are always there. Keys: rows, columns, dataflow, timing,
/// fidelity, m, n, k, cycles, utilisation, folds. At fidelity cycle the product is checked too: RunError if wrong.
nlohmann::ordered_json bench_array(const ArrayQuery& query);

struct MemoryQuery {
  std::string config;                 ///< file or name
  std::string trace;                  ///< file of `R|W hexaddress` lines; empty: the pattern
  std::string pattern;                ///< models/memory/traffic.h
  std::uint64_t requests{200000};     ///< of a pattern
  double load{0};                     ///< share of peak; 0: saturated
  bool energy{false};                 ///< also by kind of command
};

/// A memory alone under 64-byte requests. Keys: memory, traffic, load, requests, time_us, bandwidth_gb_per_s,
/// peak_gb_per_s, share_of_peak, read_latency_ns, row_hit_rate, energy_pj_per_bit, energy_source and, with `energy`,
/// energy_j and its parts. `warnings`: timings that are odd.
nlohmann::ordered_json bench_memory(const MemoryQuery& query, const std::vector<std::string>& overrides,
                                    std::vector<std::string>* warnings);

struct CollectiveQuery {
  std::string link;                     ///< file or name
  std::string op{"all_reduce"};         ///< or all_gather
  std::string algorithm;                ///< ring, tree, in-switch, one-shot, two-shot; empty: the fastest
  std::uint32_t n_devices{};
  double bytes{};                       ///< as nccl-tests counts them
  bool serving{false};                  ///< also the one-shot and two-shot kernels of inference servers
};

/// One collective over the links of a node, in closed form (models/fabric/collective_time.h). Keys: link, op, n_devices,
/// bytes, time_us, algbw_gb_per_s, busbw_gb_per_s (as nccl-tests define them), algorithm, protocol, bound_us.
nlohmann::ordered_json bench_collective(const CollectiveQuery& query, const std::vector<std::string>& overrides);

struct ImcQuery {
  std::string macro;  ///< file or name
};

/// An in-memory-compute macro alone, in closed form (models/imc/macro.h). Keys: macro, compute, node_nm, vdd, rows,
/// columns, macros, input_bits, weight_bits, adc_bits (analog ones), latency_ns, pass_ns, clock_ns, tops, tops_per_w,
/// tops_per_mm2, energy_per_mac_fj and its parts (energy_PART_fj), area_mm2 and its parts (area_PART_mm2), write_us,
/// write_uj, endurance where it is limited.
nlohmann::ordered_json bench_imc(const ImcQuery& query, const std::vector<std::string>& overrides);

/// What a configuration file or model says: keys kind, name, sections (title, columns, rows), provenance.
nlohmann::ordered_json describe(const std::string& file_or_name);

/// What catalogue() knows: chips, models, memories, ...
std::vector<std::string> catalogue_kinds();

/// Shipped configurations of a kind. Rows of name, file, aliases, summary.
nlohmann::ordered_json catalogue(const std::string& kind);

/// The kinds of file that have fields: experiment, chip, memory, ...
std::vector<std::string> schema_kinds();

/// JSON Schema of a kind of file.
nlohmann::ordered_json schema(const std::string& kind);

/// The fields of a kind of file as a Markdown table: key, type, default, range, meaning.
std::string field_table(const std::string& kind);

/// Project root: PRESIL_HOME, else where presil was compiled.
std::filesystem::path home();

}  // namespace presil::run
