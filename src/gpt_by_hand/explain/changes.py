"""What a setting has changed in an answer: numbers before and after it, as a table and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from gpt_by_hand.layout.digits import finite, scalar
from gpt_by_hand.layout.document import Block, Heading, Line, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.trace.compared import Change

LARGEST = 12  # changes that are shown, unless all are
MOST, ROUGHLY = 5, 3  # significant digits of numbers, and of how much they change: an address needs the room


def by_size(changes: Iterable[Change]) -> list[Change]:
    """Those that are changes, the largest first."""
    return sorted((change for change in changes if change.differs), key=lambda change: -change.size)


def both(before: float, after: float) -> dict[str, float | str]:
    """The two numbers as plain data."""
    return {"before": finite(before), "after": finite(after)}


def data(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """All that differ as plain data, the largest first."""
    return [{"address": change.address, **both(change.before, change.after)} for change in by_size(changes)]


def blocks(outcome: tuple[Line, float, float], changes: Iterable[Change], full: bool = False) -> Iterator[Block]:
    """What has become of the number that was asked for, and the largest changes of those that it comes from."""
    ordered = by_size(changes)
    listed = ordered if full else ordered[:LARGEST]
    rows = [row(*outcome), *(row((Reference(one.address),), one.before, one.after) for one in listed)]
    yield Heading((said("difference.what-if"),), 3)
    yield Table("uses", head(said("difference.address")), tuple(rows))
    if rest := len(ordered) - len(listed):
        yield Paragraph((many("difference.others", rest),))


def head(first: str, before: str = "", after: str = "") -> tuple[Line, ...]:
    """What the columns are called."""
    names = before or said("difference.before"), after or said("difference.after")
    return (first,), *((name,) for name in names), (said("difference.change"),)


def row(name: Line, before: float, after: float) -> Row:
    """A number before and after, and by how much it has changed: by nothing, where it is infinite or no number in both.

    From infinity to minus infinity, it is by minus infinity; where only one of them is a number, by none.
    """
    change = after - before if Change("", before, after).differs else 0.0
    return Row((name, number(before), number(after), number(change, ROUGHLY)))


def number(value: float, digits: int = MOST) -> Line:
    """A number as it is shown among others."""
    return (Number(value, scalar(np.asarray(value), digits)),)
