"""What an exercise shows: its operands as small tables with words, and the named numbers of its formulas."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from gpt_by_hand.notation import Access, Constant, Tensor
from gpt_by_hand.notation.instance import Place
from gpt_by_hand.study import address
from gpt_by_hand.study.exercises.numbers import shown
from gpt_by_hand.study.exercises.question import Question
from gpt_by_hand.study.tables import APART, Names

# How many numbers fit into all tables, and into one. If there are more, the rows beside those needed are left out.
ROOM, ROOM_FOR_ONE = 64, 32
MISSING = "?"


@dataclass(frozen=True)
class Table:
    """A two-dimensional piece of a tensor: `fixed` says which piece, `rows` and `columns` are labels."""

    name: str
    title: str
    fixed: str
    indices: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def numbers(question: Question) -> dict[str, str]:
    """The single numbers that are given, by name: sizes and settings in the formulas, scalars, and the known result."""
    found: dict[str, str] = {}
    for line in question.lines:
        for node in line.expression.walk():
            if isinstance(node, Constant) and node.name:
                found[node.name] = shown(node.value)
    for access in question.operands:
        if not access.subscripts or access == question.result:
            where = address.of(access.tensor.name, _place(access))
            found[where] = shown(question.value(access))
    return {name: value for name, value in found.items() if name != question.address}


def tables(question: Question) -> list[Table]:
    """The operands, tensor by tensor; with the rows around them where there is room."""
    if question.result.tensor.kind == "integer":
        return [_sentence(question), _vocabulary(question)]
    needed: dict[Tensor, list[Place]] = {}
    for access in (*question.operands, *([question.missing] if question.missing else [])):
        if access.subscripts and access != question.result:
            needed.setdefault(access.tensor, []).append(_place(access))
    pieces = [(tensor, *piece) for tensor, places in needed.items() for piece in _pieces(tensor, places)]
    sizes = [_size(tensor) for tensor, *_ in pieces]
    around = [sum(sizes) <= ROOM and size <= ROOM_FOR_ONE for size in sizes]
    return [_table(question, *piece, whole) for piece, whole in zip(pieces, around, strict=True)]


def _place(access: Access) -> Place:
    return tuple(s for s in access.subscripts if isinstance(s, int))


def _axes(tensor: Tensor) -> tuple[list[int], list[int]]:
    """The axes that are taken apart, and the one or two that make rows and columns."""
    axes = list(range(len(tensor.indices)))
    apart = [axis for axis in axes[:-1] if tensor.indices[axis].name in APART]
    rest = [axis for axis in axes if axis not in apart]
    return [*apart, *rest[:-2]], rest[-2:]


def _size(tensor: Tensor) -> int:
    return prod(tensor.shape[axis] for axis in _axes(tensor)[1])


def _pieces(tensor: Tensor, places: list[Place]) -> list[tuple[tuple[int, ...], list[Place]]]:
    """The needed elements, grouped by where they are along the axes that are taken apart."""
    outer, _ = _axes(tensor)
    found: dict[tuple[int, ...], list[Place]] = {}
    for place in places:
        found.setdefault(tuple(place[axis] for axis in outer), []).append(place)
    return list(found.items())


def _table(question: Question, tensor: Tensor, fixed: tuple[int, ...], places: list[Place], around: bool) -> Table:
    outer, inner = _axes(tensor)
    shown_at = [range(tensor.shape[axis]) if around else sorted({place[axis] for place in places}) for axis in inner]
    names = _names(question, tensor, outer, fixed)
    labels = []
    for axis, positions in zip(inner, shown_at, strict=True):
        label = names.label(tensor.indices[axis].name)
        labels.append(tuple(label(at).strip() for at in positions))
    cells = []
    for row in shown_at[0] if len(inner) == 2 else [-1]:
        cells.append(
            tuple(_cell(question, tensor, outer, inner, fixed, (row, column)[-len(inner) :]) for column in shown_at[-1])
        )
    called = ", ".join(f"{tensor.indices[axis].name}={at}" for axis, at in zip(outer, fixed, strict=True))
    indices = tuple(tensor.indices[axis].name for axis in inner)
    title = question.trace.describe(tensor.name)["title"]
    rows = labels[0] if len(inner) == 2 else ("",)
    return Table(tensor.name, title, called, indices, rows, labels[-1], tuple(cells))


def _cell(question: Question, tensor: Tensor, outer: list[int], inner: list[int], fixed: Place, at: Place) -> str:
    place = [0] * len(tensor.indices)
    for axis, position in zip((*outer, *inner), (*fixed, *at), strict=True):
        place[axis] = position
    element = Access(tensor, tuple(place))
    return MISSING if element == question.missing else shown(question.value(element))


def _names(question: Question, tensor: Tensor, outer: list[int], fixed: tuple[int, ...]) -> Names:
    """The words along the positions: those of the sequence that the piece is of."""
    label = question.trace.tokenizer.label
    letters = [tensor.indices[axis].name for axis in outer]
    row = fixed[letters.index("b")] if "b" in letters else 0
    tokens = question.trace.arrays.get("tokens")
    words = (
        [label(int(token)) for token in np.asarray(tokens)[row]] if tokens is not None and ("b" in letters) else None
    )
    longest = max(tensor.shape, default=0)
    return Names(words or [""] * longest, label)


def _sentence(question: Question) -> Table:
    """The words of the sequence; for the words that come next, the one behind it too."""
    row, label = question.place[0], question.trace.tokenizer.label
    tokens, targets = (np.asarray(question.trace.arrays[name])[row] for name in ("tokens", "targets"))
    words = tuple(label(int(token)) for token in (*tokens, targets[-1]))
    return Table("text", "the words", f"b={row}", ("t",), ("",), tuple(map(str, range(len(words)))), (words,))


def _vocabulary(question: Question) -> Table:
    """Each word's number."""
    count = question.trace.tokenizer.vocab_size
    words = tuple(question.trace.tokenizer.label(token) for token in range(count))
    return Table("vocabulary", "the number of each word", "", ("v",), ("",), tuple(map(str, range(count))), (words,))
