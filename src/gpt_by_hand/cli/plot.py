"""`gpt-by-hand plot`."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from string import ascii_lowercase
from typing import Annotated

from gpt_by_hand.advice import install
from gpt_by_hand.cli.option import Argument, Forced
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.output import check_ending, check_output, hand_over
from gpt_by_hand.data.perfect import perfect_loss
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import folded
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import columns, page_width, remark
from gpt_by_hand.training import checkpoint, metrics

HEIGHT, WIDEST = 16, 100
MARKS = ascii_lowercase.replace("x", "")  # of several runs; x is where some of them meet
TRAIN_LOSS, VAL_LOSS = attrgetter("train_loss"), attrgetter("val_loss")
Points = Sequence[tuple[int, float]]  # iterations, and the losses there


@dataclass(frozen=True)
class Options(Forced):
    """Draw the loss curve of one run or of several: in the terminal, or as SVG or PNG (with the [plot] extra).

    Lines show what a guess among all words scores and, for the languages of the demo and of the pencil, a perfect
    predictor.
    """

    runs: Annotated[tuple[Path, ...], Argument("RUN ...", positional=True)] = ()
    """The folders with metrics.jsonl; out, if none is given."""
    out_dir: Path = Path("out")
    """The same for one run, as train calls it."""
    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Write a picture to this file, FILE.svg or FILE.png, instead of drawing in the terminal."""


@dataclass(frozen=True)
class Run:
    """The folder of a run, its losses on both sets of data, and what to compare them with: losses in nats, in words."""

    folder: Path
    train: Points
    val: Points
    bounds: Mapping[str, float]

    @classmethod
    def read(cls, folder: Path) -> Run:
        """The run in a folder. Raises: UserError when there is none, or it has not been evaluated yet."""
        found = metrics.read(folder)
        if not found:
            raise UserError(f"{folder / metrics.FILE} is empty: there is no evaluation yet")
        train, val = ([(m.iteration, loss(m)) for m in found] for loss in (TRAIN_LOSS, VAL_LOSS))
        return cls(folder, train, val, bounds(folder))


def bounds(folder: Path) -> dict[str, float]:
    """What a guess scores and, where that is known, a perfect predictor; nothing, where no checkpoint says of what."""
    if not checkpoint.exists(folder):
        return {}
    try:
        saved = checkpoint.load(folder, arrays=False)
    except UserError as error:
        remark(f"note: {error}")
        return {}
    model, train = saved.model, saved.train
    found = {f"a guess, ln {model.vocab_size:,}": math.log(model.vocab_size)}
    perfect = perfect_loss(train.dataset, saved.tokenizer, model.seq_length)
    said = f"on average, a perfect predictor of {train.dataset} seeing {model.seq_length} tokens"
    return found if perfect is None else {**found, said: perfect}


def run(arguments: Sequence[str]) -> int:
    """Draw the curves."""
    options = parse(Options, arguments, "plot")
    if options.runs and "out_dir" in chosen(arguments):
        raise UserError(f"--out_dir {options.out_dir} beside other folders: name all of them without --out_dir")
    folders = list(dict.fromkeys(options.runs or [options.out_dir]))
    if len(folders) > len(MARKS):
        raise UserError(f"{len(folders)} runs are too many to tell apart: give at most {len(MARKS)}")
    runs = [Run.read(folder) for folder in folders]
    if options.output is None:
        width = min(columns(sys.stdout) or page_width(), WIDEST)
        drawn, lines = series(runs), compared(runs)
        said = [f"loss in nats per token{legend(runs)}", *(f"--- {loss:.4f}: {said}" for said, loss in lines.items())]
        print(folded("\n".join(said), width), *curve(drawn, lines, width), sep="\n")
        return 0
    check_output(options.output, options.force)
    hand_over(picture(runs, options.output), options.output)
    return 0


def series(runs: Sequence[Run]) -> dict[str, Points]:
    """What is drawn, by its mark: both losses of a single run, or the validation loss of each of several."""
    if len(runs) == 1:
        return {"t": runs[0].train, "v": runs[0].val}
    return {mark: run.val for mark, run in zip(MARKS, runs, strict=False)}


def legend(runs: Sequence[Run]) -> str:
    """What the marks mean."""
    if len(runs) == 1:
        return ": t on the training data, v on the validation data, x both"
    names = ", ".join(f"{mark} {run.folder}" for mark, run in zip(MARKS, runs, strict=False))
    return f" on the validation data: {names}, x several"


def compared(runs: Iterable[Run]) -> dict[str, float]:
    """What all the runs are compared with, each once, the largest first."""
    found = {said: loss for run in runs for said, loss in run.bounds.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def curve(drawn: Mapping[str, Points], lines: Mapping[str, float], width: int) -> list[str]:
    """The points as text, each with its mark, or `x` where several meet; a row of `-` at each of the lines.

    A row's label is the middle of what it stands for, or the line's own value.
    """
    points = [point for some in drawn.values() for point in some]
    losses = [loss for _, loss in points] + list(lines.values())
    low, high, last = min(losses), max(losses), max(iteration for iteration, _ in points) or 1
    columns = max(width - 10, 10)

    def row(loss: float) -> int:
        return round((high - loss) / ((high - low) or 1) * (HEIGHT - 1))

    labels = [high - (high - low) * n / (HEIGHT - 1) for n in range(HEIGHT)]
    grid = [[" "] * columns for _ in range(HEIGHT)]
    for loss in lines.values():
        labels[row(loss)], grid[row(loss)] = loss, ["-"] * columns
    for mark, some in drawn.items():
        for iteration, loss in some:
            cells, at = grid[row(loss)], round(iteration / last * (columns - 1))
            cells[at] = mark if cells[at] in (" ", "-", mark) else "x"
    left = [f"{label:7.4f} │" for label in labels]
    foot = f"{' ' * 9}0{'iteration ' + str(last):>{columns - 1}}"
    return [*(f"{said}{''.join(cells).rstrip()}" for said, cells in zip(left, grid, strict=True)), foot]


def picture(runs: Sequence[Run], path: Path) -> bytes:
    """The curves as SVG or PNG, as the file's name says.

    Raises: UserError for another ending, or without matplotlib.
    """
    kind = check_ending(path, (".svg", ".png"))[1:]
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UserError(f"a picture needs matplotlib: {install('plot')}; without -o the curve is text") from None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for number, run in enumerate(runs):
        name = f"{run.folder} " if len(runs) > 1 else ""
        for label, points, look in ((f"{name}train", run.train, "--"), (f"{name}val", run.val, "-")):
            axes.plot(*zip(*points, strict=True), look, color=f"C{number}", label=label, marker=".")
    for (said, loss), look in zip(compared(runs).items(), (":", "-.") * len(runs), strict=False):
        axes.axhline(loss, color="gray", linestyle=look, label=f"{said}: {loss:.4f}")
    axes.set(xlabel="iteration", ylabel="loss in nats per token")
    axes.legend(fontsize="small")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()
