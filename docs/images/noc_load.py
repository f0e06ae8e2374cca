#!/usr/bin/env python3
"""Draws docs/images/noc_load.svg: latency against load of 8 x 8 networks, from runs of presil.

    docs/images/noc_load.py PRESIL

No part of the build. Needs nothing beside Python and the program."""
import csv
import io
import os
import subprocess
import sys

PRESIL = sys.argv[1] if len(sys.argv) > 1 else "./presil"
WIDTH, HEIGHT, LEFT, TOP, MOST = 640, 360, 60, 30, 120
CURVES = [("mesh, 16 channels of 8", "#2f6db3", []), ("mesh, 4 channels of 4", "#d2691e", ["--vcs", "4", "--buffer", "4"]),
          ("mesh, 2 channels of 2", "#8a4fa3", ["--vcs", "2", "--buffer", "2"]),
          ("torus, 16 channels of 8", "#3a8f3a", ["--topology", "torus"])]


def sweep(flags):
    """presil bench noc --size 8x8 --sweep --step 0.03 FLAGS --format csv"""
    out = subprocess.check_output([PRESIL, "bench", "noc", "--size", "8x8", "--sweep", "--step", "0.03", "--format", "csv", *flags], text=True)
    return [(float(r["injection"]), float(r["mean_packet_latency_cycles"])) for r in csv.DictReader(io.StringIO(out))]


def x(load):
    return LEFT + load * (WIDTH - LEFT - 20)


def y(latency):
    return HEIGHT - 50 - min(latency, MOST) / MOST * (HEIGHT - 50 - TOP)


parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
         f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
         '<text x="60" y="18" font-size="14">Packet latency against load, 8 x 8, uniform, single flits</text>']
for tick in range(0, MOST + 1, 20):
    parts.append(f'<line x1="{LEFT}" y1="{y(tick):.1f}" x2="{WIDTH - 20}" y2="{y(tick):.1f}" stroke="#ddd"/><text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
for tick in range(0, 11, 2):
    parts.append(f'<text x="{x(tick / 10):.1f}" y="{HEIGHT - 32}" text-anchor="middle">{tick / 10}</text>')
parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">flits offered per node and cycle</text>')
parts.append(f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">cycles</text>')
for i, (name, colour, flags) in enumerate(CURVES):
    points = " ".join(f"{x(load):.1f},{y(latency):.1f}" for load, latency in sweep(flags))
    parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    parts.append(f'<text x="{WIDTH - 190}" y="{HEIGHT - 130 + 18 * i}" fill="{colour}">{name}</text>')
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "noc_load.svg"), "w") as file:
    file.write("\n".join(parts + ["</svg>"]) + "\n")
