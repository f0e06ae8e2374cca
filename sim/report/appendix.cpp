// appendix.cpp -- implementation of appendix.h.
#include "sim/report/appendix.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/format.h"
#include "sim/report/table.h"

namespace presil::report {

namespace {

using Json = nlohmann::ordered_json;

double value(const Json& record, const std::string& key) { return record.at(key).get<double>(); }

std::string macros(const Json& m, const Style& style) {
  Table table({{"macros"}, {""}});
  const double copies = value(m, "copies");
  table.add({"weights", fmt::format("{} of {} blocks of the chip asked for, {} of them resident{}",
                                    count(value(m, "blocks_of_the_model")), count(value(m, "blocks")),
                                    percent(value(m, "resident_share")),
                                    copies > 1 ? fmt::format(", {} copies", count(copies)) : "")});
  table.add({"first programming", fmt::format("{}, {}", time(value(m, "first_programming_s")),
                                              energy(value(m, "first_programming_j")))});
  if (value(m, "programmed_blocks") > 0) {
    std::string text = fmt::format("{} blocks, {}, each cell {} times", count(value(m, "programmed_blocks")),
                                   energy(value(m, "programming_j")), number(value(m, "writes_of_a_cell")));
    if (m.contains("lifetime_s"))
      text += fmt::format("; worn out after {} of such work", time(value(m, "lifetime_s")));
    table.add({"programmed in the run", text});
  }
  return "\n" + table.render(style, 2);
}

std::string offloads(const Json& ops, const Style& style) {
  Table table({{"in memory or on the chip"},
               {"phase"},
               {"chip", Align::right},
               {"memory", Align::right},
               {"done by"}});
  for (const Json& op : ops) {
    if (!op.contains("offload")) continue;
    const Json& o = op["offload"];
    const double moved = value(o, "offloaded");
    table.add({shortened(op.at("name").get<std::string>(), 24), op.at("phase").get<std::string>(),
               time(value(o, "host_s")), time(value(o, "pim_s")),
               moved == 0                   ? "chip"
               : moved < value(op, "count") ? "both"
                                            : "memory"});
  }
  return table.empty() ? "" : "\n" + table.render(style, 2);
}

std::string decibels(const Json& snr) {
  return snr.is_null() ? "exact" : fmt::format("{:.1f} dB", snr.get<double>());
}

std::string numbers(const Json& f, const Style& style) {
  Table table({{fmt::format("numbers by {}", f.at("unit").get<std::string>())},
               {"signal to noise", Align::right},
               {"cosine", Align::right}});
  for (int layer = 0; f.contains(fmt::format("layer_{}_snr_db", layer)); ++layer)
    table.add({fmt::format("layer {}", layer), decibels(f[fmt::format("layer_{}_snr_db", layer)]),
               fmt::format("{:.6f}", value(f, fmt::format("layer_{}_cosine", layer)))});
  table.add({"logits", decibels(f.at("logits_snr_db")), fmt::format("{:.6f}", value(f, "logits_cosine"))});
  return "\n" + table.render(style, 2) +
         fmt::format("  {:.4g}% of {} tokens as FP32 chooses them; {} weights\n",
                     value(f, "top1_agreement_pct"), count(value(f, "tokens")),
                     f.at("weights").get<std::string>());
}

}  // namespace

std::string appendix(const Json& document, const Style& style) {
  std::string text;
  if (document.contains("macros")) text += macros(document["macros"], style);
  if (document.contains("ops")) text += offloads(document["ops"], style);
  if (document.contains("functional")) text += numbers(document["functional"], style);
  return text;
}

}  // namespace presil::report
