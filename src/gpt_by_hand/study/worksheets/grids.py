"""Elements of tensors as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import Access, Index, Layout, Tensor
from gpt_by_hand.notation.instance import Place
from gpt_by_hand.study.exercises.numbers import shown
from gpt_by_hand.study.meaning import WORDS
from gpt_by_hand.study.tables import Names, has_layout
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.study.worksheets.page import Cell, Grid

LARGEST_TABLE = 10  # rows: a table in which something is looked up is shown whole up to this size


def grids(
    trace: Trace, tensor: Tensor, axes: Sequence[Sequence[int]], cell: Callable[[Access], Cell]
) -> Iterator[Grid]:
    """Tables of the elements whose positions along each axis are given; the last two axes with a choice run."""
    running = [n for n, positions in enumerate(axes) if len(positions) > 1][-2:]
    for where in product(*([0] if n in running else positions for n, positions in enumerate(axes))):
        here = [axes[n] if n in running else [at] for n, at in enumerate(where)]
        subscripts = tuple(tensor.indices[n] if n in running else at for n, at in enumerate(where))
        labels = [tuple(label(trace, tensor, subscripts, n, at) for at in axes[n]) for n in running]
        rows, columns = ((), *labels) if len(labels) == 1 else labels or ((), ())
        cells = [cell(Access(tensor, place)) for place in product(*here)]
        width = len(columns) or 1
        lines = tuple(tuple(cells[start : start + width]) for start in range(0, len(cells), width))
        yield Grid(tensor, subscripts, rows, columns, lines)


def label(trace: Trace, tensor: Tensor, subscripts: Sequence[Index | int], axis: int, position: int) -> str:
    """The name of a position along an axis: `3 see` where it is a word's."""
    of_all = None if trace.sequences > 1 else 0
    row = next((at for i, at in zip(tensor.indices, subscripts, strict=True) if i.axis == SEQUENCE), of_all)
    words = words_of(trace, row) if isinstance(row, int) else []
    if has_layout(tensor.indices[axis], Layout.WORDS) and not words:  # no sequence, or several with their own words
        return str(position)
    return Names(words, trace.tokenizer.label).label(tensor.indices[axis])(position)


def words_of(trace: Trace, row: int) -> list[str]:
    """The words of a sequence; none where the trace has no sequences."""
    return [] if trace.tokens is None else [trace.tokenizer.label(int(token)) for token in trace.tokens[row]]


def number(trace: Trace, element: Access, value: float) -> str:
    """The number as sheets show it; of a token, its word as well."""
    if element.tensor.concept in WORDS:
        return f"{int(value)} {trace.tokenizer.label(int(value))}"
    return shown(value)


def box_of(places: Iterable[Place]) -> list[list[int]]:
    """The positions along each axis at which there are elements."""
    return [sorted(set(positions)) for positions in zip(*places, strict=True)]
