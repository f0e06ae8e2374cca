// bench_imc.cpp -- one in-memory-compute macro (see run.h).
#include <nlohmann/json.hpp>

#include "models/imc/macro.h"
#include "sim/config/loader.h"
#include "sim/config/reader.h"
#include "sim/run/experiment.h"
#include "sim/run/run.h"

namespace presil::run {

namespace {

nlohmann::ordered_json settings(const imc::MacroConfig& m) {
  nlohmann::ordered_json record = {{"macro", m.name},
                                   {"compute", imc::kComputeNames[static_cast<std::size_t>(m.compute)]},
                                   {"node_nm", m.process().node_nm},
                                   {"vdd", m.vdd.value},
                                   {"rows", m.rows},
                                   {"columns", m.columns},
                                   {"macros", m.macros},
                                   {"input_bits", m.input_bits},
                                   {"weight_bits", m.weight_bits}};
  if (m.analog()) record["adc_bits"] = m.adc.bits;
  return record;
}

void add_energy(const imc::MacroEstimate& e, nlohmann::ordered_json& record) {
  const auto fj = [&](Joules part) { return part.value / e.macs * 1e15; };
  record["energy_per_mac_fj"] = fj(e.energy.total());
  record["energy_word_lines_fj"] = fj(e.energy.word_lines);
  record["energy_inputs_fj"] = fj(e.energy.inputs);
  record["energy_cells_fj"] = fj(e.energy.cells);
  record["energy_adders_fj"] = fj(e.energy.adders);
  record["energy_converters_fj"] = fj(e.energy.converters);
  record["energy_accumulators_fj"] = fj(e.energy.accumulators);
}

void add_area(const imc::MacroArea& a, nlohmann::ordered_json& record) {
  record["area_mm2"] = a.total().value;
  record["area_cells_mm2"] = a.cells.value;
  record["area_adders_mm2"] = a.adders.value;
  record["area_converters_mm2"] = a.converters.value;
  record["area_drivers_mm2"] = a.drivers.value;
  record["area_accumulators_mm2"] = a.accumulators.value;
}

}  // namespace

nlohmann::ordered_json bench_imc(const ImcQuery& q, const std::vector<std::string>& overrides) {
  const config::SearchPath search{home() / "configs"};
  imc::MacroConfig macro;
  config::read(config::load(config::find_config(search, "macros", q.macro), overrides, reference_keys(), search), macro);
  const imc::MacroEstimate e = imc::estimate(macro);
  nlohmann::ordered_json record = settings(macro);
  record["latency_ns"] = e.latency.value * 1e9;
  record["pass_ns"] = e.pass.value * 1e9;
  record["clock_ns"] = e.clock.value * 1e9;
  record["tops"] = e.ops_per_s() / 1e12;
  record["tops_per_w"] = e.ops_per_joule() / 1e12;
  record["tops_per_mm2"] = e.ops_per_s() / e.area.total().value / 1e12;
  add_energy(e, record);
  add_area(e.area, record);
  record["write_us"] = e.write_time.value * 1e6;
  record["write_uj"] = e.write_energy.value * 1e6;
  if (macro.cell.endurance > 0) record["endurance_writes"] = macro.cell.endurance;
  return record;
}

}  // namespace presil::run
