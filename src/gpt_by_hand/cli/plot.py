"""`gpt-by-hand plot`."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

from gpt_by_hand.cli.curves import MARKS, Points, curve, picture
from gpt_by_hand.cli.option import Argument, Forced, Spoken
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.output import check_output, hand_over
from gpt_by_hand.data.perfect import perfect_loss
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import folded
from gpt_by_hand.language import decimal, whole
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import columns, page_width, remark
from gpt_by_hand.training import checkpoint, metrics

WIDEST = 100
TRAIN_LOSS, VAL_LOSS = attrgetter("train_loss"), attrgetter("val_loss")


@dataclass(frozen=True)
class Options(Forced, Spoken):
    """Draw the loss curve of one run or of several, or numbers that were watched: in the terminal, or as SVG or PNG
    (with the [plot] extra).

    Lines show what a guess among all words scores and, for the languages of the demo and of the pencil, a perfect
    predictor.
    """

    runs: Annotated[tuple[str, ...], Argument("RUN ...", positional=True)] = ()
    """The folders with metrics.jsonl; out, if none is given. With --watch, addresses may stand among them."""
    watch: bool = False
    """Draw the numbers that `train --watch` has recorded, or only those at the addresses that are given, such as
    'transformer.wte.weight[gpt,:]'."""
    phase: Annotated[str, Argument("ADDRESS,ADDRESS")] = ""
    """Draw one watched number by another, two addresses with a comma between them, such as transformer.wte.weight[:,0]
    and the same with 1: a path for each word, with its name where it ends."""
    out_dir: Path = Path("out")
    """The same for one run, as train calls it."""
    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Write a picture to this file, FILE.svg or FILE.png, instead of drawing in the terminal; with --phase, also
    FILE.html or FILE.json."""


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
    found = {said("plot.guess", count=whole(model.vocab_size)): math.log(model.vocab_size)}
    perfect = perfect_loss(train.dataset, saved.tokenizer, model.seq_length)
    best = said("plot.perfect", dataset=train.dataset, count=model.seq_length)
    return found if perfect is None else {**found, best: perfect}


def run(arguments: Sequence[str]) -> int:
    """Draw the curves."""
    options = parse(Options, arguments, "plot")
    watched = options.watch or options.phase
    asked = [one for one in options.runs if watched and not Path(one).is_dir()]
    named = [Path(one) for one in options.runs if one not in asked]
    if named and "out_dir" in chosen(arguments):
        raise UserError(f"--out_dir {options.out_dir} beside other folders: name all of them without --out_dir")
    folders = list(dict.fromkeys(named or [options.out_dir]))
    if len(folders) > len(MARKS):
        raise UserError(f"{len(folders)} runs are too many to tell apart: give at most {len(MARKS)}")
    if options.output is not None:
        check_output(options.output, options.force)
    hand_over(drawn_watched(options, folders, asked) if watched else drawn(folders, options.output), options.output)
    return 0


def drawn_watched(options: Options, folders: Sequence[Path], asked: Sequence[str]) -> str | bytes:
    """What was watched, over time or one by another: text, or a picture for a file."""
    from gpt_by_hand.cli.plot_watched import over_time, paths

    if options.phase and asked:
        raise UserError(f"{asked[0]!r} is no folder: --phase has both addresses, with a comma between them")
    if options.phase:
        return paths(folders, options.phase, width(), options.output)
    return over_time(folders, asked, width(), options.output)


def drawn(folders: Sequence[Path], output: Path | None) -> str | bytes:
    """The losses of some runs: text, or a picture for a file."""
    runs = [Run.read(folder) for folder in folders]
    if output is not None:
        return picture(output, lambda axes: losses(axes, runs))
    curves, lines = series(runs), compared(runs)
    above = [legend(runs), *(f"--- {decimal(f'{loss:.4f}')}: {name}" for name, loss in lines.items())]
    return "\n".join([folded("\n".join(above), width()), *curve(curves, lines, width()), ""])


def width() -> int:
    """How many columns a drawing has."""
    return min(columns(sys.stdout) or page_width(), WIDEST)


def series(runs: Sequence[Run]) -> dict[str, Points]:
    """What is drawn, by its mark: both losses of a single run, or the validation loss of each of several."""
    if len(runs) == 1:
        return {"t": runs[0].train, "v": runs[0].val}
    return {mark: run.val for mark, run in zip(MARKS, runs, strict=False)}


def legend(runs: Sequence[Run]) -> str:
    """What is drawn, and what the marks mean."""
    if len(runs) == 1:
        return said("plot.both")
    return said("plot.runs", runs=", ".join(f"{mark} {run.folder}" for mark, run in zip(MARKS, runs, strict=False)))


def compared(runs: Iterable[Run]) -> dict[str, float]:
    """What all the runs are compared with, each once, the largest first."""
    found = {name: loss for run in runs for name, loss in run.bounds.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def losses(axes: Any, runs: Sequence[Run]) -> None:
    """The curves of some runs, and what they are compared with, on matplotlib's axes."""
    for number, run in enumerate(runs):
        name = f"{run.folder} " if len(runs) > 1 else ""
        for label, points, look in ((said("plot.train"), run.train, "--"), (said("plot.val"), run.val, "-")):
            axes.plot(*zip(*points, strict=True), look, color=f"C{number}", label=name + label, marker=".")
    for (name, loss), look in zip(compared(runs).items(), (":", "-.") * len(runs), strict=False):
        axes.axhline(loss, color="gray", linestyle=look, label=f"{name}: {decimal(f'{loss:.4f}')}")
    axes.set(xlabel=said("plot.iteration"), ylabel=said("plot.loss"))
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize="small")
