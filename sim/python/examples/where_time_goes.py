#!/usr/bin/env python3
"""Which operators gain from a format: the same request in bf16 and in fp8, operator by operator.

    python3 sim/python/examples/where_time_goes.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "sim/python"))

import presil  # noqa: E402

experiment = ROOT / "configs/experiments/llama3_8b_on_h100.yaml"
wide = presil.run(experiment)
narrow = presil.run(experiment, {"workload.formats": {"weights": "fp8", "activations": "fp8", "kv": "fp8"}})

table = wide.table("ops").merge(narrow.table("ops"), on=["name", "phase"], suffixes=("_bf16", "_fp8"))
table["saved_ms"] = (table["time_s_bf16"] - table["time_s_fp8"]) * 1e3
table["ratio"] = table["time_s_bf16"] / table["time_s_fp8"]
print(table.sort_values("saved_ms", ascending=False)[["name", "phase", "bound_bf16", "saved_ms", "ratio"]].head(12).to_string(index=False))
print(f"\nlatency {wide.metrics['latency_s']:.3f} s in bf16, {narrow.metrics['latency_s']:.3f} s in fp8")
