"""Elements of tensors as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from gpt_by_hand.notation import Access, Tensor
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.practice.booklet.page import Cell, Grid
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.trace.meaning import WORDS
from gpt_by_hand.trace.trace import Trace

LARGEST_TABLE = 10  # rows: a table in which something is looked up is shown whole up to this size


def grids(
    trace: Trace, tensor: Tensor, axes: Sequence[Sequence[int]], cell: Callable[[Access], Cell]
) -> Iterator[Grid]:
    """Tables of the elements whose positions along each axis are given; the last two axes with a choice run."""
    running = [n for n, positions in enumerate(axes) if len(positions) > 1][-2:]
    for where in product(*([0] if n in running else positions for n, positions in enumerate(axes))):
        here = [axes[n] if n in running else [at] for n, at in enumerate(where)]
        subscripts = tuple(tensor.indices[n] if n in running else at for n, at in enumerate(where))
        labels = [tuple(trace.words.label(tensor, subscripts, n, at) for at in axes[n]) for n in running]
        rows, columns = ((), *labels) if len(labels) == 1 else labels or ((), ())
        cells = [cell(Access(tensor, place)) for place in product(*here)]
        width = len(columns) or 1
        lines = tuple(tuple(cells[start : start + width]) for start in range(0, len(cells), width))
        yield Grid(tensor, subscripts, rows, columns, lines)


def number(trace: Trace, element: Access, value: float) -> str:
    """The number as sheets show it; of a token, its word as well."""
    if element.tensor.concept in WORDS:
        return f"{int(value)} {trace.tokenizer.label(int(value))}"
    return shown(value)


def box_of(places: Iterable[Position]) -> list[list[int]]:
    """The positions along each axis at which there are elements."""
    return [sorted(set(positions)) for positions in zip(*places, strict=True)]
