// describe_power.cpp -- implementation of describe_power.h.
#include "sim/run/describe_power.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/ppa/floorplan.h"
#include "sim/run/chip_power.h"
#include "sim/run/gpu_chip.h"
#include "sim/run/memory_power.h"

namespace presil::run {

using nlohmann::ordered_json;

namespace {

std::string published(double value, const char* unit) {
  return value > 0 ? fmt::format("{:g} {}", value, unit) : "not published";
}
std::string computed(double value, const char* unit) { return fmt::format("{:.4g} {}", value, unit); }

std::string idle_note(const api::BoardConfig& board, const ppa::StaticPower& rest) {
  if (board.power.idle.value <= 0) return "the computed one is charged";
  if (rest.leakage + rest.clock > board.power.idle)
    return "the published one is charged: clocks are gated at rest, computed ones are not";
  return "the published one is charged";
}

void add_rest(ordered_json& rows, const Chip& chip) {
  const api::BoardConfig& board = chip->board();
  const ppa::StaticPower rest = power_at_rest(chip);
  rows.push_back({"idle power", published(board.power.idle.value, "W"), computed(rest.total().value, "W"),
                  idle_note(board, rest)});
  const auto part = [&](const char* name, Watts watts, const std::string& note) {
    rows.push_back({std::string("- ") + name, "", fmt::format("{:.3g} W", watts.value), note});
  };
  part("leakage", rest.leakage, fmt::format("at {:g} C", ppa::kRestCelsius));
  part("clock tree", rest.clock, "running");
  part("links", rest.links, fmt::format("{} lanes", board.die.link_lanes));
  part("memory", rest.memory, "stand-by and refresh");
  part("regulators", rest.regulators, "a tenth of the others");
  if (const auto awake = chip->awake(); awake && board.power.idle.value > 0) {
    const double cool = (board.power.idle + awake->clock + awake->memory).value;
    rows.push_back({"idle power, awake", awake->measured ? published(cool, "W") : "",
                    awake->measured ? "" : computed(cool, "W"), "clocks up, cool, no work"});
  }
}

/// What a large product would draw without a cap, and what the cap makes of it.
void add_saturated(ordered_json& rows, const Chip& chip) {
  const Format format = usual_format(chip);
  const std::optional<Saturated> full = chip->saturated(format);
  if (!full) return;
  const std::string what = fmt::format("{} product of {} cubed", name(format), kSaturatedExtent);
  rows.push_back({what + ", no cap", "", fmt::format("{:.0f} W", full->uncapped.value),
                  fmt::format("at {:.3f} GHz", chip->clock().value / 1e9)});
  rows.push_back({what + ", under the cap", "", fmt::format("{:.0f} W", full->capped.value),
                  fmt::format("at {:.3f} GHz: {:.1f} T{}", full->clock.value / 1e9, full->ops_per_s / 1e12,
                              is_integer(format) ? "OPS" : "FLOPS")});
}

void add_area_rows(ordered_json& rows, const Chip& chip) {
  const api::BoardConfig& board = chip->board();
  const ppa::ChipArea silicon = chip->area();
  const double said = board.die_area.value, seen = silicon.total().value;
  rows.push_back({silicon.dies.size() > 1 ? fmt::format("area of {} dies", silicon.dies.size()) : "die area",
                  published(said, "mm2"), computed(seen, "mm2"),
                  said > 0 ? fmt::format("{:+.1f}%", 100 * (seen / said - 1)) : ""});
  if (const auto dies = chip->dies())
    rows.push_back({fmt::format("between {} dies", dies->count),
                    fmt::format("{:g} GB/s", dies->rate.value / 1e9), "",
                    fmt::format("act as one from {:.4g} GB/s", dies->needed.value / 1e9)});
  const auto plan = ppa::floorplan(silicon);
  for (const char* to : {"cache", "memory"})
    if (const Millimetres wire = ppa::distance(plan, "cores", to); wire.value > 0)
      rows.push_back({fmt::format("wire from cores to {}", to), "", fmt::format("{:.1f} mm", wire.value),
                      "mean, by the floorplan"});
}

std::string picojoules(Joules energy) { return fmt::format("{:.3g} pJ", energy.value * 1e12); }

/// Of a GPU as its fitted energy has it, which registers cannot exceed.
void add_vector_operation(ordered_json& rows, const Chip& chip) {
  const ppa::Technology& t = chip->board().technology;
  const Joules arithmetic{t.vector_op_pj * 1e-12},
      registers{8 * ppa::kVectorRegisterBytes * t.register_file.value};
  const gpu::GpuConfig* gpu = gpu_config(chip);
  if (gpu == nullptr) {
    rows.push_back({"vector operation", picojoules(arithmetic), picojoules(registers),
                    picojoules((arithmetic + registers) * ppa::kControl), ""});
    return;
  }
  const Joules beside = arithmetic * (gpu->architecture.fit.energy_scale - 1),
               most = std::min(registers, beside);
  rows.push_back(
      {"vector operation", picojoules(arithmetic), picojoules(most), picojoules(beside - most),
       registers > beside
           ? fmt::format("registers alone would take {}: fit.energy_scale leaves less", picojoules(registers))
           : ""});
}

}  // namespace

Format usual_format(const Chip& chip) {
  for (const Format format : {Format::bf16, Format::fp16, Format::int8})
    if (chip->native(format)) return format;
  for (std::size_t f = 0; f < kFormatNames.size(); ++f)
    if (chip->supports(static_cast<Format>(f))) return static_cast<Format>(f);
  return Format::fp32;
}

ordered_json power_rows(const Chip& chip) {
  const api::BoardConfig& board = chip->board();
  ordered_json rows = ordered_json::array();
  add_rest(rows, chip);
  const Watts limit = api::power_limit(board, chip->own_power_limit());
  rows.push_back({"design power", published(board.power.tdp.value, "W"), "",
                  limit.value > 0 ? fmt::format("the clock is lowered to hold {:g} W", limit.value)
                                  : "not held: no power.cap is given"});
  add_saturated(rows, chip);
  add_area_rows(rows, chip);
  return rows;
}

ordered_json multiply_add_rows(const Chip& chip) {
  ordered_json rows = ordered_json::array();
  for (std::size_t f = 0; f < kFormatNames.size(); ++f)
    if (const auto each = chip->multiply_add_energy(static_cast<Format>(f)))
      rows.push_back({kFormatNames[f], picojoules(each->arithmetic), picojoules(each->registers),
                      picojoules(each->control), ""});
  add_vector_operation(rows, chip);
  return rows;
}

ordered_json memory_energy_rows(const Chip& chip) {
  const ppa::MemoryEnergy memory = memory_energy(chip->memory());
  ordered_json rows = ordered_json::array();
  const auto bit = [&](const char* what, JoulesPerBit each, const char* note) {
    if (each.value > 0) rows.push_back({what, fmt::format("{:.3g} pJ/bit", each.value * 1e12), note});
  };
  if (memory.by_command()) {
    rows.push_back({"activate and precharge", fmt::format("{:.3g} nJ", memory.activate.value * 1e9),
                    fmt::format("a row of {:g} B", memory.row.value)});
    bit("read", memory.read, "");
    bit("write", memory.write, "");
  } else {
    bit("array", memory.array, "commands are not known apart");
  }
  bit("PHY", memory.phy, "both ends");
  bit("TSV", memory.tsv, "through the stack");
  const auto rest = [&](const char* what, Watts watts) {
    if (watts.value > 0) rows.push_back({what, fmt::format("{:.3g} W", watts.value), "in the idle power"});
  };
  rest("stand-by", memory.background);
  rest("refresh", memory.refresh);
  return rows;
}

}  // namespace presil::run
