#!/usr/bin/env python3
"""Fits the constants of a GPU generation on the odd data lines of tables that `presil validate` reads. README.md beside it has the procedure.

    python3 docs/fit/fit.py --architecture ampere_ga10x --device A40 --device RTX-A6000 \\
        --keep stream_efficiency gemm.csv vector.csv
"""

import argparse
import csv
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import search
from home import Home

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEVICE_COLUMNS = ("device", "gpu", "system")

# name: lowest, highest, starts, unit. Starts are round figures, the same for every generation.
CONSTANTS = {
    "tensor_efficiency": (0.5, 1, (0.9, 0.8, 0.98), ""),
    "tile_overhead": (0, 40, (3, 8, 1), ""),
    "memory_efficiency": (0.4, 0.98, (0.85, 0.75, 0.95), ""),
    "stream_efficiency": (0.4, 0.98, (0.9, 0.8, 0.97), ""),
    "attention_efficiency": (0.3, 1, (0.8, 0.7, 0.9), ""),
    "kernel_latency": (0.5, 20, (4, 3, 6), "us"),
    "simple_latency": (0.2, 10, (2, 1, 3), "us"),
    "operator_overhead": (0.2, 50, (10, 5, 20), "us"),
    "access_instructions": (4, 60, (18, 12, 25), ""),
    "energy_scale": (1, 12, (5, 3, 7), ""),
}
NEEDS = {"gemm": ("tensor_efficiency", "tile_overhead", "memory_efficiency", "kernel_latency", "simple_latency", "energy_scale"),
         "vector": ("stream_efficiency", "simple_latency", "access_instructions"),
         "attention": ("attention_efficiency", "memory_efficiency", "kernel_latency", "simple_latency"),
         "flash_attention": ("attention_efficiency",),
         "layers_and_steps": ("access_instructions", "operator_overhead")}


def odd_rows(path, devices):
    """Header and odd data lines of the devices, as they lie."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    header = next(csv.reader([lines[0]]))
    if not any(name in header for name in DEVICE_COLUMNS):
        sys.exit(f"{path}: no column {' or '.join(DEVICE_COLUMNS)}")
    odd = [line for line in lines[1::2] if concerns(dict(zip(header, next(csv.reader([line])))), devices)]
    return header, [lines[0], *odd]


def concerns(row, devices):
    """A system's name holds its devices' between other words; its training steps say nothing of a generation's kernels alone."""
    if "system" in row:
        return row.get("phase") != "train_step" and any(device in row["system"] for device in devices)
    return row.get("device", row.get("gpu")) in devices


def kind_of(header):
    columns = set(header)
    if {"m", "n", "k"} <= columns:
        return "gemm"
    if {"op", "rows", "cols"} <= columns:
        return "vector"
    if "q_len" in columns:
        return "attention"
    if {"pass", "tflops"} <= columns:
        return "flash_attention"
    if {"system", "phase", "unit"} <= columns:
        return "layers_and_steps"
    sys.exit(f"no gemm, vector, attention, flash_attention or layers_and_steps table: {', '.join(header)}")


class Objective:
    """Mean absolute percentage error of all odd rows with a set of constants."""

    def __init__(self, presil, home, tables, folder):
        self.presil, self.home, self.tables, self.folder = presil, home, tables, folder

    def __call__(self, constants):
        self.home.write(constants)
        errors = [abs(error) for _, error in self.errors()]
        return sum(errors) / len(errors)

    def by_device(self, constants):
        """Mean absolute error of each table and device."""
        self.home.write(constants)
        groups = {}
        for group, error in self.errors():
            groups.setdefault(group, []).append(abs(error))
        return {group: sum(errors) / len(errors) for group, errors in groups.items()}

    def errors(self):
        """Of each row: table and device, error in percent."""
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        target = out if len(self.tables) > 1 else out / self.tables[0].name
        command = [str(self.presil), "validate", *map(str, self.tables), "--out", str(target)]
        done = subprocess.run(command, env={**os.environ, "PRESIL_HOME": str(self.home.path)}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        for table in self.tables:
            with open(out / table.name, encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    group = f"{table.stem} {next(row[name] for name in DEVICE_COLUMNS if name in row)}"
                    yield group, float(row["error_pct"]) if row["error_pct"] else math.inf  # constants that a check refuses


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", type=pathlib.Path, help="gemm, vector, attention, flash_attention and layers_and_steps tables")
    parser.add_argument("--architecture", required=True, help="name of a file in configs/architectures")
    parser.add_argument("--device", action="append", required=True, help="as the tables name it; may be repeated")
    parser.add_argument("--keep", action="append", default=[], metavar="NAME", help="leave a constant as the file has it; may be repeated")
    parser.add_argument("--starts", type=int, choices=(1, 2, 3), default=1, help="how many of the stated starting points to try")
    parser.add_argument("--refine", action="store_true", help="start from the file's constants instead")
    parser.add_argument("--presil", type=pathlib.Path, default=ROOT / "build" / "dev" / "sim" / "cli" / "presil")
    return parser.parse_args()


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tables, wanted = [], set()
        for path in args.tables:
            header, lines = odd_rows(path, args.device)
            if len(lines) == 1:
                continue
            wanted.update(NEEDS[kind_of(header)])
            if "includes_launch" in header and any(row["includes_launch"] == "yes" for row in csv.DictReader(lines)):
                wanted.add("operator_overhead")
            tables.append(folder / path.name)
            tables[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"{path.name}: {len(lines) - 1} odd rows")
        chosen = {key: CONSTANTS[key] for key in CONSTANTS if key in wanted and key not in args.keep}
        home = Home(ROOT, folder / "home", args.architecture, {key: chosen[key][3] for key in chosen})
        objective = Objective(args.presil.resolve(), home, tables, folder)
        best = None
        starts = [home.values(chosen)] if args.refine else [{key: chosen[key][2][i] for key in chosen} for i in range(args.starts)]
        for start, point in enumerate(starts):
            point, error = search.descend(objective, point, {key: chosen[key][:2] for key in chosen})
            if math.isinf(error):
                sys.exit("a row of the tables is not predicted: `presil validate` on them says why")
            print(f"start {start + 1}: {error:.3f}%  " + "  ".join(f"{key} {value:g}" for key, value in point.items()), flush=True)
            if best is None or error < best[1]:
                best = point, error
        print(f"best: {best[1]:.3f}% on odd rows; " + ", ".join(f"{group} {error:.2f}%" for group, error in objective.by_device(best[0]).items()))
        for key, value in best[0].items():
            print(f"  {key}: {value:g}{' ' + chosen[key][3] if chosen[key][3] else ''}")


if __name__ == "__main__":
    main()
