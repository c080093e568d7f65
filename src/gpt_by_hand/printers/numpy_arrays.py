"""Pieces of NumPy code that know which index each of their axes stands for, and how to line them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from gpt_by_hand.notation.expressions import Index
from gpt_by_hand.notation.precedence import ATOM
from gpt_by_hand.records import dataclass


@dataclass(frozen=True)
class Array:
    """A piece of code and the indices that its axes stand for; `plain` if it is a Python number.

    Plain numbers stay float64 and take on the arrays' type when they meet one, so beta ** step keeps its digits.
    """

    code: str
    axes: tuple[str, ...] = ()
    plain: bool = False
    level: int = ATOM

    @property
    def atom(self) -> str:
        """The code, in parentheses if something could tear it apart."""
        return self.code if self.level == ATOM else f"({self.code})"


def aligned(value: Array, axes: Iterable[str]) -> str:
    """The code of `value` with its axes moved so that it broadcasts against an array with `axes`."""
    wanted = list(axes)
    kept = [a for a in wanted if a in value.axes]
    if not kept:
        return value.code
    code = value.code
    if kept != list(value.axes):
        code = f"{value.atom}.transpose({', '.join(str(value.axes.index(a)) for a in kept)})"
    tail = wanted[wanted.index(kept[0]) :]
    if len(tail) > len(kept):
        base = value.atom if code == value.code else code
        code = f"{base}[{', '.join(':' if a in kept else 'None' for a in tail)}]"
    return code


def matrix(value: Array, batch: list[str], rows: list[str], columns: list[str], extents: Mapping[str, int]) -> str:
    """The value as a (stack of) matrices, several indices folded into one axis where need be."""
    if value.axes == (*batch, *columns, *rows):  # as it lies in memory, then turned: no copy
        code = folded(value, batch, columns, rows, extents)
        return f"{code}.swapaxes(-1, -2)" if batch else f"{code}.T"
    return folded(value, batch, rows, columns, extents)


def folded(value: Array, batch: list[str], rows: list[str], columns: list[str], extents: Mapping[str, int]) -> str:
    """The value with the axes of each group folded into one, group by group."""
    code = aligned(value, (*batch, *rows, *columns))
    if len(rows) == 1 and len(columns) == 1:
        return value.atom if code == value.code else code
    sizes = [str(extents[a]) for a in batch]
    sizes += [str(prod(extents[a] for a in group)) for group in (rows, columns)]
    base = value.atom if code == value.code else code
    return f"{base}.reshape({', '.join(sizes)})"


def slices(subscripts: tuple[object, ...]) -> str:
    """`0` for the part [0, h, d, c]: what NumPy needs to pick it."""
    codes = [":" if isinstance(s, Index) else str(s) for s in subscripts]
    while codes and codes[-1] == ":":
        codes.pop()
    return ", ".join(codes)
