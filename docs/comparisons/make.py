#!/usr/bin/env python3
"""Writes llama3_8b.md, beside this file: accelerators on one request, as presil simulates them.

    python3 docs/comparisons/make.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sim/python"))

import presil  # noqa: E402

CHIPS = ["a100_sxm_80gb", "h100_sxm", "h200", "b200", "mi300x", "tpu_v4", "tpu_v5e", "tpu_v6e"]
COLUMNS = [  # metric, title, factor, decimals, whether more is better
    ("ttft_s", "first token, ms", 1e3, 1, False),
    ("tpot_s", "further token, ms", 1e3, 2, False),
    ("tokens_per_s", "tokens/s", 1, 0, True),
    ("prefill.mfu", "MFU of the prompt", 100, 1, True),
    ("memory_utilisation", "of memory peak", 100, 1, None),
    ("energy_per_token_j", "J per token", 1, 2, False),
    ("average_power_w", "W", 1, 0, None),
]
CASES = [
    ("Batch 1, bf16", {"workload.batch": 1}),
    ("Batch 32, bf16", {"workload.batch": 32}),
    ("Batch 1, int8 weights and cache", {"workload.batch": 1, "workload.formats.weights": "int8", "workload.formats.kv": "int8"}),
]


def table(overrides):
    rows = []
    for chip in CHIPS:
        try:
            rows.append((chip, presil.run(ROOT / "configs/experiments/llama3_8b_on_h100.yaml", {"chip": chip, **overrides}).metrics))
        except presil.PresilError as error:
            rows.append((chip, "does not fit in memory" if error.status == 5 else str(error).splitlines()[0].split(": ")[-1]))
    good = [metrics for _, metrics in rows if isinstance(metrics, dict)]
    best = {}
    for metric, _, _, _, more in COLUMNS:
        values = [m[metric] for m in good if metric in m]
        if more is not None and values:
            best[metric] = max(values) if more else min(values)
    lines = ["| chip | " + " | ".join(title for _, title, *_ in COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for chip, metrics in rows:
        if isinstance(metrics, str):
            lines.append(f"| {chip} | {metrics} |" + " |" * (len(COLUMNS) - 1))
            continue
        cells = []
        for metric, _, factor, decimals, _ in COLUMNS:
            text = f"{metrics[metric] * factor:,.{decimals}f}" + ("%" if factor == 100 else "") if metric in metrics else "-"
            cells.append(f"**{text}**" if best.get(metric) == metrics.get(metric) else text)
        lines.append(f"| {chip} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


text = """# Llama 3 8B on eight accelerators

A prompt of 2,048 tokens and 128 generated ones on one device, simulated by `python3 docs/comparisons/make.py`, which writes
this page. The best of a column is bold. Chips are configurations of `presil list chips`; what was fitted or assumed for
each is in `presil describe CHIP`, and how far off presil is where measurements exist on [the validation page](../validation.md).
Energy is at the board; energies per event of the newer nodes are assumed.
"""
for title, overrides in CASES:
    text += f"\n## {title}\n\n{table(overrides)}\n"
(Path(__file__).parent / "llama3_8b.md").write_text(text)
