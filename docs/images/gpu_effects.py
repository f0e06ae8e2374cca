#!/usr/bin/env python3
"""Draws the plots of docs/models/gpu.md: docs/images/gpu_*.svg, each from runs of presil that its docstring names.

    docs/images/gpu_effects.py PRESIL

No part of the build. Needs nothing beside Python and the program."""
import csv
import io
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PRESIL = sys.argv[1] if len(sys.argv) > 1 else "./presil"
COLOURS = ["#2f6db3", "#d2691e", "#3a8f3a", "#8a4fa3"]
ONE_TILE = ["architecture.library.tiles=[{m: 128, n: 128, k_step: 32, stages: 4, threads: 256}]", "architecture.library.most_splits=1"]


def sets(overrides):
    return [word for o in overrides for word in ("--set", o)]


def gemm(device, m, n, k, overrides=()):
    """presil bench gemm --device DEVICE --m M --n N --k K [--set KEY=VALUE]... --format csv"""
    out = subprocess.check_output([PRESIL, "bench", "gemm", "--device", device, "--m", str(m), "--n", str(n), "--k", str(k), "--format", "csv",
                                   *sets(overrides)], text=True)
    return {key: value for key, value in next(csv.DictReader(io.StringIO(out))).items()}


def token_time(chip, model, overrides=()):
    """presil run of one request, 512 tokens in and 16 out: seconds per token."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(f"name: x\nchip: {chip}\nmodel: {model}\nworkload: {{batch: 1, in_len: 512, out_len: 16}}\n")
        file.flush()
        return json.loads(subprocess.check_output([PRESIL, "run", file.name, "--format", "json", *sets(overrides)], text=True, stderr=subprocess.DEVNULL))


def nice_ticks(low, high, log):
    if log:
        ticks = [10.0 ** e * f for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1) for f in (1, 2, 5)]
        return [t for t in ticks if low * 0.999 <= t <= high * 1.001]
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(step * f for f in (1, 2, 2.5, 5, 10) if (high - low) / (step * f) <= 6)
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def chart(name, title, x_label, y_label, series, log_x=False, log_y=False, x_ticks=None, top=None, marks=False):
    """series: (label, [(x, y)...]); the first is drawn strongest."""
    width, height, left, right, above, below = 780, 380, 70, 20, 62, 48
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    x0, x1 = min(xs), max(xs)
    y0, y1 = (min(ys) * 0.8, max(ys) * 1.25) if log_y else (0, top or max(ys) * 1.08)
    fx = (lambda v: math.log(v)) if log_x else (lambda v: v)
    fy = (lambda v: math.log(v)) if log_y else (lambda v: v)
    px = lambda x: left + (fx(x) - fx(x0)) / (fx(x1) - fx(x0)) * (width - left - right)
    py = lambda y: height - below - (fy(y) - fy(y0)) / (fy(y1) - fy(y0)) * (height - above - below)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
           'font-family="Helvetica, Arial, sans-serif" font-size="12" role="img">', f"<title>{title}</title>",
           f'<rect width="{width}" height="{height}" fill="#fff"/>', f'<text x="{left}" y="20" font-size="14" font-weight="bold" fill="#222">{title}</text>']
    at = left
    for i, (label, _) in enumerate(series):
        out.append(f'<line x1="{at}" y1="40" x2="{at + 22}" y2="40" stroke="{COLOURS[i]}" stroke-width="2.5"/>')
        out.append(f'<text x="{at + 28}" y="44" fill="#222">{label}</text>')
        at += 48 + 6.4 * len(label)
    for t in nice_ticks(y0, y1, log_y):
        out.append(f'<line x1="{left}" y1="{py(t):.1f}" x2="{width - right}" y2="{py(t):.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 8}" y="{py(t) + 4:.1f}" text-anchor="end" fill="#444">{t:g}</text>')
    for t in x_ticks or nice_ticks(x0, x1, log_x):
        out.append(f'<line x1="{px(t):.1f}" y1="{height - below}" x2="{px(t):.1f}" y2="{height - below + 5}" stroke="#444"/>')
        out.append(f'<text x="{px(t):.1f}" y="{height - below + 19}" text-anchor="middle" fill="#444">{t:g}</text>')
    out.append(f'<path d="M{left} {above}V{height - below}H{width - right}" fill="none" stroke="#444"/>')
    out.append(f'<text x="{(left + width - right) / 2}" y="{height - 8}" text-anchor="middle" fill="#222">{x_label}</text>')
    out.append(f'<text x="16" y="{(above + height - below) / 2}" text-anchor="middle" fill="#222" transform="rotate(-90 16 {(above + height - below) / 2})">{y_label}</text>')
    for i, (_, points) in reversed(list(enumerate(series))):
        path = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[i]}" stroke-width="2" stroke-linejoin="round"/>')
        if marks:
            out += [f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="3" fill="{COLOURS[i]}"/>' for x, y in points]
    out.append("</svg>\n")
    with open(os.path.join(HERE, name + ".svg"), "w") as file:
        file.write("\n".join(out))


def waves():
    tflops = lambda n, o: float(gemm("a100_sxm_80gb", 1024, n, 8192, o)["achieved_tflops"])
    ns = range(128, 8193, 128)
    chart("gpu_waves", "Wave quantisation: A100, m = 1024, k = 8192", "n", "TFLOPS",
          [("tile 128 x 128 alone", [(n, tflops(n, ONE_TILE)) for n in ns]), ("the library's choice", [(n, tflops(n, ())) for n in ns])],
          x_ticks=list(range(0, 8193, 864))[1:], top=312)


def tiles():
    tflops = lambda m, o: float(gemm("a100_sxm_80gb", m, 13824, 4096, o)["achieved_tflops"])
    ms = range(8, 1025, 8)
    chart("gpu_tiles", "Tile quantisation: A100, n = 13824 (108 tiles), k = 4096", "m", "TFLOPS",
          [("tile 128 x 128 alone", [(m, tflops(m, ONE_TILE)) for m in ms]), ("the library's choice", [(m, tflops(m, ())) for m in ms])],
          x_ticks=list(range(128, 1025, 128)), top=312)


def rasterisation():
    def gigabytes(group, l2):
        row = gemm("a100_sxm_80gb", 16384, 16384, 4096, [*ONE_TILE, f"architecture.library.swizzle_rows={group}", f"l2.capacity={l2} MiB"])
        return float(row["memory_gb_per_s"]) * float(row["latency_us"]) * 1e-6
    groups = [1, 2, 4, 8, 12, 16, 24, 32, 64, 128]
    chart("gpu_rasterisation", "DRAM traffic against rasterisation: A100, m = n = 16384, k = 4096, tile 128 x 128", "tile rows visited before the next column (swizzle_rows)",
          "GB between DRAM and L2", [(f"L2 of {l2} MiB", [(g, gigabytes(g, l2)) for g in groups]) for l2 in (5, 40, 320)], log_x=True, x_ticks=groups, marks=True)


def decode():
    models = ["gpt2", "qwen3_0_6b", "tinyllama_1_1b", "gpt2_xl", "gemma_2b", "phi3_mini", "llama2_7b", "qwen3_8b", "llama2_13b"]
    graph, stream, bound = [], [], []
    for model in models:
        result = token_time("h100_sxm", model)
        weights = result["memory"]["weights_bytes"] if "weights_bytes" in result["memory"] else result["memory"]["weights"]
        graph.append((weights / 1e9, 1e3 * result["metrics"]["tpot_s"]))
        stream.append((weights / 1e9, 1e3 * token_time("h100_sxm", model, ["chip.launch.graph=false", "chip.launch.host=5 us"])["metrics"]["tpot_s"]))
        bound.append((weights / 1e9, 1e3 * weights / 3.352e12))
    for points in (graph, stream, bound):
        points.sort()
    chart("gpu_decode", "Launch-bound decode: H100, batch 1", "weights, GB", "ms per token",
          [("captured graph", graph), ("a launch of the host every 5 us", stream), ("weights at the memory's peak", bound)], log_x=True, log_y=True, marks=True)


def power():
    def share(cap, shape):
        at = lambda w: float(gemm("h100_sxm", *shape, [f"power.tdp={w} W"])["latency_us"])
        return 100 * at(10000) / at(cap)
    caps = range(100, 701, 10)
    chart("gpu_power", "Power cap: H100, speed in percent of that at the boost clock", "power cap, W", "percent",
          [("8192 x 8192 x 8192: as the clock", [(c, share(c, (8192, 8192, 8192))) for c in caps]),
           ("16 x 16384 x 16384: bound by DRAM", [(c, share(c, (16, 16384, 16384))) for c in caps])], top=105)


if __name__ == "__main__":
    for draw in (waves, tiles, rasterisation, decode, power):
        draw()
