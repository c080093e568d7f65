"""Help with functions that few calculators have: the formula that uses one, worked out for round numbers."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from gpt_by_hand.engines import reference
from gpt_by_hand.layout.document import Formula, Number, Row, Table
from gpt_by_hand.layout.sentences import line
from gpt_by_hand.notation import Access, Assignment, Call, Constant, Expression
from gpt_by_hand.notation.algebra import replaced
from gpt_by_hand.practice.booklet.desk import Desk
from gpt_by_hand.practice.booklet.words import minus
from gpt_by_hand.practice.numbers import DECIMALS

RARE = {"erf"}
STEP = 10  # columns: tenths
LARGEST = 3  # the whole numbers go from -3 to 3


def help_with(desk: Desk, formula: Assignment, own: Expression) -> Table | None:
    """A table for a formula with a rare function and a single operand; none for other formulas."""
    operands = set(own.find(Access))
    if not any(call.function in RARE for call in own.find(Call)) or len(operands) != 1:
        return None
    (operand,) = operands
    read = next(access for access in formula.reads() if access.tensor == operand.tensor)
    head = ((), *((f".{n}",) for n in range(STEP)))
    return Table("help", head, tuple(_rows(own, operand)), line("sheet.help", operand=Formula(read)))


def _rows(own: Expression, operand: Access) -> Iterator[Row]:
    """A row for each whole number and a column for each tenth; below zero, they go on to the left of it."""
    for sign, wholes in (("-", range(LARGEST, -1, -1)), ("", range(LARGEST + 1))):
        for whole in wholes:
            tenths = [(whole + n / STEP) * (-1 if sign else 1) for n in range(STEP)]
            values = [worked_out(own, operand, x) for x in tenths]
            yield Row(((minus(f"{sign}{whole}"),), *((Number(value, f"{value:.{DECIMALS}f}"),) for value in values)))


def worked_out(own: Expression, operand: Access, at: float) -> float:
    """The formula's value where its operand has another one."""
    return float(reference.value(replaced(own, operand, Constant(at)), {}, {}))


def from_table(own: Expression, operand: Access, at: float) -> float:
    """What somebody reads off the table: the last column and row beyond it, and parts in between."""
    most = LARGEST + (STEP - 1) / STEP
    at = min(max(at, -most), most)
    below = min(floor(at * STEP), round(most * STEP) - 1) / STEP
    low, high = (round(worked_out(own, operand, x), DECIMALS) for x in (below, below + 1 / STEP))
    return low + (high - low) * (at - below) * STEP
