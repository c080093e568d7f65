"""What stands on a sheet, read from it alone: its numbers by their places, its answers, and what the key accepts.

Shares no code with what makes the sheets: numbers are read from the texts, and rounded by the rules below.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gpt_by_hand import Trace, trace_iteration
from gpt_by_hand.layout.document import (
    Blank,
    Display,
    Formula,
    Heading,
    Item,
    Number,
    Paragraph,
    Reference,
    Row,
    Table,
    Working,
)
from gpt_by_hand.layout.document import Line as Parts
from gpt_by_hand.notation import Access, Assignment, Constant, Expression, Index, Tensor
from gpt_by_hand.practice.booklet.making import Order, make
from gpt_by_hand.practice.booklet.page import Copy, Page
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import TOPICS

Numbers = dict[tuple[str, tuple[int, ...]], float]
UNMASKED = ".unmasked"
NUMBER = r"-?(?:inf|[\d.]+(?:e-?\d+)?)"
source = lru_cache(maxsize=None)(Source)  # the same iterations for each topic: most of the time goes there


def unit(number: float) -> float:
    """One in the last of four decimals, or of three significant digits where those are more."""
    if number == 0 or not math.isfinite(number):
        return 1e-4
    return 10.0 ** -max(4, 2 - math.floor(math.log10(abs(number))))


def rounded(number: float) -> float:
    """The number as somebody writes it down."""
    return round(number, -round(math.log10(unit(number)))) if math.isfinite(number) else number


def is_rounded(text: str, number: float) -> bool:
    """Is the text how the number is to be shown: all its digits if they are few, else four decimals or three digits?"""
    said = float(text)
    if not math.isfinite(number) or not math.isfinite(said):
        return said == number
    if said == 0 and abs(number) < 1e-7:
        return True  # what float32 has left of 0
    if abs(said - number) > unit(number) / 2 + 1e-6 * abs(number):
        return False
    digits = text.lstrip("-").partition("e")[0]
    full = len(digits.replace(".", "").lstrip("0")) >= 3 and len(text.partition(".")[2]) >= 4
    return full or abs(said - number) <= 1e-6 * abs(number) or 0 < abs(number) < 1e-4


@dataclass(frozen=True)
class Cell:
    """A number as it is written, a box to fill in (without text), or the question that asks for the number."""

    text: str
    question: int

    @staticmethod
    def of(line: Parts) -> Cell:
        """What stands in the cell of a table."""
        (part,) = line
        assert isinstance(part, (Number, Blank))
        return Cell(plain(part.text), 0) if isinstance(part, Number) else Cell("", part.question)


@dataclass(frozen=True)
class Grid:
    """A table of a tensor's elements: `subscripts` are fixed, or run along its rows and columns."""

    tensor: Tensor
    subscripts: tuple[Any, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]

    @staticmethod
    def of(table: Table) -> Grid:
        """The table, its pieces beside each other again."""
        (formula,) = table.caption
        assert isinstance(formula, Formula)
        assert isinstance(formula.node, Access)
        heads: list[str] = []
        body: dict[str, list[Cell]] = {}
        for row in (Row(table.head, "head"), *table.rows):
            first, *others = row.cells
            if row.kind == "head":
                assert len(others) <= 10, "too wide for the paper"
                heads += map(label, others)
            else:
                body.setdefault(label(first), []).extend(map(Cell.of, others))
        rows, columns = (tuple(filter(None, names)) for names in (body, heads))
        return Grid(formula.node.tensor, formula.node.subscripts, rows, columns, tuple(map(tuple, body.values())))

    @property
    def running(self) -> list[Index]:
        """The indices that run."""
        return [at for at in self.subscripts if isinstance(at, Index)]


@dataclass(frozen=True)
class Line:
    """An answer of the key: its working, and what is said about it."""

    element: Access
    stages: tuple[Expression, ...]
    note: str


@dataclass(frozen=True)
class Question:
    """A question and its answers, read from a sheet and from the key."""

    asked: Item
    answered: Item

    @property
    def number(self) -> int:
        """Its number on the sheet."""
        return self.asked.number

    @property
    def words(self) -> str:
        """The question in words."""
        (words,) = self.asked.line
        assert isinstance(words, str)
        return words

    @property
    def formula(self) -> Assignment | None:
        """What is looked up in the vocabulary has none."""
        return next((block.formula for block in self.asked.blocks if isinstance(block, Display)), None)

    @property
    def from_above(self) -> list[tuple[str, int]]:
        """The tensors of which there are numbers on the sheet already, each with the question that says so."""
        about = [part for block in self.asked.blocks if isinstance(block, Paragraph) for part in block.line]
        pairs = ((formula, re.match(r" \((\d+)\)", str(behind))) for formula, behind in pairwise(about))
        return [
            (formula.node.tensor.name, int(where[1]))
            for formula, where in pairs
            if where and isinstance(formula, Formula) and isinstance(formula.node, Access)
        ]

    @property
    def tables(self) -> list[Table]:
        """All its tables."""
        return [block for block in self.asked.blocks if isinstance(block, Table)]

    @property
    def given(self) -> list[Grid]:
        """What is given."""
        return [Grid.of(table) for table in self.tables if table.kind == "given"]

    @property
    def boxes(self) -> list[Grid]:
        """What is to fill in."""
        return [Grid.of(table) for table in self.tables if table.kind == "boxes"]

    @property
    def key(self) -> list[Line]:
        """Its answers."""
        return [
            Line(one.element, one.stages, plain("".join(map(str, one.note))))
            for one in self.answered.blocks
            if isinstance(one, Working)
        ]


@dataclass(frozen=True)
class Sheet:
    """A page with its questions and, from the key, their answers."""

    page: Page
    answers: tuple[Item, ...]

    @property
    def title(self) -> str:
        """What it is about."""
        return self.page.title

    @property
    def about(self) -> str:
        """What it starts from."""
        return self.page.about

    @property
    def questions(self) -> list[Question]:
        """All questions."""
        items = [block for block in self.page.blocks if isinstance(block, Item)]
        return [Question(asked, answered) for asked, answered in zip(items, self.answers, strict=True)]

    @property
    def trace(self) -> str:
        """The command that shows the same numbers, if there is one."""
        commands = [part.address for line in self.page.foot for part in line if isinstance(part, Reference)]
        return next((command for command in commands if command.split()[1] == "trace"), "")


def sheets_of(copy: Copy) -> list[Sheet]:
    """The sheets of a copy with their answers, which stand under their titles in the key."""
    answers: list[list[Item]] = []
    for block in copy.key.blocks:
        if isinstance(block, Heading):
            assert block.line == (copy.sheets[len(answers)].title,)
            answers.append([])
        else:
            assert isinstance(block, Item)
            answers[-1].append(block)
    return [Sheet(page, tuple(items)) for page, items in zip(copy.sheets, answers, strict=True)]


def label(line: Parts) -> str:
    """The name of a row or of a column, if it has one."""
    return "".join(map(str, line))


def plain(text: str) -> str:
    """Numbers as Python reads them."""
    return text.replace("−", "-").replace("∞", "inf")


@dataclass(frozen=True)
class Accepted:
    """What the key takes for right."""

    answer: float
    low: float
    high: float
    given: float | None = None
    """What the sheet's own numbers give, where it says so."""

    def takes(self, result: float) -> bool:
        """Is the result right once it is written with as many digits as the answer?"""
        if not math.isfinite(self.answer):
            return result == self.answer
        slack = unit(self.answer) / 2 + 1e-9
        return self.low - slack <= result <= self.high + slack


def accepted(line: Line) -> Accepted:
    """The answer, and the note behind it."""
    last = line.stages[-1]
    assert isinstance(last, Constant)
    answer = float(last.value)
    gives = rf"the sheet's rounded numbers give (?P<given>{NUMBER})"
    note = rf"({gives})?(; )?(accept (?P<low>{NUMBER}) to (?P<high>{NUMBER}))?"
    found = re.fullmatch(note, line.note)
    assert found, line.note
    given, low, high = (found[name] and float(found[name]) for name in ("given", "low", "high"))
    return Accepted(answer, answer if low is None else low, answer if high is None else high, given)


def cells(grid: Grid) -> Iterator[tuple[tuple[str, tuple[int, ...]], Cell]]:
    """Each cell by the element that its labels say it is of."""
    running = [at for at, subscript in enumerate(grid.subscripts) if isinstance(subscript, Index)]
    labels = [names for names in (grid.rows, grid.columns) if names]
    assert len(labels) == len(running)
    ways = [[int(label.split(" ")[0]) for label in names] for names in labels]
    flat = [cell for row in grid.cells for cell in row]
    for where, cell in zip(product(*ways), flat, strict=True):
        place = [at if isinstance(at, int) else -1 for at in grid.subscripts]
        for axis, position in zip(running, where, strict=True):
            place[axis] = position
        yield (grid.tensor.name, tuple(place)), cell


def read(text: str) -> float:
    """The number of a cell; of a token, the number before its word."""
    return float(text.split(" ", maxsplit=1)[0])


def key_of(access: Access) -> tuple[str, tuple[int, ...]]:
    """The tensor's name and the place of an element."""
    place = tuple(at for at in access.subscripts if isinstance(at, int))
    assert len(place) == len(access.subscripts)
    return access.tensor.name, place


@dataclass
class Desk:
    """A person with a sheet: the numbers that have been read so far, and own answers."""

    numbers: Numbers = field(default_factory=dict)
    asked: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)

    def reads(self, question: Question) -> None:
        """Takes in the tables of a question; a cell that points to a question stands for an answer to it."""
        for grid in question.given:
            for key, cell in cells(grid):
                if cell.question:
                    assert self.asked[key] == cell.question < question.number
                else:
                    assert key not in self.asked, f"{key} was asked for, and is given away"
                    assert self.numbers.setdefault(key, read(cell.text)) == read(cell.text)
        for above, where in question.from_above:
            assert where < question.number
            assert any(name == above for name, _ in self.numbers), above

    def answers(self, question: Question, key: tuple[str, tuple[int, ...]], result: float) -> None:
        """Writes down an answer."""
        assert key not in self.numbers, f"{key} is asked for, and has been given"
        self.numbers[key], self.asked[key] = result, question.number


@cache
def iteration(command: str) -> Trace:
    """The trace that a command on a sheet shows, made by the package's own front door."""
    program, what, *options = shlex.split(command)
    assert (program, what) == ("gpt-by-hand", "trace")
    given = {name.removeprefix("--"): value for name, value in zip(options[::2], options[1::2], strict=True)}
    preset, precision = given.pop("preset"), given.pop("precision")
    assert precision in ("float64", "float32")
    settings: dict[str, Any] = {name: float(v) if set(v) & set(".e") else int(v) for name, v in given.items()}
    with TemporaryDirectory() as folder:
        at = settings.pop("iteration", 0)
        return trace_iteration(at, preset, precision=precision, data_dir=str(Path(folder)), **settings)


def words(sheet: Sheet) -> Iterator[tuple[tuple[str, tuple[int, ...]], float]]:
    """The tokens of the words at the top of the sheet."""
    tokenizer = iteration(sheet.trace).tokenizer
    numbers = {tokenizer.label(n): n for n in range(len(tokenizer))}
    for b, row in enumerate(sheet.about.partition("The words: ")[2].split("; ")):
        for t, word in enumerate(re.findall(r"' '|\S+", row)):
            yield ("tokens", (b, t)), numbers[word]


def arrays(sheet: Sheet) -> Mapping[str, Any]:
    """All numbers of the sheet's iteration, and the scores before the mask."""
    trace = iteration(sheet.trace)
    found = {name: np.asarray(trace[name]) for name in trace}
    for name in [name for name in found if re.fullmatch(r"h\.\d+\.attn\.scores", name)]:
        q, k = (found[name.replace("scores", part)].astype(float) for part in "qk")
        found[name + UNMASKED] = np.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(q.shape[-1])
    return found


@cache
def sheets(preset: str, seed: int) -> dict[str, Sheet]:
    """A sheet for each topic, by its key."""
    found = sheets_of(make(Order(TOPICS, preset, seed, answers=True)).copies[0])
    return {topic.key: sheet for topic, sheet in zip(TOPICS, found, strict=True)}
