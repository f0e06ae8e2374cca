// metrics.cpp -- implementation of metrics.h.
#include "sim/report/metrics.h"

#include <algorithm>
#include <array>

namespace presil::report {

namespace {

constexpr std::array kMetrics{
    Metric{"latency_s", "latency", Better::lower, true},
    Metric{"ttft_s", "time to first token", Better::lower, true},
    Metric{"tpot_s", "time per output token", Better::lower, true},
    Metric{"step_time_s", "step time", Better::lower, true},
    Metric{"tokens_per_s", "output rate", Better::higher},
    Metric{"achieved_tflops", "achieved compute", Better::higher},
    Metric{"peak_tflops", "peak compute", Better::neither},
    Metric{"achieved_tops", "achieved compute", Better::higher},
    Metric{"peak_tops", "peak compute", Better::neither},
    Metric{"mfu", "MFU", Better::higher},
    Metric{"hfu", "HFU", Better::neither},
    Metric{"bubble_share", "pipeline idle", Better::lower},
    Metric{"exposed_exchange_s", "exposed exchanges", Better::lower, true},
    Metric{"exposed_layer_exchange_s", "exposed exchanges in layers", Better::lower, true},
    Metric{"update_s", "optimiser step", Better::lower, true},
    Metric{"run_days", "days of the run", Better::lower},
    Metric{"run_energy_j", "energy of the run", Better::lower},
    Metric{"encode.mfu", "MFU of encode", Better::higher},
    Metric{"prefill.mfu", "MFU of prefill", Better::higher},
    Metric{"decode.mfu", "MFU of decode", Better::higher},
    Metric{"memory_gb_per_s", "memory bandwidth", Better::neither},
    Metric{"memory_utilisation", "memory utilisation", Better::neither},
    Metric{"fabric_gb_per_s", "fabric bandwidth", Better::neither},
    Metric{"energy_j", "energy", Better::lower},
    Metric{"energy_per_token_j", "energy per token", Better::lower},
    Metric{"average_power_w", "average power", Better::lower},
    Metric{"peak_power_w", "peak power", Better::lower},
    Metric{"energy_delay_j_s", "energy times latency", Better::lower},
    Metric{"die_area_mm2", "die area", Better::lower},
    Metric{"tflops_per_w", "work per energy", Better::higher},
    Metric{"tops_per_w", "work per energy", Better::higher},
    Metric{"tflops_per_mm2", "work per area", Better::higher},
    Metric{"tops_per_mm2", "work per area", Better::higher},
    Metric{"cost_usd", "cost", Better::lower},
    Metric{"co2_g", "CO2", Better::lower},
    Metric{"usd_per_million_tokens", "cost of a million tokens", Better::lower},
    Metric{"co2_g_per_query", "CO2 of a query", Better::lower},
};

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

const Metric* find_metric(std::string_view name) {
  const auto found =
      std::find_if(kMetrics.begin(), kMetrics.end(), [&](const Metric& m) { return m.name == name; });
  return found == kMetrics.end() ? nullptr : &*found;
}

}  // namespace presil::report
