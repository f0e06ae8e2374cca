#!/usr/bin/env python3
"""Draws the plots of docs/models/imc.md: docs/images/imc_*.svg, from `presil bench imc --functional`.

    docs/images/imc_plots.py PRESIL

No part of the build. Needs nothing beside Python and the program."""
import json
import subprocess

from gpu_effects import PRESIL, chart

MACROS = [("isaac_reram", "ReRAM, 2-bit cells, bit-serial"), ("hermes_pcm", "PCM, 4-bit weights")]
BITS = [3, 4, 5, 6, 8, 10]


def run(macro, bits, noise=()):
    """presil bench imc --macro MACRO --functional --adc-bits BITS --tokens 8 [--set KEY=VALUE]... --format json"""
    sets = [word for o in noise for word in ("--set", o)]
    return json.loads(subprocess.check_output([PRESIL, "bench", "imc", "--macro", macro, "--functional", "--adc-bits", str(bits), "--tokens", "8",
                                               "--format", "json", *sets], text=True, stderr=subprocess.DEVNULL))


def main():
    runs = {(macro, bits): run(macro, bits) for macro, _ in MACROS for bits in BITS}
    chart("imc_tokens_per_joule", "Macros alone: 3.8 M parameters, tokens per joule", "converter bits", "tokens per joule",
          [(label, [(b, runs[macro, b]["tokens_per_j"]) for b in BITS]) for macro, label in MACROS], log_y=True, x_ticks=list(BITS), marks=True)
    quiet = ("noise.programming=0", "noise.read=0")
    noisy = ("noise.programming=0.05", "noise.read=0.002")
    chart("imc_accuracy", "Logits against FP32: 3.8 M parameters, random weights, ReRAM", "converter bits", "signal to noise, dB",
          [("no noise", [(b, run("isaac_reram", b, quiet)["logits_snr_db"]) for b in BITS]),
           ("cells off by 5%, reads by 0.2% of full scale", [(b, run("isaac_reram", b, noisy)["logits_snr_db"]) for b in BITS])],
          x_ticks=list(BITS), marks=True)


if __name__ == "__main__":
    main()
