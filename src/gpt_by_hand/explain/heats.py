"""Numbers of a trace as heat maps, with words on both axes, what is masked apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.picture import Picture
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.document import Block, Emphasis, Heading, Heat, Panel, Paragraph, Reference, Scale
from gpt_by_hand.layout.tables import called, sheets
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import Index, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.address import Part
from gpt_by_hand.trace.trace import Trace

MOST = 20_000  # numbers that have a colour each: more could not be told apart, and a browser would be slow


@dataclass(frozen=True, eq=False, repr=False)
class Heats(Picture):
    """A heat map for each of some tensors, or of their parts, by address.

    `largest` is the number that has the strongest colour in all of them; else it is each tensor's own largest.
    """

    trace: Trace
    names: tuple[str, ...]
    largest: float | None = None

    @property
    def title(self) -> str:
        return ", ".join(self.names)

    @cached_property
    def heats(self) -> list[Heat]:
        """The heat maps of each: one for each sequence, head, ..., all on one scale."""
        return [heat(self.trace, name, self.largest, len(self.names) > 1) for name in self.names]

    def document(self) -> Iterator[Block]:
        """Each with its address and its question."""
        if self.trace.whose is not None:
            yield Paragraph((self.trace.whose.line(),), "model")
        for name, heat in zip(self.names, self.heats, strict=True):
            described = self.trace.describe(name)
            whole = described["indices"] if name in self.trace.program.tensors else []
            indices = f"[{', '.join(whole)}]" if whole else ""
            yield Heading((Reference(name), f"{indices}  ", Emphasis(described["title"])), 3)
            yield heat

    def data(self) -> list[dict[str, Any]]:
        """The same for programs; a number that is not finite is a string, and null where it is masked."""
        return [self._facts(name, heat) for name, heat in zip(self.names, self.heats, strict=True)]

    def _facts(self, name: str, heat: Heat) -> dict[str, Any]:
        model = {} if self.trace.whose is None else {"model": self.trace.whose.facts()}
        described = self.trace.describe(name)
        scale = {"lowest": heat.scale.lowest, "highest": heat.scale.highest}
        found = [panel_facts(panel) for panel in heat.panels]
        return {"address": described["address"], "title": described["title"], "scale": scale, "panels": found, **model}


def show(trace: Trace, asked: str, largest: float | None = None) -> Heats:
    """A picture of what is at an address, or of all tensors of a place of the model, such as h.0.attn or h.0.

    Raises: AddressError where there is nothing like it; UserError where it is too much to be seen.
    """
    check_largest(largest)
    names = () if asked in trace.names else in_scope(trace, asked)
    trace = trace if names else trace.only(asked)
    names = names or trace.names
    counts = {name: prod(index.extent for index in trace.part(name).left) for name in names}
    if sum(counts.values()) > MOST:
        raise _too_large(trace, asked, counts)
    return Heats(trace, names, largest)


def check_largest(number: float | None) -> None:
    """Refuse what cannot be the largest number of a scale. Raises: UserError."""
    if number is not None and not 0 < number < np.inf:
        raise UserError(f"scale is {number:g}: it must be a number above 0")


def in_scope(trace: Trace, place: str) -> tuple[str, ...]:
    """The tensors that formulas of this part of the model define, or of those inside of it, in order."""
    inside = f"{place}."
    scopes = {a.scope for a in trace.program.assignments}
    wanted = {scope for scope in scopes if scope.name == place or scope.name.startswith(inside)}
    found = dict.fromkeys(a.target.name for a in trace.program.assignments if a.scope in wanted)
    return tuple(name for name in found if name in trace.names)


def heat(trace: Trace, asked: str, largest: float | None = None, small: bool = False) -> Heat:
    """The heat maps of what is at an address: of each sequence, head, ... one, with its words."""
    part = trace.part(asked)
    values, masked = trace.array(asked), part.of(hidden(trace, part.tensor))
    scale = Scale.of(values[~masked], largest)
    return Heat(tuple(panels(trace, part, values, masked)), scale, small)


def hidden(trace: Trace, tensor: Tensor) -> np.ndarray:
    """Which numbers of a tensor are masked: those that are -inf, and those that are 0 because of one that is.

    That is one at the same place, which the formula reads: a score that is masked, its power of e, and its share.
    """
    values = np.asarray(trace.arrays[tensor.name])
    found, zero = values == -np.inf, values == 0
    for formula in trace.program.definitions.get(tensor.name, ()) if zero.any() else ():
        for access in formula.reads():
            if access.subscripts == formula.subscripts == tensor.indices:
                found = found | (zero & hidden(trace, access.tensor))
    return np.asarray(found)


def panels(trace: Trace, part: Part, values: np.ndarray, masked: np.ndarray) -> Iterator[Panel]:
    """A panel for each matrix that the part is cut into; each sequence has words of its own."""
    extents = [index.extent for index in part.indices]
    arrays = values, masked, np.asarray(np.arange(prod(extents)).reshape(extents)[part.chosen])
    at = next((at for index, at in zip(part.indices, part.chosen, strict=True) if index.axis == SEQUENCE), None)
    if not isinstance(at, slice):
        yield from _matrices(trace, part, arrays, part.left, at)
        return
    for row in range(len(values)):  # a sequence is always the first index
        above = called(part.left[0], row) if len(values) > 1 else ""
        yield from _matrices(trace, part, [array[row] for array in arrays], part.left[1:], row, above)


def _matrices(
    trace: Trace, part: Part, arrays: Sequence[np.ndarray], left: Sequence[Index], row: int | None, above: str = ""
) -> Iterator[Panel]:
    """The panels of one sequence, or of what has none: its numbers, which are masked, and where they are."""
    cut = (sheets(array, left, lambda index: trace.words.labels(index, row)) for array in arrays)
    for numbers, masked, places in zip(*cut, strict=True):
        caption = ", ".join(filter(None, [above, numbers.caption]))
        yield Panel(replace(numbers, caption=caption, digits=None), masked.values, _addresses(part, places.values))


def _addresses(part: Part, places: np.ndarray) -> Callable[[int, int], str]:
    extents = [index.extent for index in part.indices]

    def address(row: int, column: int) -> str:
        at = tuple(int(n) for n in np.unravel_index(places[row, column], extents)) if extents else ()
        return part.tensor.name if not extents else replace(part, chosen=at, whole=False).address

    return address


def panel_facts(panel: Panel) -> dict[str, Any]:
    """What programs are told of a heat map; null stands for what is masked."""
    matrix, (rows, columns) = panel.matrix, panel.matrix.values.shape
    values = [
        [None if panel.masked[r, c] else finite(float(matrix.values[r, c])) for c in range(columns)]
        for r in range(rows)
    ]
    return {
        "caption": matrix.caption,
        "rows": [matrix.row(row) for row in range(rows)] if matrix.row else [],
        "columns": [matrix.column(column) for column in range(columns)],
        "addresses": [[panel.address(r, c) for c in range(columns)] for r in range(rows)],
        "values": values,
    }


def _too_large(trace: Trace, asked: str, counts: Mapping[str, int]) -> UserError:
    """How much it is, and what to ask for in its place."""
    name = max(counts, key=lambda one: counts[one])
    part, count = trace.part(name), sum(counts.values())
    shape = " x ".join(f"{index.extent:,}" for index in part.left) if len(counts) == 1 else f"{len(counts)} tensors"
    first = next(at for at, one in enumerate(part.chosen) if isinstance(one, slice))
    fewer = replace(part, chosen=(*part.chosen[:first], 0, *part.chosen[first + 1 :]), whole=False).address
    return UserError(
        f"{asked} is too large for a picture: it has {count:,} numbers ({shape}), and {MOST:,} can be shown; "
        f"ask for a part, such as {fewer!r}"
    )
