"""`gpt-by-hand plot`."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_by_hand.advice import install
from gpt_by_hand.cli.options import Argument, parse
from gpt_by_hand.cli.output import check_output
from gpt_by_hand.cli.terminal import console
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import write_atomically
from gpt_by_hand.training import metrics
from gpt_by_hand.training.metrics import Metrics

HEIGHT = 16


@dataclass(frozen=True)
class Options:
    """Draw the loss curve of the run in out_dir: in the terminal, or as SVG or PNG (with the [plot] extra)."""

    out_dir: Path = Path("out")
    """The folder with metrics.jsonl."""
    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Write a picture to this file, FILE.svg or FILE.png, instead of drawing in the terminal."""
    force: bool = False
    """Replace a file that is there already."""


def run(arguments: Sequence[str]) -> int:
    """Draw the curve."""
    options = parse(Options, arguments, "gpt-by-hand plot")
    found = metrics.read(options.out_dir)
    if not found:
        raise UserError(f"{options.out_dir / metrics.FILE} is empty: there is no evaluation yet")
    if options.output is None:
        print("\n".join(curve(found, min(console().width, 100))))
        return 0
    check_output(options.output, options.force)
    write_atomically(options.output, picture(found, options.output))
    print(f"written to {options.output}", file=sys.stderr)
    return 0


def curve(found: Sequence[Metrics], width: int) -> list[str]:
    """Lines of text: `t` is the training loss, `v` the validation loss, `x` both at once."""
    losses = [loss for m in found for loss in (m.train_loss, m.val_loss)]
    low, high, last = min(losses), max(losses), max(m.iteration for m in found) or 1
    columns = max(width - 10, 10)
    grid = [[" "] * columns for _ in range(HEIGHT)]
    for m in found:
        column = round(m.iteration / last * (columns - 1))
        for mark, loss in (("t", m.train_loss), ("v", m.val_loss)):
            row = round((high - loss) / ((high - low) or 1) * (HEIGHT - 1))
            grid[row][column] = mark if grid[row][column] in (" ", mark) else "x"
    scale = [f"{high - (high - low) * row / (HEIGHT - 1):7.4f} │" for row in range(HEIGHT)]
    lines = [f"{left}{''.join(cells).rstrip()}" for left, cells in zip(scale, grid, strict=True)]
    foot = f"{' ' * 9}0{'iteration ' + str(last):>{columns - 1}}"
    return ["loss in nats per token: t on the training data, v on the validation data", *lines, foot]


def picture(found: Sequence[Metrics], path: Path) -> bytes:
    """The curve as SVG or PNG, as the file's name says.

    Raises: UserError for another ending, or without matplotlib.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise UserError(f"{path} ends in {path.suffix or 'nothing'!r}: choose a name ending in .svg or .png")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UserError(f"a picture needs matplotlib: {install('plot')}; without -o the curve is text") from None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for label, losses in (("train", [m.train_loss for m in found]), ("val", [m.val_loss for m in found])):
        axes.plot([m.iteration for m in found], losses, label=label, marker=".")
    axes.set(xlabel="iteration", ylabel="loss in nats per token")
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()
