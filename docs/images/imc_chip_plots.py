#!/usr/bin/env python3
"""Draws the plots of chips in docs/models/imc.md: docs/images/imc_chip_*.svg, from `presil run`.

    docs/images/imc_chip_plots.py PRESIL

No part of the build. Needs nothing beside Python and the program."""
import json
import os
import subprocess
import tempfile

from gpu_effects import HERE, PRESIL, chart, sets

EXPERIMENTS = os.path.join(HERE, "..", "..", "configs", "experiments")
BITS = [4, 5, 6, 7, 8, 10]
LAYERS = [1, 2, 4, 8, 12, 16, 18, 20, 24, 32, 48, 64]


def run(file, overrides=()):
    """presil run FILE [--set KEY=VALUE]... --format json"""
    return json.loads(subprocess.check_output([PRESIL, "run", file, "--format", "json", *sets(overrides)], text=True, stderr=subprocess.DEVNULL))


def converters():
    """gpt2_4m_on_isaac.yaml with chip.tile.macro.adc.bits of BITS: energy of the whole chip, error of the logits"""
    file = os.path.join(EXPERIMENTS, "gpt2_4m_on_isaac.yaml")
    results = {b: run(file, [f"chip.tile.macro.adc.bits={b}", "numbers.tokens=16"]) for b in BITS}
    joules = {b: sum(part["joules"] for part in r["energy"] if part["name"].startswith("macro_")) for b, r in results.items()}
    tokens = 64 + 64
    chart("imc_chip_tokens_per_joule", "A small GPT-2 on an ISAAC-like chip: tokens per joule of its macros", "converter bits", "tokens per joule",
          [("macros alone", [(b, tokens / joules[b]) for b in BITS])], log_y=True, x_ticks=BITS, marks=True)
    chart("imc_chip_accuracy", "The same runs: logits against FP32, random weights", "converter bits", "signal to noise, dB",
          [("logits", [(b, results[b]["functional"]["logits_snr_db"]) for b in BITS])], x_ticks=BITS, marks=True)


def layers_on(chip, layers, overrides=()):
    """A decoder of LAYERS layers of 7.1 M parameters, int8, one user, 128 tokens in and 16 out: tokens a second of decoding."""
    with tempfile.TemporaryDirectory() as folder:
        model, experiment = os.path.join(folder, "m.json"), os.path.join(folder, "e.yaml")
        with open(model, "w") as file:
            json.dump({"model_type": "gpt2", "activation_function": "gelu_new", "n_embd": 768, "n_head": 12, "n_layer": layers, "n_positions": 1024,
                       "n_ctx": 1024, "vocab_size": 1024, "layer_norm_epsilon": 1e-5}, file)
        with open(experiment, "w") as file:
            file.write(f"chip: {chip}\nmodel: m.json\nworkload: {{batch: 1, in_len: 128, out_len: 16, formats: {{weights: int8, activations: int8, kv: int8, accumulate: int32}}}}\n")
        return 1 / run(experiment, ["chip.host.launch=1us", *overrides])["metrics"]["tpot_s"]


def sizes():
    """the hybrid with its macros, and with arrays alone over the same HBM (chip.tile.formats of none of int8)"""
    size = lambda n: n * 12 * 768 * 768 / 1e6
    memory = [(size(n), layers_on("hybrid_cim_5nm", n)) for n in LAYERS]
    arrays = [(size(n), layers_on("hybrid_cim_5nm", n, ["chip.tile.formats={fp4: 1}"])) for n in LAYERS]
    chart("imc_chip_decode", "Decoding, one user, 128 MiB of macros beside the same HBM3", "million parameters, int8", "tokens per second",
          [("weights in macros", memory), ("weights from HBM", arrays)], log_x=True, log_y=True, marks=True,
          x_ticks=[10, 20, 50, 100, 200, 400])


if __name__ == "__main__":
    converters()
    sizes()
