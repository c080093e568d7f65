"""`gpt-by-hand plot --watch`: numbers that were watched while a model was trained, over time or one by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gpt_by_hand.cli.curves import MARKS, Points, curve, finite_points, look, paths, picture
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import folded
from gpt_by_hand.trace.address import AddressError
from gpt_by_hand.trace.watch import addresses
from gpt_by_hand.trace.watched import Channel, Watched

MOST_PATHS = 200
HELD = "\ue000"  # stands for a space at which no line is broken
EXAMPLE = "'transformer.wte.weight[:,0],transformer.wte.weight[:,1]'"


def over_time(folders: Sequence[Path], asked: Sequence[str], width: int, output: Path | None) -> str | bytes:
    """What was watched at some addresses, or all of it, as a curve for each number: text, or a picture for a file.

    Raises: UserError for an address that was not watched, and for more numbers than can be told apart.
    """
    runs = [_asked(Watched.read(folder), asked) for folder in folders]
    found = [(run, channel) for run in runs for series in run.series for channel in _few(run, series.channels())]
    if len(found) > len(MARKS):
        raise UserError(_too_many(sum(run.numbers for run in runs), runs))
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


def phase(folders: Sequence[Path], asked: str, width: int, output: Path | None) -> str | bytes:
    """One number by another: a path for each pair of them, from its first record to its last, where its name stands.

    Raises: UserError for what are not two addresses with as many numbers, or were not watched.
    """
    where = addresses(asked)
    if len(where) != 2:
        raise UserError(f"--phase {asked!r} has {len(where)} addresses: give two, with a comma, such as {EXAMPLE}")
    drawn: dict[str, Points] = {}
    for folder in folders:
        run = Watched.read(folder)
        pairs = _pairs(run, where)
        prefix = f"{folder} " if len(folders) > 1 else ""
        drawn |= {f"{prefix}{name}": points for name, points in pairs.items()}
    if not drawn:
        raise UserError(f"there is nothing to draw: no finite numbers of {asked} are recorded")
    if output is not None:
        return picture(output, lambda axes: _paths(axes, drawn, where), (8, 6))
    lines, left_out = paths(drawn, width, where[0])
    said = [f"{where[1]} (up) by {where[0]} (across): o where each begins, its name where it ends"]
    if left_out:
        said.append(f"no room for: {', '.join(left_out)}")
    return "\n".join([folded("\n".join(said), width), *lines, ""])


def _asked(run: Watched, asked: Sequence[str]) -> Watched:
    """What is asked for, in words that may have several addresses each, or are a folder that there is not."""
    try:
        return run.only(where for one in asked for where in addresses(one))
    except AddressError as error:
        folder = next((f"{one!r} is no folder, so it is taken for an address: " for one in asked if "[" not in one), "")
        raise UserError(f"{folder}{error}") from None


def _few(run: Watched, channels: Any) -> list[Channel]:
    """Not a list of millions, only to say that they are too many."""
    return [channel for channel, _ in zip(channels, range(len(MARKS) + 1), strict=False)]


def _too_many(count: int, runs: Sequence[Watched]) -> str:
    listed = ", ".join(runs[0].addresses)
    return (
        f"{count:,} numbers are too many to tell apart: choose at most {len(MARKS)}, as in "
        f"plot --watch '{runs[0].first}'; there are {listed}"
    )


def _legend(channels: Sequence[Channel], names: Sequence[str]) -> str:
    """What the marks mean: by tensors, since their names are long."""
    rows: dict[str, list[str]] = {}
    for mark, channel, name in zip(MARKS, channels, names, strict=False):
        rows.setdefault(channel.tensor, []).append(f"{mark} {name}".replace(" ", HELD))
    return "\n".join(f"{tensor}: {', '.join(marked)}" for tensor, marked in rows.items()) + "; x several"


def _pairs(run: Watched, where: Sequence[str]) -> dict[str, Points]:
    """The points of each pair, by what the two have in common: a word."""
    across, up = (run.only([one]) for one in where)
    left, right = ([c for series in some.series for c in series.channels()] for some in (across, up))
    if len(left) != len(right):
        raise UserError(
            f"{where[0]} are {len(left):,} numbers, and {where[1]} are {len(right):,}: give as many of both"
        )
    if len(left) > MOST_PATHS:
        raise UserError(f"{len(left):,} paths are too many to tell apart: choose at most {MOST_PATHS}")
    found: dict[str, Points] = {}
    for one, other in zip(left, right, strict=True):
        points = finite_points(one.values.tolist(), other.values.tolist())
        found |= {_common(one, other): points} if points else {}
    return found


def _common(one: Channel, other: Channel) -> str:
    """The positions that two numbers have in common, by their labels."""
    same = [name for name, also in zip(one.labels, other.labels, strict=False) if name == also]
    return ",".join(same) or f"{one.place} {other.place}"


def _curves(axes: Any, drawn: Sequence[Points], names: Sequence[str], tensors: Sequence[str]) -> None:
    one = len(set(tensors)) == 1
    for number, (points, name, tensor) in enumerate(zip(drawn, names, tensors, strict=True)):
        if points:
            label = name if one or name == tensor else f"{tensor}{name}"
            axes.plot(*zip(*points, strict=True), label=label, marker=".", markersize=3, **look(number))
    axes.set(xlabel="iteration", ylabel=tensors[0] if one else "")
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize="x-small")


def _paths(axes: Any, drawn: Mapping[str, Points], where: Sequence[str]) -> None:
    """A hollow dot where a path begins, a full one and the name, above all lines, where it ends."""
    from matplotlib.patheffects import withStroke

    around = [withStroke(linewidth=2, foreground="white")]
    for number, (name, points) in enumerate(drawn.items()):
        colour = look(number)["color"]
        axes.plot(*zip(*points, strict=True), color=colour, linewidth=0.8, alpha=0.6)
        axes.plot(*points[0], "o", color=colour, markersize=4, fillstyle="none")
        axes.plot(*points[-1], "o", color=colour, markersize=4, zorder=3)
        beside = {"xytext": (3, 3), "textcoords": "offset points", "zorder": 4, "path_effects": around}
        axes.annotate(name, points[-1], fontsize="small", **beside)
    axes.set(xlabel=where[0], ylabel=where[1])
