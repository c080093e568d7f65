"""`gpt-by-hand plot --watch`: numbers that were watched while a model was trained, over time or one by another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import Any

from gpt_by_hand.advice import command, of_run
from gpt_by_hand.cli.curves import MARKS, Points, curve, finite_points, look, picture
from gpt_by_hand.cli.output import check_ending
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.phase import phase
from gpt_by_hand.explain.picture import ENDINGS
from gpt_by_hand.files import is_file, line_of
from gpt_by_hand.folding import folded
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.trace.address import AddressError
from gpt_by_hand.trace.watch import addresses
from gpt_by_hand.trace.watched import Channel, Watched
from gpt_by_hand.training.loop import WATCH
from gpt_by_hand.views import page
from gpt_by_hand.views.text import plain

HELD = "\ue000"  # stands for a space at which no line is broken


def over_time(folders: Sequence[Path], asked: Sequence[str], width: int, output: Path | None) -> str | bytes:
    """What was watched at some addresses, or all of it, as a curve for each number: text, or a picture for a file.

    Raises: UserError for an address that was not watched, and for more numbers than can be told apart.
    """
    runs = [_asked(folder, asked) for folder in folders]
    found = [(run, channel) for run in runs for series in run.series for channel in _few(run, series.channels())]
    if len(found) > len(MARKS):
        raise UserError(_too_many(sum(run.numbers for run in runs), runs[0]))
    drawn = [finite_points(run.iterations.tolist(), channel.values.tolist()) for run, channel in found]
    if not any(drawn):
        raise UserError(f"there is nothing to draw: no finite number of {', '.join(runs[0].addresses)} is recorded")
    names = [channel.place or channel.tensor for _, channel in found]
    if len(runs) > 1:
        names = [f"{run.folder} {name}" for (run, _), name in zip(found, names, strict=True)]
    if output is not None:
        titles = [channel.tensor for _, channel in found]
        return picture(output, lambda axes: _curves(axes, drawn, names, titles), (8, 4.5))
    above = folded(_legend([channel for _, channel in found], names), width).replace(HELD, " ")
    marked = {mark: points for mark, points in zip(MARKS, drawn, strict=False) if points}
    return "\n".join([above, *curve(marked, {}, width), ""])


def paths(folders: Sequence[Path], asked: str, width: int, output: Path | None) -> str | bytes:
    """One number by another: a path for each pair of them, from its first record to its last, where its name stands.

    Text, or a picture as the file's name says; JSON of several runs is a list. Raises: UserError as
    `explain/phase.py`, and for another ending.
    """
    form = "text" if output is None else ENDINGS[check_ending(output, list(ENDINGS))]
    pictures = [phase(Watched.read(folder), addresses(asked)) for folder in folders]
    if form == "json":
        found = [picture.data() for picture in pictures]
        return line_of(found if len(found) > 1 else found[0])
    blocks = [block for picture in pictures for block in picture.document()]
    return plain(blocks, width) + "\n" if form == "text" else page(blocks, form, pictures[0].title)


def advised(run: Watched) -> str:
    """The command that draws what was watched, or the first number of it where there are too many."""
    address = f" {quote(run.first)}" if run.numbers > len(MARKS) else ""
    return command(of_run(f"plot --watch{address}", str(run.folder)))


def _asked(folder: Path, asked: Sequence[str]) -> Watched:
    """What is asked for, in words that may have several addresses each, or are a folder that there is not."""
    found = is_file(folder / WATCH)
    try:
        return Watched.read(folder).only(where for one in asked for where in addresses(one))
    except UserError as error:
        if found and not isinstance(error, AddressError):
            raise
        unknown = next(
            (f"{one!r} is no folder, so it is taken for an address: " for one in asked if "[" not in one), ""
        )
        raise UserError(f"{unknown}{error}") from None


def _few(run: Watched, channels: Any) -> list[Channel]:
    """Not a list of millions, only to say that they are too many."""
    return [channel for channel, _ in zip(channels, range(len(MARKS) + 1), strict=False)]


def _too_many(count: int, run: Watched) -> str:
    listed = ", ".join(run.addresses)
    few = f"choose at most {len(MARKS)}, as in {advised(run)}; there are {listed}"
    return f"{count:,} numbers are too many to tell apart: {few}"


def _legend(channels: Sequence[Channel], names: Sequence[str]) -> str:
    """What the marks mean: by tensors, since their names are long."""
    rows: dict[str, list[str]] = {}
    for mark, channel, name in zip(MARKS, channels, names, strict=False):
        rows.setdefault(channel.tensor, []).append(f"{mark} {name}".replace(" ", HELD))
    several = f"; {said('plot.several')}" if len(channels) > 1 else ""
    return "\n".join(f"{tensor}: {', '.join(marked)}" for tensor, marked in rows.items()) + several


def _curves(axes: Any, drawn: Sequence[Points], names: Sequence[str], tensors: Sequence[str]) -> None:
    one = len(set(tensors)) == 1
    for number, (points, name, tensor) in enumerate(zip(drawn, names, tensors, strict=True)):
        if points:
            label = name if one or name == tensor else f"{tensor}{name}"
            axes.plot(*zip(*points, strict=True), label=label, marker=".", markersize=3, **look(number))
    axes.set(xlabel=said("plot.iteration"), ylabel=tensors[0] if one else "")
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize="x-small")
