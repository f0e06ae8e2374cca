#!/usr/bin/env python3
"""How the batch trades the time of a token for the tokens of a second: a table and, with matplotlib, a picture.

    python3 sim/python/examples/batch_size.py [picture.svg]
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "sim/python"))

import presil  # noqa: E402

table = presil.sweep({
    "experiment": str(ROOT / "configs/experiments/llama3_8b_on_h100.yaml"),
    "grid": {"chip": ["a100_sxm_80gb", "h100_sxm", "mi300x"], "workload.batch": {"log2": [1, 64]}},
})
print(table.pivot(index="workload.batch", columns="chip", values="tokens_per_s").round(0).to_string())

if len(sys.argv) > 1:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    for chip, points in table.groupby("chip"):
        pyplot.plot(points["tpot_s"] * 1e3, points["tokens_per_s"], marker="o", label=chip)
    pyplot.xlabel("time per token, ms")
    pyplot.ylabel("tokens per second")
    pyplot.legend()
    pyplot.savefig(sys.argv[1])
