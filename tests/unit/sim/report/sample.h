// sample.h -- a small synthetic result document.
#pragma once

#include <nlohmann/json.hpp>

namespace presil::report {

inline nlohmann::ordered_json sample_document() {
  return nlohmann::ordered_json::parse(R"({
    "schema_version": 1, "presil_version": "0.1.0", "config_hash": "0123456789abcdef",
    "experiment": {"model": "llama", "chip": {"name": "tpu_v4"},
                   "workload": {"batch": 8, "in_len": 512, "out_len": 128,
                                "formats": {"weights": "bf16", "activations": "bf16", "kv": "int8"}}},
    "metrics": {"latency_s": 2.0, "ttft_s": 0.2, "tpot_s": 0.014, "tokens_per_s": 512.0, "achieved_tflops": 20.0,
                "peak_tflops": 275.0, "mfu": 0.0727, "memory_gb_per_s": 900.0, "memory_utilisation": 0.75,
                "energy_j": 300.0},
    "ops": [
      {"name": "mlp", "phase": "prefill", "count": 32, "time_s": 0.2, "share": 0.1, "flops": 4e13,
       "memory_bytes": 1e10, "achieved_tflops": 200.0, "bound_s": 0.16, "bound": "compute", "bottleneck": "array"},
      {"name": "mlp, gate \"x\"", "phase": "decode", "count": 4064, "time_s": 1.8, "share": 0.9, "flops": 1e12,
       "memory_bytes": 1.8e12, "achieved_tflops": 0.55, "bound_s": 1.5, "bound": "memory", "bottleneck": "memory"}],
    "phases": [{"name": "prefill", "time_s": 0.2, "flops": 4e13, "mfu": 0.727, "passes": 1},
               {"name": "decode", "time_s": 1.8, "flops": 1e12, "mfu": 0.002, "passes": 127}],
    "memory": {"level": "memory", "capacity_bytes": 34359738368, "weights_bytes": 17179869184, "kv_bytes": 1073741824,
               "activations_bytes": 0, "free_bytes": 16106127360},
    "levels": [{"name": "memory", "bytes_read": 1.8e12, "bytes_written": 1e9, "gb_per_s": 900.0,
                "peak_gb_per_s": 1200.0, "utilisation": 0.75}],
    "mapping": [{"name": "mlp", "phase": "prefill", "segment": "layer", "mapping": "512 x 1024 x 512, weights held"}],
    "energy": [{"name": "HBM", "joules": 200.0, "share": 0.667}, {"name": "arrays", "joules": 100.0, "share": 0.333}],
    "array_time": {"active": 0.25, "wait_memory": 0.75},
    "assumptions": [{"path": "chip.queue", "value": 32, "source": "[assumed] x"},
                    {"path": "chip.latency", "value": "1 us", "source": "[fit] y"}]})");
}

}  // namespace presil::report
