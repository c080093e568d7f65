"""What a position along an index is called in a table: `3 see` where it is a word's."""

from __future__ import annotations

from collections.abc import Sequence

from gpt_by_hand.layout.tables import Names, has_layout
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import Index, Layout, Tensor
from gpt_by_hand.trace.trace import Trace


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
