"""Numbers that were watched, one by another: the path that each word, or another row, takes in a plane."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.picture import Picture
from gpt_by_hand.layout.document import Block, Paragraph, Scatter
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.watched import Channel, Watched

MOST = 200  # paths in a picture
EXAMPLE = "'transformer.wte.weight[:,0],transformer.wte.weight[:,1]'"


@dataclass(frozen=True, eq=False, repr=False)
class Phase(Picture):
    """Pairs of numbers of a run, at two addresses: the first across, the second up."""

    run: Watched
    addresses: tuple[str, str]
    pairs: tuple[tuple[Channel, Channel], ...]

    @property
    def title(self) -> str:
        return said("phase", across=self.addresses[0], up=self.addresses[1])

    @property
    def labels(self) -> tuple[str, ...]:
        """What the two numbers of each pair have in common: a word."""
        return tuple(_common(*pair) for pair in self.pairs)

    @cached_property
    def points(self) -> np.ndarray:
        """Where each pair was, [record, pair, 2]."""
        return np.array([[one.values, other.values] for one, other in self.pairs]).transpose(2, 0, 1)

    def document(self) -> list[Block]:
        """The paths, from the first record to the last."""
        above = Paragraph((said("film", folder=self.run.folder),), "model")
        records = self.run.iterations.tolist()
        times = tuple(said("film.iteration", iteration=at) for at in records)
        paths = Paragraph((said("phase.paths", first=records[0], last=records[-1]),), "model")
        return [above, paths, Scatter(self.title, self.points, self.labels, self.addresses, times)]

    def data(self) -> dict[str, Any]:
        """The same for programs, at full precision."""
        paths = zip(self.labels, self.points.transpose(1, 0, 2).tolist(), strict=True)
        return {
            "folder": str(self.run.folder),
            "addresses": self.addresses,
            "iterations": self.run.iterations.tolist(),
            "paths": [{"label": label, "points": points} for label, points in paths],
        }


def phase(run: Watched, addresses: Sequence[str]) -> Phase:
    """One number by another, for each pair of those at two addresses.

    Raises: UserError for what are not two addresses with as many numbers, or were not watched.
    """
    if len(addresses) != 2:
        raise UserError(f"--phase has {len(addresses)} addresses: give two, with a comma, such as {EXAMPLE}")
    first, second = addresses
    across, up = ([c for series in run.only([one]).series for c in series.channels()] for one in addresses)
    if len(across) != len(up):
        raise UserError(f"{first} are {len(across):,} numbers, and {second} are {len(up):,}: give as many of both")
    if len(across) > MOST:
        raise UserError(f"{len(across):,} paths are too many to tell apart: choose at most {MOST}")
    finite = tuple(pair for pair in zip(across, up, strict=True) if all(np.isfinite(one.values).all() for one in pair))
    if not finite or not len(run.iterations):
        raise UserError(f"there is nothing to draw: no finite numbers of {first} and {second} are recorded")
    return Phase(run, (first, second), finite)


def _common(one: Channel, other: Channel) -> str:
    """The positions that two numbers have in common, by their labels."""
    same = [name for name, also in zip(one.labels, other.labels, strict=False) if name == also]
    return ",".join(same) or f"{one.place} {other.place}"
