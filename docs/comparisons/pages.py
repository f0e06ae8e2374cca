"""What the pages of docs/comparisons share: runs, tables of runs, tables of anything."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "sim/python"))

import presil  # noqa: E402

EXPERIMENTS = ROOT / "configs/experiments"

RUN_COLUMNS = [  # metric, title, factor, decimals, whether more is better
    ("ttft_s", "first token, ms", 1e3, 1, False),
    ("tpot_s", "further token, ms", 1e3, 2, False),
    ("tokens_per_s", "tokens/s", 1, 0, True),
    ("prefill.mfu", "MFU of the prompt", 100, 1, True),
    ("memory_utilisation", "of memory peak", 100, 1, None),
    ("energy_per_token_j", "J per token", 1, 2, False),
    ("average_power_w", "W", 1, 0, None),
]


def run(experiment, overrides):
    """The metrics, or in a word why there are none."""
    try:
        return presil.run(EXPERIMENTS / experiment, overrides).metrics
    except presil.PresilError as error:
        return "does not fit in memory" if error.status == 5 else str(error).splitlines()[0].split(": ", 1)[-1]


def number(value, decimals):
    """As many decimals as asked, more where that would show fewer than two digits."""
    while value and abs(value) < 10 ** (1 - decimals) and decimals < 6:
        decimals += 1
    return f"{value:,.{decimals}f}"


def table(head, rows, best=()):
    """A row is its name and its cells: (value, text), text, or a single sentence for all of them. `best`: for each column
    max, min or None."""
    winners = []
    for i, choose in enumerate(best):
        values = [row[1][i][0] for row in rows if not isinstance(row[1], str) and isinstance(row[1][i], tuple)]
        winners.append(choose(values) if choose and len(values) > 1 else None)
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for name, cells in rows:
        if isinstance(cells, str):
            cells = [cells] + [""] * (len(head) - 2)
        shown = []
        for i, cell in enumerate(cells):
            value, text = cell if isinstance(cell, tuple) else (None, cell)
            shown.append(f"**{text}**" if i < len(winners) and value is not None and value == winners[i] else text)
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def table_of_runs(title, rows):
    """`rows`: name and what run() returned."""
    cells = []
    for name, metrics in rows:
        if isinstance(metrics, str):
            cells.append((name, metrics))
            continue
        cells.append((name, [(metrics[m], number(metrics[m] * f, d) + ("%" if f == 100 else "")) if m in metrics else "-"
                             for m, _, f, d, _ in RUN_COLUMNS]))
    best = [None if more is None else max if more else min for *_, more in RUN_COLUMNS]
    return table([title] + [column[1] for column in RUN_COLUMNS], cells, best)


def write(name, title, text):
    """A page; its first sentence goes to the index."""
    (HERE / name).write_text(f"# {title}\n\n{text}")
    print(name, file=sys.stderr)
    return name, title, text.split("\n\n")[0].replace("\n", " ")
