#!/usr/bin/env python3
"""Draws docs/images/pim_gemv.svg: GEMV on HBM-PIM against the host, from runs of presil.

    docs/images/pim_gemv.py PRESIL

No part of the build. Needs nothing beside Python and the program."""
import json
import math
import os
import subprocess
import sys

PRESIL = sys.argv[1] if len(sys.argv) > 1 else "./presil"
WIDTH, HEIGHT, LEFT, TOP, MOST = 640, 360, 60, 30, 4
OUTS = [256, 512, 1024, 1536, 2048, 3072, 4096, 4608, 6144, 8192, 8704, 12288, 16384]


def speedup(outputs, inputs):
    """presil bench pim --device hbm_pim --op gemv --out OUTPUTS --in INPUTS --format json"""
    out = subprocess.check_output([PRESIL, "bench", "pim", "--device", "hbm_pim", "--out", str(outputs), "--in", str(inputs), "--format", "json"], text=True)
    return json.loads(out)["speedup"]


def x(outputs):
    return LEFT + (math.log2(outputs) - 8) / 6 * (WIDTH - LEFT - 20)


def y(value):
    return HEIGHT - 50 - value / MOST * (HEIGHT - 50 - TOP)


parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
         f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
         '<text x="60" y="18" font-size="14">GEMV on HBM-PIM: host time over PIM time, reading of the results included</text>']
for tick in range(MOST + 1):
    colour = "#888" if tick == 1 else "#ddd"
    parts.append(f'<line x1="{LEFT}" y1="{y(tick):.1f}" x2="{WIDTH - 20}" y2="{y(tick):.1f}" stroke="{colour}"/><text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
for power in range(8, 15):
    parts.append(f'<text x="{x(2 ** power):.1f}" y="{HEIGHT - 32}" text-anchor="middle">{2 ** power}</text>')
parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">outputs</text>')
for i, (inputs, colour) in enumerate([(1024, "#2f6db3"), (4096, "#d2691e")]):
    points = " ".join(f"{x(o):.1f},{y(speedup(o, inputs)):.1f}" for o in OUTS)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    parts.append(f'<text x="{LEFT + 20}" y="{TOP + 20 + 18 * i}" fill="{colour}">{inputs} inputs</text>')
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pim_gemv.svg"), "w") as file:
    file.write("\n".join(parts + ["</svg>"]) + "\n")
