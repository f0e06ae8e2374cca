// result.h -- a result document (docs/result.md), checked and typed: what every report is made from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace presil::report {

inline constexpr int kSchemaVersion = 1;

/// What was run, for the title of a report. Empty and zero where the document does not say.
struct About {
  std::string model, chip;
  std::string weights, activations, kv;  ///< number formats
  double devices{}, batch{}, prompt{}, generate{};
  bool training{false};  ///< `batch` sequences of `prompt` tokens in a step
};

struct Operator {
  std::string name, phase;
  double count{}, time_s{}, share{};
  double flops{}, vector_ops{};
  double memory_bytes{}, host_bytes{};
  std::vector<std::pair<std::string, double>> level_bytes;  ///< every `<level>_bytes` of the row: "l2"
  double achieved{};                                        ///< TFLOPS, or TOPS for integer formats
  double memory_gb_per_s{};
  double bound_s{};
  std::string bound, bottleneck;
};

struct Phase {
  std::string name;
  double passes{}, time_s{}, flops{}, mfu{};
  double bound_s{};
  std::string bound;
};

struct MemoryFit {
  std::string level;  ///< empty: the document does not say
  double capacity_bytes{}, weights_bytes{}, kv_bytes{}, activations_bytes{}, free_bytes{};
  double gradients_bytes{}, optimizer_bytes{};  ///< of training
};

struct BandwidthLevel {
  std::string name;
  std::optional<double> bytes_read, bytes_written;  ///< empty where only the sum is counted
  double gb_per_s{}, peak_gb_per_s{}, utilisation{};
};

/// One part of a whole: a component's energy, area or a share of array time.
struct Part {
  std::string name;
  double value{};
};

/// A package of several dies; `count` 0: one die.
struct Dies {
  double count{}, gb_per_s{}, as_one_from_gb_per_s{};
};

struct MappingRow {
  std::string name, phase, segment;
  std::string tiling;  ///< and how it is split over cores and arrays
  std::string homes;   ///< where operands come from and results go
};

/// Executions of one segment of a phase: "layer".
struct SegmentRow {
  std::string name, phase;
  double count{}, time_s{};
};

/// A pass that was simulated: its place in the request, averages of one device.
struct PassPoint {
  std::string phase;
  double start_s{}, time_s{}, memory_gb_per_s{}, power_w{};
};

/// One pass of a phase over its time, in equal steps.
struct PassDetail {
  std::string phase;
  double kv_len{}, time_s{};
  std::vector<std::pair<std::string, std::vector<double>>> busy;  ///< shares, by kind of unit
  std::vector<double> memory_gb_per_s, power_w;
};

/// A pass of one pipeline stage, of training.
struct StagePass {
  double stage{}, forward{}, micro_batch{}, start_s{}, time_s{};
};

/// A rectangle of the die.
struct Block {
  std::string group;
  double x_mm{}, y_mm{}, width_mm{}, height_mm{};
};

struct Assumption {
  std::string path, value, source;
};

/// One distinct exchange between devices, as it was simulated or, with a reason, not.
struct ExchangeRow {
  std::string name, not_simulated;
  double time_s{}, closed_form_s{};
};

/// What is known of the links between devices.
struct FabricModel {
  std::string model, system;  ///< "closed form" or "simulated"; empty: not said
  std::vector<ExchangeRow> exchanges;
};

struct Result {
  std::string presil_version, config_hash;
  About about;
  std::vector<std::pair<std::string, double>> metrics;  ///< in the order of the document
  std::vector<Operator> ops;
  std::vector<Phase> phases;
  std::vector<std::pair<std::string, std::string>> settings;  ///< the experiment's values under dotted paths
  MemoryFit memory;
  FabricModel fabric;
  std::vector<BandwidthLevel> levels;
  std::vector<Part> energy, area;
  Dies dies;
  std::string unit;             ///< what multiplies: "array"
  std::vector<Part> unit_time;  ///< where its time went, the document's `<unit>_time`
  std::vector<MappingRow> mapping;
  std::vector<SegmentRow> segments;
  std::vector<PassPoint> passes;     ///< of the timeline, where it was asked for
  std::vector<PassDetail> details;
  std::vector<StagePass> pipeline;
  std::vector<Block> floorplan;
  std::vector<Assumption> assumptions;

  /// The metric of that name; null when the run has none.
  const double* metric(std::string_view name) const;
  /// "TFLOPS", or "TOPS" for integer formats.
  std::string rate_unit() const;
  /// Dense peak per device in `rate_unit`; 0 when the document does not say.
  double peak_rate() const;
  /// "llama-3.1-8b on a100-sxm-80gb".
  std::string title() const;
  /// "batch 8, prompt 512, generate 128, bf16 weights, bf16 activations, bf16 KV".
  std::string workload() const;
};

/// Checks a document and fills in a Result. Throws InputError "FILE: ops[3].time_s: expected a number"; a
/// document of another schema_version is refused naming both versions.
Result read_result(const nlohmann::ordered_json& document, const std::string& file_name);

/// Reads a document from a file, or from DIR/result.json when `path` is a folder. Throws InputError, with
/// file:line:column when it is not JSON.
nlohmann::ordered_json load_document(const std::filesystem::path& path);

/// What `--format json` and result.json hold: two spaces of indentation, a newline at the end.
std::string document_text(const nlohmann::ordered_json& document);

}  // namespace presil::report
