#!/usr/bin/env python3
"""Draws the plots of docs/models/spiking.md: docs/images/spiking_*.svg, from `presil run`.

    docs/images/spiking_plots.py PRESIL

No part of the build. Needs nothing beside Python and the program."""
import json
import os
import re
import subprocess

from gpu_effects import HERE, PRESIL, chart, sets

EXPERIMENT = os.path.join(HERE, "..", "..", "configs", "experiments", "gpt2_4m_on_loihi_2.yaml")
NODE = os.path.join(HERE, "..", "..", "configs", "technologies", "16nm.yaml")
RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
STEPS = [1, 4, 16]


def run(rate, steps, *overrides):
    """presil run gpt2_4m_on_loihi_2.yaml --set workload.spikes.rate=RATE --set workload.spikes.steps=STEPS ... --format json"""
    wanted = [f"workload.spikes.rate={rate}", f"workload.spikes.steps={steps}", *overrides]
    return json.loads(subprocess.check_output([PRESIL, "run", EXPERIMENT, "--format", "json", *sets(wanted)], text=True, stderr=subprocess.DEVNULL))


def per_token(result, *parts):
    """microjoules of an output token: of the chip, or of some parts of it"""
    joules = sum(p["joules"] for p in result["energy"] if not parts or p["name"] in parts)
    return joules / 64 * 1e6


def break_even():
    """Loihi: what products cost as spikes, and as bf16 multiply-adds of configs/technologies/16nm.yaml without their registers and memory"""
    results = [(rate, run(rate, 1, "chip=loihi")) for rate in RATES]
    multiply_add = float(re.search(r"bf16: ([0-9.]+)", open(NODE).read()).group(1)) * 1e-6  # uJ
    dense = sum(op["flops"] for op in results[0][1]["ops"]) / 2 / 64 * multiply_add
    chart("spiking_break_even", "A small GPT-2 on Loihi, one step: energy of a token", "spikes of an input, rate x steps", "microjoules",
          [("synapses", [(rate, per_token(r, "synapses")) for rate, r in results]),
           ("synapses and neurons", [(rate, per_token(r, "synapses", "neurons")) for rate, r in results]),
           ("the whole chip", [(rate, per_token(r)) for rate, r in results]),
           ("bf16 multiply-adds alone", [(rate, dense) for rate in RATES])], log_x=True, log_y=True, x_ticks=RATES, marks=True)


def code():
    """Loihi 2: energy and time of a token by rate, for 1, 4 and 16 steps"""
    grid = {steps: [(rate, run(rate, steps)) for rate in RATES] for steps in STEPS}
    chart("spiking_energy", "A small GPT-2 on Loihi 2: energy of a token", "firing rate", "microjoules",
          [(f"{steps} steps", [(rate, per_token(r)) for rate, r in rows]) for steps, rows in grid.items()], log_x=True, log_y=True, x_ticks=RATES, marks=True)
    chart("spiking_time", "The same runs: time of a further token", "firing rate", "microseconds",
          [(f"{steps} steps", [(rate, r["metrics"]["tpot_s"] * 1e6) for rate, r in rows]) for steps, rows in grid.items()], log_x=True, log_y=True, x_ticks=RATES, marks=True)


if __name__ == "__main__":
    break_even()
    code()
