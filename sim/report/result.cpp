// result.cpp -- implementation of result.h.
#include "sim/report/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/cursor.h"
#include "sim/report/format.h"

namespace presil::report {

namespace {

using Json = nlohmann::ordered_json;

Operator read_operator(const Cursor& row) {
  Operator op;
  row.need("name", op.name);
  row.need("time_s", op.time_s);
  row.get("phase", op.phase);
  row.get("count", op.count);
  row.get("share", op.share);
  row.get("flops", op.flops);
  row.get("vector_ops", op.vector_ops);
  row.get("memory_bytes", op.memory_bytes);
  row.get("host_bytes", op.host_bytes);
  row.get("achieved_tflops", op.achieved);
  row.get("achieved_tops", op.achieved);
  row.get("achieved_gb_per_s", op.memory_gb_per_s);
  row.members([&](const std::string& key, const Cursor& value) {
    const std::string_view suffix = "_bytes";
    if (key.ends_with(suffix)) op.level_bytes.emplace_back(clean(key.substr(0, key.size() - suffix.size())), value.number());
  });
  row.get("bound_s", op.bound_s);
  row.get("bound", op.bound);
  row.get("bottleneck", op.bottleneck);
  return op;
}

Phase read_phase(const Cursor& row) {
  Phase phase;
  row.need("name", phase.name);
  row.need("time_s", phase.time_s);
  row.get("passes", phase.passes);
  row.get("flops", phase.flops);
  row.get("mfu", phase.mfu);
  row.get("bound_s", phase.bound_s);
  row.get("bound", phase.bound);
  return phase;
}

BandwidthLevel read_level(const Cursor& row) {
  BandwidthLevel level;
  row.need("name", level.name);
  double bytes = -1;
  row.get("bytes_read", bytes);
  if (bytes >= 0) level.bytes_read = bytes;
  bytes = -1;
  row.get("bytes_written", bytes);
  if (bytes >= 0) level.bytes_written = bytes;
  row.get("gb_per_s", level.gb_per_s);
  row.get("peak_gb_per_s", level.peak_gb_per_s);
  row.get("utilisation", level.utilisation);
  return level;
}

Part read_part(const Cursor& row, const char* value) {
  Part part;
  row.need("name", part.name);
  row.need(value, part.value);
  return part;
}

MappingRow read_mapping(const Cursor& row) {
  MappingRow mapping;
  row.need("name", mapping.name);
  row.get("phase", mapping.phase);
  row.get("segment", mapping.segment);
  row.need("mapping", mapping.tiling);
  row.get("homes", mapping.homes);
  return mapping;
}

Assumption read_assumption(const Cursor& row) {
  Assumption assumption;
  row.need("path", assumption.path);
  row.with("value", [&](const Cursor& c) { assumption.value = c.spelling(); });
  row.get("source", assumption.source);
  return assumption;
}

// The resolved experiment as sim/run dumps it; what is absent stays empty.
void read_formats(const Cursor& workload, About& about) {
  workload.with("formats", [&](const Cursor& formats) {
    formats.object().get("weights", about.weights);
    formats.get("activations", about.activations);
    formats.get("kv", about.kv);
  });
}

void read_about(const Cursor& root, About& about) {
  root.with("experiment", [&](const Cursor& experiment) {
    experiment.object().get("model", about.model);
    experiment.with("chip", [&](const Cursor& chip) { chip.object().get("name", about.chip); });
    experiment.with("workload", [&](const Cursor& workload) {
      workload.object().get("batch", about.batch);
      workload.get("in_len", about.prompt);
      workload.get("out_len", about.generate);
      std::string phase;
      workload.get("phase", phase);
      about.training = phase == "training";
      if (!about.training) return read_formats(workload, about);
      workload.get("global_batch", about.batch);
      workload.get("sequence", about.prompt);
      read_formats(workload, about);
    });
  });
  root.with("fabric", [&](const Cursor& fabric) { fabric.object().get("devices", about.devices); });
}

ExchangeRow read_exchange(const Cursor& row) {
  ExchangeRow exchange;
  row.get("name", exchange.name);
  row.get("not_simulated", exchange.not_simulated);
  row.get("time_s", exchange.time_s);
  row.get("closed_form_s", exchange.closed_form_s);
  return exchange;
}

/// The experiment's values under dotted paths.
void flatten(const Json& value, const std::string& path, std::vector<std::pair<std::string, std::string>>& settings) {
  if (!value.is_object()) {
    settings.emplace_back(path, clean(value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace)));
    return;
  }
  for (const auto& [key, member] : value.items()) flatten(member, path.empty() ? key : path + "." + key, settings);
}

void read_memory(const Cursor& root, MemoryFit& memory) {
  root.with("memory", [&](const Cursor& c) {
    c.object();
    memory.level = "memory";
    c.get("level", memory.level);
    c.get("capacity_bytes", memory.capacity_bytes);
    c.get("weights_bytes", memory.weights_bytes);
    c.get("kv_bytes", memory.kv_bytes);
    c.get("activations_bytes", memory.activations_bytes);
    c.get("gradients_bytes", memory.gradients_bytes);
    c.get("optimizer_bytes", memory.optimizer_bytes);
    c.get("free_bytes", memory.free_bytes);
  });
}

SegmentRow read_segment(const Cursor& row) {
  SegmentRow s;
  row.get("name", s.name);
  row.get("phase", s.phase);
  row.get("count", s.count);
  row.get("time_s", s.time_s);
  return s;
}

PassPoint read_point(const Cursor& row) {
  PassPoint p;
  row.get("phase", p.phase);
  row.get("start_s", p.start_s);
  row.get("time_s", p.time_s);
  row.get("memory_gb_per_s", p.memory_gb_per_s);
  row.get("power_w", p.power_w);
  return p;
}

PassDetail read_detail(const Cursor& row) {
  PassDetail d;
  row.get("phase", d.phase);
  row.get("kv_len", d.kv_len);
  row.get("time_s", d.time_s);
  row.with("busy", [&](const Cursor& busy) {
    busy.members([&](const std::string& name, const Cursor& values) { d.busy.emplace_back(clean(name), values.numbers()); });
  });
  row.with("memory_gb_per_s", [&](const Cursor& values) { d.memory_gb_per_s = values.numbers(); });
  row.with("power_w", [&](const Cursor& values) { d.power_w = values.numbers(); });
  return d;
}

StagePass read_stage_pass(const Cursor& row) {
  StagePass p;
  row.get("stage", p.stage);
  row.get("forward", p.forward);
  row.get("micro_batch", p.micro_batch);
  row.get("start_s", p.start_s);
  row.get("time_s", p.time_s);
  return p;
}

Block read_block(const Cursor& row) {
  Block b;
  row.get("group", b.group);
  row.get("x_mm", b.x_mm);
  row.get("y_mm", b.y_mm);
  row.get("width_mm", b.width_mm);
  row.get("height_mm", b.height_mm);
  return b;
}

void check_version(const Cursor& root, const std::string& file_name) {
  double version = 0;
  root.need("schema_version", version);
  if (version != kSchemaVersion)
    throw InputError(fmt::format("{}: the file has schema_version {}; this presil reads schema_version {}",
                                 file_name, version, kSchemaVersion));
}

// The line and column of a byte of the text, both from 1.
std::string place(const std::string& text, std::size_t byte) {
  const std::size_t end = std::min(byte > 0 ? byte - 1 : 0, text.size());
  const auto start = text.begin(), stop = start + static_cast<std::ptrdiff_t>(end);
  const auto line = std::count(start, stop, '\n') + 1;
  const std::size_t before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  return fmt::format("{}:{}", line, before == std::string::npos ? end + 1 : end - before);
}

// nlohmann says "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...".
std::string reason(const std::string& what) {
  const std::size_t start = what.find(": ");
  return clean(start == std::string::npos ? what : what.substr(start + 2));
}

}  // namespace

const double* Result::metric(std::string_view name) const {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const auto& m) { return m.first == name; });
  return found == metrics.end() ? nullptr : &found->second;
}

std::string Result::rate_unit() const { return metric("peak_tops") ? "TOPS" : "TFLOPS"; }

double Result::peak_rate() const {
  const double* peak = metric(metric("peak_tops") ? "peak_tops" : "peak_tflops");
  return peak ? *peak : 0;
}

std::string Result::title() const {
  std::string text = about.model.empty() ? "unnamed model" : about.model;
  if (!about.chip.empty())
    text += " on " + (about.devices > 1 ? count(about.devices) + " x " : "") + about.chip;
  return text;
}

std::string Result::workload() const {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (about.training) add("training");
  if (about.batch > 0) add("batch " + count(about.batch));
  if (about.prompt > 0) add((metric("ttft_s") ? "prompt " : "length ") + count(about.prompt));
  if (about.generate > 0 && metric("ttft_s")) add("generate " + count(about.generate));
  if (!about.weights.empty() && about.weights == about.activations &&
      (about.kv.empty() || about.kv == about.weights)) {
    add(about.weights);
    return text;
  }
  if (!about.weights.empty()) add(about.weights + " weights");
  if (!about.activations.empty()) add(about.activations + " activations");
  if (!about.kv.empty()) add(about.kv + " KV");
  return text;
}

Result read_result(const Json& document, const std::string& file_name) {
  const Cursor root(document, file_name + ": ");
  Result result;
  if (!document.is_object()) throw InputError(file_name + ": expected a result document (a mapping)");
  check_version(root, file_name);
  root.get("presil_version", result.presil_version);
  root.get("config_hash", result.config_hash);
  read_about(root, result.about);
  if (const auto experiment = document.find("experiment"); experiment != document.end()) flatten(*experiment, "", result.settings);
  root.require(document.contains("metrics"), "the member \"metrics\"");
  root.with("metrics", [&](const Cursor& c) {
    c.members([&](const std::string& key, const Cursor& value) {
      result.metrics.emplace_back(clean(key), value.number());
    });
  });
  root.with("fabric", [&](const Cursor& fabric) {
    fabric.get("model", result.fabric.model);
    fabric.get("system", result.fabric.system);
    fabric.rows("exchanges", result.fabric.exchanges, read_exchange);
  });
  root.rows("ops", result.ops, read_operator);
  root.rows("phases", result.phases, read_phase);
  read_memory(root, result.memory);
  root.rows("levels", result.levels, read_level);
  root.rows("energy", result.energy, [](const Cursor& row) { return read_part(row, "joules"); });
  root.with("dies", [&](const Cursor& c) {
    c.object().get("count", result.dies.count);
    c.object().get("gb_per_s", result.dies.gb_per_s);
    c.object().get("as_one_from_gb_per_s", result.dies.as_one_from_gb_per_s);
  });
  root.rows("area", result.area, [](const Cursor& row) { return read_part(row, "mm2"); });
  root.members([&](const std::string& member, const Cursor& shares) {
    const std::string_view suffix = "_time";
    if (!member.ends_with(suffix) || !result.unit.empty()) return;
    result.unit = clean(member.substr(0, member.size() - suffix.size()));
    shares.members([&](const std::string& key, const Cursor& value) {
      result.unit_time.push_back({clean(key), value.number()});
    });
  });
  root.rows("mapping", result.mapping, read_mapping);
  root.rows("assumptions", result.assumptions, read_assumption);
  root.rows("segments", result.segments, read_segment);
  root.rows("floorplan", result.floorplan, read_block);
  root.with("timeline", [&](const Cursor& timeline) {
    timeline.rows("passes", result.passes, read_point);
    timeline.rows("details", result.details, read_detail);
    timeline.rows("pipeline", result.pipeline, read_stage_pass);
  });
  return result;
}

Json load_document(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto file = std::filesystem::is_directory(path, ignored) ? path / "result.json" : path;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw InputError(
        fmt::format("{}:{}: not JSON: {}", file.string(), place(text, error.byte), reason(error.what())));
  } catch (const Json::exception& error) {  // a number no double can hold
    throw InputError(fmt::format("{}: not JSON: {}", file.string(), clean(error.what())));
  }
}

std::string document_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace presil::report
