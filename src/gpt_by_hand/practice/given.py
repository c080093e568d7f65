"""What an exercise shows: its operands as small tables with words, and the named numbers of its formulas.

There may be less room than for all rows: `near` says how many of the rows beside those needed are shown. With 0 of
them nothing is shown but what is needed, in as few tables as can be, and single numbers by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import TypeAlias

from gpt_by_hand.language import Written, decimal
from gpt_by_hand.layout.document import Kind, Line, Number, Reference, Row, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.layout.tables import axes_apart
from gpt_by_hand.model.axes import POSITION, SEQUENCE, WORD
from gpt_by_hand.notation import Access, Constant, Index, Tensor
from gpt_by_hand.notation.instance import Position, place_of
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.question import Question
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.meaning import WORDS

# How many numbers fit into all tables, and into one. If there are more, the rows beside those needed are left out.
ROOM, ROOM_FOR_ONE = 64, 32
FEW = 2  # numbers that need no table where there is little room
MISSING, GAP = "?", "  "
Given: TypeAlias = tuple[Access, Table]  # a piece of a tensor, with letters for the axes that run, and its table


@dataclass(frozen=True)
class _Piece:
    """Elements of a tensor that make one table: the axes that run down and across, and where along them they are."""

    tensor: Tensor
    places: tuple[Position, ...]
    running: tuple[int, ...] = ()

    @property
    def subscripts(self) -> tuple[Index | int, ...]:
        """Letters for the axes that run, and the positions along the others."""
        return tuple(i if n in self.running else self.places[0][n] for n, i in enumerate(self.tensor.indices))

    @property
    def size(self) -> int:
        """How many numbers there are in the whole table."""
        return prod(self.tensor.shape[axis] for axis in self.running)

    def along(self, axis: int) -> list[int]:
        """The positions along an axis."""
        return sorted({place[axis] for place in self.places})


def numbers(question: Question) -> dict[str, Number]:
    """The single numbers that are given, by name: sizes and settings in the formulas, scalars, and the known result."""
    named = [c for line in question.lines for c in line.expression.find(Constant) if c.name]
    found = {constant.name: _number(constant.value) for constant in named}
    for access in question.operands:
        if not access.subscripts or access == question.result:
            found[address.of(access.tensor.name, access.subscripts)] = _number(question.value(access))
    return {name: value for name, value in found.items() if name != question.address}


def tables(question: Question, near: int | None = None) -> list[Given]:
    """The operands, tensor by tensor; with the rows around them (None: with all of them) where there is room."""
    if question.result.tensor.kind == "integer":
        return [_text(question), _vocabulary(question)]
    pieces = [piece for piece in _pieces(question, near) if piece.running]
    sizes = [piece.size for piece in pieces]
    room = [sum(sizes) <= ROOM and size <= ROOM_FOR_ONE for size in sizes]
    return [_table(question, piece, near if there else 0) for piece, there in zip(pieces, room, strict=True)]


def singles(question: Question, near: int | None) -> dict[str, Number]:
    """The operands that are no part of a table, where there is little room; with a word, if there is one."""
    alone = [piece for piece in _pieces(question, near) if not piece.running]
    elements = [Access(piece.tensor, place) for piece in alone for place in piece.places]
    return {
        address.of(element.tensor.name, element.subscripts): _with_word(question, element)
        for element in elements
        if element != question.missing
    }


def _number(value: float) -> Number:
    return Number(value, shown(value))


def _pieces(question: Question, near: int | None) -> list[_Piece]:
    """The tables; where there is not room for all rows, what would be a single row shows only what is needed."""
    found = []
    for whole in _needed(question):
        apart = _apart(whole)
        close = near == 0 or (near is not None and len(apart[0].running) == 1)
        found += _close(whole) if close else apart
    return found


def _needed(question: Question) -> list[_Piece]:
    """Where the operands are, tensor by tensor, and the one that is missing; but not single numbers."""
    found: dict[Tensor, list[Position]] = {}
    for access in (*question.operands, *([question.missing] if question.missing else [])):
        if access.subscripts and access != question.result:
            found.setdefault(access.tensor, []).append(place_of(access))
    return [_Piece(tensor, tuple(places)) for tensor, places in found.items()]


def _apart(whole: _Piece) -> list[_Piece]:
    """A table for each sequence and each head."""
    apart = axes_apart(whole.tensor.indices)
    running = tuple(axis for axis in range(len(whole.tensor.indices)) if axis not in apart)[-2:]
    found: dict[Position, list[Position]] = {}
    for place in whole.places:
        found.setdefault(tuple(at for axis, at in enumerate(place) if axis not in running), []).append(place)
    return [_Piece(whole.tensor, tuple(some), running) for some in found.values()]


def _close(whole: _Piece) -> list[_Piece]:
    """As few tables as can be: one where the elements are all of a row, or of rows and columns; none for just a few."""
    if len(whole.places) <= FEW:
        return [whole]
    several = tuple(axis for axis in range(len(whole.tensor.indices)) if len(whole.along(axis)) > 1)
    full = prod(len(whole.along(axis)) for axis in several) == len(whole.places)
    pieces = [replace(whole, running=several)] if full and len(several) <= 2 else _apart(whole)
    return [replace(piece, running=tuple(a for a in piece.running if len(piece.along(a)) > 1)) for piece in pieces]


def _table(question: Question, piece: _Piece, near: int | None) -> Given:
    """The table of a piece, with so many rows beside those needed (None: with all), and then with all columns."""
    tensor, running, where = piece.tensor, piece.running, piece.subscripts
    shown_at = [piece.along(axis) if near == 0 else list(range(tensor.shape[axis])) for axis in running]
    if near and len(running) == 2:
        needed = piece.along(running[0])
        shown_at[0] = [at for at in shown_at[0] if min(abs(at - there) for there in needed) <= near]

    def called(axis: int, at: int) -> str:
        return question.trace.words.label(tensor, where, axis, at).strip()

    def cell(at: Position) -> Number | str:
        moved = dict(zip(running, at, strict=True))
        element = Access(tensor, tuple(moved.get(axis, here) for axis, here in enumerate(piece.places[0])))
        return MISSING if element == question.missing else _number(question.value(element))

    labels = [[called(axis, at) for at in positions] for axis, positions in zip(running, shown_at, strict=True)]
    fixed = [(axis, at) for axis, at in enumerate(where) if isinstance(at, int)]
    others = ", ".join(f"{tensor.indices[n].name}={at if near != 0 else called(n, at)}" for n, at in fixed)
    title = question.trace.describe(tensor.name)["title"]
    return _given(Access(tensor, where), others, title, labels, [*map(cell, product(*shown_at))])


def _given(piece: Access, fixed: str, title: str, labels: list[list[str]], cells: Sequence[Number | str]) -> Given:
    """The cells beside their labels; above them the name, where that is, and what it is."""
    name = f"{piece.tensor.name}[{', '.join(at.name for at in piece.subscripts if isinstance(at, Index))}]"
    behind = (f"{GAP}{part}" if part else "" for part in (fixed, title))
    return piece, labelled("known", labels, [(cell,) for cell in cells], (Reference(name), *behind))


def labelled(
    kind: Kind, labels: Sequence[Sequence[str]], cells: Sequence[Line], caption: Line, corner: str = "", widest: int = 0
) -> Table:
    """The cells row by row: below and beside the labels of columns, and of rows; there may be just columns, or none.

    A table with more than the `widest` number of columns is in pieces, each below the other with a head of its own.
    """
    downwards, across = [("",), ("",), *labels][-2:]
    pieces = -(-len(across) // (widest or len(across)))
    width = -(-len(across) // pieces)
    rows: list[Row] = []
    for start in range(0, pieces * width, width):
        rows.append(Row(tuple(map(_line, (corner, *across[start : start + width]))), "head"))
        for n, name in enumerate(downwards):
            line = cells[n * len(across) : (n + 1) * len(across)]
            rows.append(Row((_line(name), *line[start : start + width])))
    return Table(kind, rows[0].cells, tuple(rows[1:]), caption)


def _line(text: str) -> Line:
    return (text,) if text else ()


def _with_word(question: Question, element: Access) -> Number:
    """The element's value; with the word that it is of, or that it stands for."""
    value, trace, word = question.value(element), question.trace, ""
    at = {index.axis: p for index, p in zip(element.tensor.indices, place_of(element), strict=True)}
    if element.tensor.concept in WORDS:
        word = trace.tokenizer.label(int(value))
    elif {SEQUENCE, POSITION} <= at.keys():
        word = trace.words.of(at[SEQUENCE])[at[POSITION]]
    return Number(value, Written(decimal(shown(value)) + (f" ({word})" if word else "")))


def _text(question: Question) -> Given:
    """The words of the sequence; for the words that come next, the one behind it too."""
    row, label = question.place[0], question.trace.tokenizer.label
    tokens, targets = (question.trace.about(concept)[row] for concept in WORDS)
    words = [label(int(token)) for token in (*tokens, targets[-1])]
    indices = question.result.tensor.indices
    text = Access(Tensor("text", indices), (row, indices[1]))
    return _given(text, f"{indices[0].name}={row}", said("ask.text"), [[*map(str, range(len(words)))]], words)


def _vocabulary(question: Question) -> Given:
    """Each word's number."""
    tokenizer, tensors = question.trace.tokenizer, question.trace.program.tensors.values()
    word = next(index for tensor in tensors for index in tensor.indices if index.axis == WORD)
    numbers = range(tokenizer.vocab_size)
    piece = Access(Tensor("vocabulary", (word,)), (word,))
    return _given(piece, "", said("ask.vocabulary"), [[*map(str, numbers)]], [*map(tokenizer.label, numbers)])
