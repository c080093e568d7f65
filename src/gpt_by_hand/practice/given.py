"""What an exercise shows: its operands as small tables with words, and the named numbers of its formulas.

There may be less room than for all rows: `near` says how many of the rows beside those needed are shown. With 0 of
them nothing is shown but what is needed, in as few tables as can be, and single numbers by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from gpt_by_hand.layout.tables import Names, axes_apart
from gpt_by_hand.model.axes import POSITION, SEQUENCE, WORD
from gpt_by_hand.notation import Access, Constant, Tensor
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.question import Question
from gpt_by_hand.trace import address
from gpt_by_hand.trace.meaning import WORDS

# How many numbers fit into all tables, and into one. If there are more, the rows beside those needed are left out.
ROOM, ROOM_FOR_ONE = 64, 32
FEW = 2  # numbers that need no table where there is little room
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


@dataclass(frozen=True)
class _Piece:
    """Elements of a tensor that make one table: the axes that run down and across, and where along them they are."""

    tensor: Tensor
    running: tuple[int, ...]
    places: tuple[Position, ...]

    @property
    def fixed(self) -> list[int]:
        """The axes along which there is one position."""
        return [axis for axis in range(len(self.tensor.indices)) if axis not in self.running]

    @property
    def size(self) -> int:
        """How many numbers there are in the whole table."""
        return prod(self.tensor.shape[axis] for axis in self.running)

    def along(self, axis: int) -> list[int]:
        """The positions along an axis."""
        return sorted({place[axis] for place in self.places})


def numbers(question: Question) -> dict[str, str]:
    """The single numbers that are given, by name: sizes and settings in the formulas, scalars, and the known result."""
    found: dict[str, str] = {}
    for line in question.lines:
        found.update((c.name, shown(c.value)) for c in line.expression.find(Constant) if c.name)
    for access in question.operands:
        if not access.subscripts or access == question.result:
            where = address.of(access.tensor.name, _place(access))
            found[where] = shown(question.value(access))
    return {name: value for name, value in found.items() if name != question.address}


def tables(question: Question, near: int | None = None) -> list[Table]:
    """The operands, tensor by tensor; with the rows around them (None: with all of them) where there is room."""
    if question.result.tensor.kind == "integer":
        return [_sentence(question), _vocabulary(question)]
    pieces = [piece for piece in _pieces(question, near) if piece.running]
    sizes = [piece.size for piece in pieces]
    room = [sum(sizes) <= ROOM and size <= ROOM_FOR_ONE for size in sizes]
    return [_table(question, piece, near if there else 0) for piece, there in zip(pieces, room, strict=True)]


def singles(question: Question, near: int | None) -> dict[str, str]:
    """The operands that are no part of a table, where there is little room; with a word, if there is one."""
    alone = [piece for piece in _pieces(question, near) if not piece.running]
    elements = [Access(piece.tensor, place) for piece in alone for place in piece.places]
    return {
        address.of(element.tensor.name, _place(element)): _with_word(question, element)
        for element in elements
        if element != question.missing
    }


def _pieces(question: Question, near: int | None) -> list[_Piece]:
    """The tables; where there is not room for all rows, what would be a single row shows only what is needed."""
    found = []
    for tensor, places in _needed(question).items():
        apart = _apart(tensor, places)
        close = near == 0 or (near is not None and len(apart[0].running) == 1)
        found += _close(tensor, places) if close else apart
    return found


def _needed(question: Question) -> dict[Tensor, list[Position]]:
    """Where the operands are, tensor by tensor, and the one that is missing; but not single numbers."""
    found: dict[Tensor, list[Position]] = {}
    if question.result.tensor.kind == "integer":
        return found
    for access in (*question.operands, *([question.missing] if question.missing else [])):
        if access.subscripts and access != question.result:
            found.setdefault(access.tensor, []).append(_place(access))
    return found


def _place(access: Access) -> Position:
    return tuple(s for s in access.subscripts if isinstance(s, int))


def _apart(tensor: Tensor, places: list[Position]) -> list[_Piece]:
    """A table for each sequence and each head."""
    apart = axes_apart(tensor.indices)
    running = [axis for axis in range(len(tensor.indices)) if axis not in apart][-2:]
    found: dict[Position, list[Position]] = {}
    for place in places:
        found.setdefault(tuple(at for axis, at in enumerate(place) if axis not in running), []).append(place)
    return [_Piece(tensor, tuple(running), tuple(some)) for some in found.values()]


def _close(tensor: Tensor, places: list[Position]) -> list[_Piece]:
    """As few tables as can be: one where the elements are all of a row, or of rows and columns; none for just a few."""
    if len(places) <= FEW:
        return [_Piece(tensor, (), tuple(places))]
    several = tuple(axis for axis, positions in enumerate(zip(*places, strict=True)) if len(set(positions)) > 1)
    together = _Piece(tensor, several, tuple(places))
    whole = prod(len(together.along(axis)) for axis in several) == len(places)
    pieces = [together] if whole and len(several) <= 2 else _apart(tensor, places)
    return [replace(piece, running=tuple(a for a in piece.running if len(piece.along(a)) > 1)) for piece in pieces]


def _table(question: Question, piece: _Piece, near: int | None) -> Table:
    """The table of a piece, with so many rows beside those needed (None: with all), and then with all columns."""
    tensor, running = piece.tensor, piece.running
    shown_at = [piece.along(axis) if near == 0 else list(range(tensor.shape[axis])) for axis in running]
    if near and len(running) == 2:
        needed = piece.along(running[0])
        shown_at[0] = [at for at in shown_at[0] if min(abs(at - there) for there in needed) <= near]
    names = _names(question, piece)
    labels = [_labels(names, tensor, axis, at) for axis, at in zip(running, shown_at, strict=True)]
    rows, columns = [[-1], *shown_at][-2:]
    cells = tuple(tuple(_cell(question, piece, (row, column)) for column in columns) for row in rows)
    fixed = [(tensor.indices[axis].name, _labels(names, tensor, axis, piece.along(axis))[0]) for axis in piece.fixed]
    called = ", ".join(f"{index}={label if near == 0 else label.split()[0]}" for index, label in fixed)
    indices = tuple(tensor.indices[axis].name for axis in running)
    title = question.trace.describe(tensor.name)["title"]
    return Table(tensor.name, title, called, indices, labels[0] if len(running) == 2 else ("",), labels[-1], cells)


def _labels(names: Names, tensor: Tensor, axis: int, positions: Sequence[int]) -> tuple[str, ...]:
    label = names.label(tensor.indices[axis])
    return tuple(label(at).strip() for at in positions)


def _cell(question: Question, piece: _Piece, at: tuple[int, int]) -> str:
    place = list(piece.places[0])
    for axis, position in zip(piece.running, at[-len(piece.running) :], strict=True):
        place[axis] = position
    element = Access(piece.tensor, tuple(place))
    return MISSING if element == question.missing else shown(question.value(element))


def _with_word(question: Question, element: Access) -> str:
    """The element's value; with the word that it is of, or that it stands for."""
    value = question.value(element)
    at = {i.axis: p for i, p in zip(element.tensor.indices, _place(element), strict=True)}
    label = question.trace.tokenizer.label
    if element.tensor.concept in WORDS:
        return f"{shown(value)} ({label(int(value))})"
    if {SEQUENCE, POSITION} <= at.keys():
        return f"{shown(value)} ({label(int(question.trace.tokens[at[SEQUENCE]][at[POSITION]]))})"
    return shown(value)


def _names(question: Question, piece: _Piece) -> Names:
    """The words along the positions: those of the sequence that the piece is of."""
    label, tokens = question.trace.tokenizer.label, question.trace.tokens
    rows = [at[0] for axis in piece.fixed if piece.tensor.indices[axis].axis == SEQUENCE and (at := piece.along(axis))]
    words = [label(int(token)) for token in tokens[rows[0]]] if tokens is not None and rows else []
    return Names(words or [""] * max(piece.tensor.shape, default=0), label)


def _sentence(question: Question) -> Table:
    """The words of the sequence; for the words that come next, the one behind it too."""
    row, label = question.place[0], question.trace.tokenizer.label
    tokens, targets = (question.trace.about(concept)[row] for concept in WORDS)
    words = tuple(label(int(token)) for token in (*tokens, targets[-1]))
    sequence, position = (index.name for index in question.result.tensor.indices)
    numbers = tuple(map(str, range(len(words))))
    return Table("text", "the words", f"{sequence}={row}", (position,), ("",), numbers, (words,))


def _vocabulary(question: Question) -> Table:
    """Each word's number."""
    count = question.trace.tokenizer.vocab_size
    words = tuple(question.trace.tokenizer.label(token) for token in range(count))
    index = next(i.name for t in question.trace.program.tensors.values() for i in t.indices if i.axis == WORD)
    return Table("vocabulary", "the number of each word", "", (index,), ("",), tuple(map(str, range(count))), (words,))
