"""Somebody who does a worksheet with nothing but what is printed on it."""

from __future__ import annotations

from collections.abc import Callable

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Access, Constant, Expression
from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.notation.instance import instance
from gpt_by_hand.study.exercises.formulas import without_masked
from gpt_by_hand.study.exercises.numbers import seen
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.study.worksheets.page import Cell, Grid, Question, Sheet


def places(grid: Grid) -> list[tuple[Access, Cell]]:
    """Each cell with the element that it stands for, as the labels say."""
    found = []
    for down, row in zip(grid.rows or ("",) * len(grid.cells), grid.cells, strict=True):
        for across, cell in zip(grid.columns or ("",), row, strict=True):
            at = {grid.down: down, grid.across: across}
            spot = [s if isinstance(s, int) else int(at[s].split()[0]) for s in grid.subscripts]
            found.append((Access(grid.tensor, tuple(spot)), cell))
    return found


def read(text: str) -> float:
    """A number as it is printed; of a token, which has its word behind it, the number in front."""
    return float(text.split(maxsplit=1)[0])


class Person:
    """Fills in a sheet, one question after the other; `rounding` says what becomes of an intermediate result."""

    def __init__(self, trace: Trace, rounding: Callable[[float], float] = float) -> None:
        self.trace, self.rounding = trace, rounding
        self.knows: dict[Access, float] = {}
        self.answered: dict[Access, int] = {}

    def does(self, sheet: Sheet) -> dict[Access, float]:
        """The answers to all of its questions."""
        answers = {}
        for question in sheet.questions:
            self.reads(question)
            new = {line.element: self.works_out(question, line.element) for line in question.key}
            self.answered |= dict.fromkeys(new, question.number)
            self.knows |= new
            answers |= new
        return answers

    def reads(self, question: Question) -> None:
        for grid in question.given:
            for element, cell in places(grid):
                if cell.question:
                    assert self.answered[element] == cell.question
                else:
                    assert element not in self.answered, "the sheet gives an answer away"
                    self.knows[element] = read(cell.text)

    def works_out(self, question: Question, element: Access) -> float:
        if question.formula is None:  # a word's number, from the vocabulary
            return reference.value(element, {}, self.trace.arrays)
        found = instance(question.formula, element.subscripts, self.value)
        return seen(self.value(without_masked(found.expression)))

    def value(self, node: Expression) -> float:
        """Only what is known counts: an element that is not on the sheet is a KeyError."""
        if isinstance(node, Access):
            words = node.tensor.kind == "integer"  # they are written above the questions
            return reference.value(node, {}, self.trace.arrays) if words else self.knows[node]
        if isinstance(node, Constant):
            return node.value
        inner = rebuild(node, tuple(Constant(float(self.value(child))) for child in node.children()))
        return self.rounding(float(reference.value(inner, {}, {})))
