"""presil from Python: runs the command and hands back its answers as tables.

    import presil
    result = presil.run("configs/experiments/llama3_8b_on_h100.yaml", workload__batch=8)
    result.metrics["tokens_per_s"]
    result.table("ops")                     # a pandas DataFrame
    presil.sweep({"experiment": "...", "grid": {"workload.batch": [1, 8, 64]}})

A thin layer over the command, not a binding: a process can hold one machine only (SystemC elaborates once), so every run
needs a process of its own anyway; and what the command checks and refuses is checked and refused here, in the same words.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["run", "sweep", "bench", "catalogue", "Result", "PresilError", "command"]


class PresilError(RuntimeError):
    """The command failed; `status` is its exit status (docs/commands.md): 3 a wrong input, 5 does not fit, ..."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


def command() -> str:
    """The presil that is used: $PRESIL, else the checkout this module lies in, else the one in PATH."""
    if os.environ.get("PRESIL"):
        return os.environ["PRESIL"]
    start_script = Path(__file__).resolve().parents[3] / "presil"
    if start_script.is_file():
        return str(start_script)
    found = shutil.which("presil")
    if not found:
        raise PresilError(2, "there is no presil: set $PRESIL to the command")
    return found


def _call(arguments: list[str]) -> str:
    done = subprocess.run([command(), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PresilError(done.returncode, done.stderr.strip().removeprefix("presil: error: "))
    return done.stdout


def _frame(rows: list[dict]):
    try:
        import pandas
    except ImportError as missing:
        raise PresilError(1, "tables need pandas; without it use the lists of Result, or rows=True") from missing
    return pandas.DataFrame(rows)


def _flat(overrides: dict, path: str = "") -> list[tuple[str, object]]:
    """{"workload": {"batch": 8}} and {"workload__batch": 8} both as [("workload.batch", 8)]."""
    flat = []
    for key, value in overrides.items():
        name = f"{path}{key.replace('__', '.')}"
        flat += _flat(value, name + ".") if isinstance(value, dict) else [(name, value)]
    return flat


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _set(overrides: dict) -> list[str]:
    return [word for path, value in _flat(overrides) for word in ("--set", f"{path}={_value(value)}")]


class _File:
    """A configuration as a file: the one that is named, or a dict written for the time of a call (JSON is YAML)."""

    def __init__(self, config):
        self._config, self._folder = config, None

    def __enter__(self) -> str:
        if not isinstance(self._config, dict):
            return os.fspath(self._config)
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "config.yaml"
        path.write_text(json.dumps(self._config))
        return str(path)

    def __exit__(self, *_):
        if self._folder:
            self._folder.cleanup()


class Result:
    """A result document (docs/result.md): `metrics` and the lists `ops`, `phases`, `levels`, `energy`, `assumptions`, ..."""

    def __init__(self, document: dict):
        self.document = document

    def __getattr__(self, name: str):
        try:
            return self.__dict__["document"][name]
        except KeyError:
            raise AttributeError(f"the result has no '{name}'; it has {', '.join(self.__dict__['document'])}") from None

    def table(self, name: str):
        """A list of the document, or a mapping as one row, as a pandas DataFrame."""
        rows = getattr(self, name)
        return _frame(rows if isinstance(rows, list) else [rows])

    def save(self, path) -> None:
        """As result.json, for `presil compare`."""
        Path(path).write_text(json.dumps(self.document, indent=2) + "\n")

    def __repr__(self) -> str:
        figures = ", ".join(f"{k}={v:.4g}" for k, v in self.metrics.items() if k in ("latency_s", "tokens_per_s", "energy_j"))
        return f"presil.Result({figures})"


def run(config, overrides: dict | None = None, *, exact: bool = False, **more) -> Result:
    """Simulates an experiment: a file, or a dict with its keys. Overrides are paths, {"chip.memory.stacks": 6}, nested
    dicts, or keywords with two underscores for a dot, chip__memory__stacks=6. Raises PresilError."""
    with _File(config) as file:
        words = ["run", file, "--format", "json", *_set({**(overrides or {}), **more})]
        return Result(json.loads(_call(words + (["--exact"] if exact else []))))


def bench(kind: str, overrides: dict | None = None, **flags) -> dict:
    """One operator: bench("gemm", device="h100_sxm", m=4096, n=4096, k=4096). Flags are those of `presil bench`."""
    words = ["bench", kind, "--format", "json", *_set(overrides or {})]
    for name, value in flags.items():
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(str(value))
    return json.loads(_call(words))


def sweep(spec, *, jobs: int | None = None, db=None, resume: bool = False, rows: bool = False):
    """Runs a sweep: a file, or a dict with its keys (docs/commands.md). A DataFrame with a row for each point, those that
    failed included (`status`, `error`); with rows=True a list of dicts. An `experiment` of a dict is relative to the
    current folder. `db` keeps the results, and `resume` goes on with what it holds."""
    if isinstance(spec, dict) and "experiment" in spec:
        spec = {**spec, "experiment": os.path.abspath(spec["experiment"])}
    with _File(spec) as file, tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        words = ["sweep", file, "--out", str(table)]
        if jobs:
            words += ["--jobs", str(jobs)]
        if db:
            words += ["--db", os.fspath(db)]
        if resume:
            words.append("--resume")
        try:
            _call(words)
        except PresilError:
            if not table.exists():  # a table with failed points is an answer too
                raise
        records = [{k: _number(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(table.read_text()))]
    return records if rows else _frame(records)


def _number(text: str):
    if text == "":
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def catalogue(kind: str) -> list[dict]:
    """What `presil list` lists: chips, models, memories, links, ..."""
    return json.loads(_call(["list", kind, "--format", "json"]))
