"""Draws a sweep: time and memory over each size, both scales logarithmic, so that a power is a straight line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "gpt-by-hand", "svg.fonttype": "none"})

from matplotlib import pyplot  # noqa: E402 (after it is told that there is no screen)
from matplotlib.ticker import ScalarFormatter  # noqa: E402

MEMORY = {"static_bytes": "arrays", "resident_bytes": "resident"}
Results = dict[str, Any]


def plot(results: Results, path: Path) -> None:
    """A column for each size that was varied: time above, memory below."""
    axes = list(dict.fromkeys(row["axis"] for row in results["points"]))
    figure, places = pyplot.subplots(2, len(axes), figsize=(13, 6), sharey="row", layout="constrained")
    for column, axis in enumerate(axes):
        rows = [row for row in results["points"] if row["axis"] == axis]
        _times(places[0][column], rows)
        _memory(places[1][column], rows)
        for place in places[:, column]:
            _scales(place, axis, sorted({row["value"] for row in rows}))
    for place, label in zip(places[:, 0], ("milliseconds per iteration", "MiB"), strict=True):
        place.set_ylabel(label)
        place.legend()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else {})


def _times(place: Any, rows: list[Results]) -> None:
    """The best round, a line for each number of threads."""
    for threads in sorted({row["threads"] for row in rows}):
        own = [row for row in rows if row["threads"] == threads]
        label = f"{threads} thread{'s' * (threads > 1)}"
        place.plot([row["value"] for row in own], [row["least"] / 1e3 for row in own], "o-", label=label)


def _memory(place: Any, rows: list[Results]) -> None:
    most = max(row["threads"] for row in rows)
    own = [row for row in rows if row["threads"] == most]
    for what, label in MEMORY.items():
        place.plot([row["value"] for row in own], [row[what] / 2**20 for row in own], "o-", label=label)


def _scales(place: Any, axis: str, values: list[int]) -> None:
    place.set(xscale="log", xlabel=axis, xticks=values, xticklabels=values)
    place.set_yscale("log", base=2)
    place.yaxis.set_major_formatter(ScalarFormatter())
    place.minorticks_off()
    place.grid(alpha=0.3)
