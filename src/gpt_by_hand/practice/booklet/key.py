"""The key: each answer with its working, and what else is right for somebody who computes with a sheet's numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field

from gpt_by_hand.engines import reference
from gpt_by_hand.explain.steps import each_number, steps, with_numbers
from gpt_by_hand.language import spoken
from gpt_by_hand.layout.document import Formula, Number, Row, Table, Working
from gpt_by_hand.layout.sentences import line, said
from gpt_by_hand.notation import Access, Assignment, Call, Constant, Expression
from gpt_by_hand.notation.algebra import replaced
from gpt_by_hand.practice.numbers import DECIMALS, Range, around, as_read, decimals, is_short, reach, seen, shown
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.trace import Trace

NOTHING = 1e-14
NOISE, NUDGE = 1e-12, 1e-6  # what float64 may add, and what is far above that
BLURRED = 0.1  # of the answer: if rounding may change more than that, it is no question to ask
RARE = {"erf"}  # functions that few calculators have
STEP, LARGEST = 10, 3  # of a table for them: the columns are tenths, the rows whole numbers from -3 to 3


@dataclass
class Desk:
    """What somebody has who fills in a sheet: the numbers that are shown, and own answers, as good as their rounding.

    `shown_in` says in which question each number was shown or asked for; `answers` have what they are, and may be.
    """

    trace: Trace
    shown_in: dict[Access, int] = field(default_factory=dict)
    answers: dict[Access, tuple[float, Range]] = field(default_factory=dict)

    def exact(self, node: Expression) -> float:
        """The number that an expression without indices stands for, from the exact numbers of the trace."""
        value = float(reference.value(node, {}, self.trace.arrays))
        return self._meant(node, value) if isinstance(node, Access) else value

    def _meant(self, element: Access, value: float) -> float:
        """Without what float32 adds to weights: 0.3 is not 0.30000001."""
        return seen(value) if is_short(value) else value

    def by_hand(self, node: Expression) -> float:
        """The same from the numbers on the desk; each answer has been rounded before it was used."""
        if isinstance(node, Access):
            return self.answers[node][0] if node in self.answers else seen(self.exact(node))
        return float(reference.value(node, {}, {}))

    def range(self, element: Access) -> Range:
        """Between which numbers an element is for somebody who has computed with rounded ones."""
        return self.answers[element][1] if element in self.answers else around(self.exact(element))


def minus(text: str) -> str:
    """Numbers with the sign that they have in print: a hyphen is shorter than a minus.

    >>> minus("accept -0.5 to -1e-05"), minus("-inf")
    ('accept −0.5 to −1e−05', '−∞')
    """
    if text in ("inf", "-inf"):
        return text.replace("-", "−").replace("inf", "∞")
    return "".join("−" if c == "-" and text[n + 1 : n + 2].isdigit() else c for n, c in enumerate(text))


def answer(desk: Desk, element: Access, own: Expression, help_: Table | None) -> tuple[Working, bool]:
    """The key to one element, which is on the desk after that; and is it blurred, so that rounding decides what it is?

    It is computed as the sheet's numbers give it; a note says how far off one may be.
    """
    exact = desk.exact(element)
    carried = _computed(own, desk, exact)
    by_hand = seen(carried)
    low, high = _accepted(own, desk, exact, carried, help_)
    desk.answers[element] = by_hand, (low, high)
    blurred = math.isfinite(exact) and not (math.isfinite(low) and high - low <= BLURRED * abs(exact))
    note = minus(_note(exact, by_hand, low, high))
    return Working(element, _stages(own, desk, exact), (note,) if note else (), inline=True), blurred


def _stages(own: Expression, desk: Desk, exact: float) -> tuple[Expression, ...]:
    """The formula with its numbers put in, every intermediate result, and the exact value, all as they are shown."""
    found: list[Expression] = [own] if isinstance(own, Access) else []
    found += [each_number(stage, _shown) for stage in steps(own, desk.exact)][:-1]
    return tuple(dict.fromkeys([*found, Constant(_shown(exact))]))


def _shown(value: float) -> float:
    return as_read(without_noise(value))


def without_noise(value: float) -> float:
    """0.1 + 0.2 - 0.3 is 0, whatever float64 says."""
    return 0.0 if abs(value) < NOTHING else value


def _note(exact: float, by_hand: float, low: float, high: float) -> str:
    """What the sheet's own numbers give, where that looks different, and what to accept, where that is more."""
    if not math.isfinite(exact):
        return ""
    if not (math.isfinite(low) and math.isfinite(high)):
        return said("key.blurred")
    notes = [said("key.gives", number=shown(by_hand))] if by_hand != seen(exact) else []
    ends = [_rounded(end, exact) for end in (low, high)]
    if ends[0] != ends[1]:
        notes.append(said("key.accept", low=ends[0], high=ends[1]))
    return "; ".join(notes)


def _rounded(end: float, exact: float) -> str:
    """One end of a range with as many decimals as the answer has."""
    if abs(exact) < 1e-4 and exact:
        return shown(end)
    text = f"{end + 0.0:.{decimals(exact)}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _computed(own: Expression, desk: Desk, exact: float) -> float:
    """What the numbers on the desk give, with all digits."""
    try:
        return without_noise(float(desk.by_hand(with_numbers(own, desk.by_hand))))
    except (ZeroDivisionError, ValueError, OverflowError):
        return exact


def _moves(own: Expression, desk: Desk) -> bool:
    """Does the result change with the operands that are rounded? Equal ones go together: x - x is 0, however it is."""

    def nudged(element: Expression) -> float:
        value = desk.by_hand(element)
        low, high = desk.range(element) if isinstance(element, Access) else (value, value)
        return value if low == high else value + NUDGE * (1 + value * value)

    try:
        results = [float(desk.by_hand(with_numbers(own, value))) for value in (desk.by_hand, nudged)]
    except (ZeroDivisionError, ValueError, OverflowError):
        return True
    return abs(results[1] - results[0]) > NOISE * max(1, abs(results[0]))


def _accepted(own: Expression, desk: Desk, exact: float, carried: float, help_: Table | None) -> Range:
    """Every result that rounding can explain: operands, intermediate results and the answer as they are shown.

    Only one where rounding has no say; an answer that merely looks short, as one in a hundred does, is as far off as
    any other.
    """
    if not math.isfinite(exact) or (is_short(exact) and seen(carried) == seen(exact) and not _moves(own, desk)):
        return exact, exact
    low, high = reach(own, desk.exact, desk.range)
    if math.isinf(low) or math.isinf(high):
        return low, high
    if help_ is not None:
        (operand,) = set(own.find(Access))
        read = [_from_table(own, operand, end) for end in desk.range(operand)]
        low, high = min(low, *read), max(high, *read)
    ends = [float(_rounded(end, exact)) for end in (low, high)]
    return min(*ends, exact, seen(carried)), max(*ends, exact, seen(carried))


def help_with(formula: Assignment, own: Expression) -> Table | None:
    """A table for a formula with a rare function and a single operand, worked out for round numbers; else none."""
    operands = set(own.find(Access))
    if not any(call.function in RARE for call in own.find(Call)) or len(operands) != 1:
        return None
    (operand,) = operands
    read = next(access for access in formula.reads() if access.tensor == operand.tensor)
    head = ((), *((f"{spoken().point}{n}",) for n in range(STEP)))
    return Table("help", head, tuple(_rows(own, operand)), line("sheet.help", operand=Formula(read)))


def _rows(own: Expression, operand: Access) -> Iterator[Row]:
    """A row for each whole number and a column for each tenth; below zero, they go on to the left of it."""
    for sign, wholes in ((-1, range(LARGEST, -1, -1)), (1, range(LARGEST + 1))):
        for whole in wholes:
            values = (_worked_out(own, operand, (whole + n / STEP) * sign) for n in range(STEP))
            numbers = ((Number(value, f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"),) for value in values)
            yield Row(((f"{'−' if sign < 0 else ''}{whole}",), *numbers))


def _worked_out(own: Expression, operand: Access, at: float) -> float:
    """The formula's value where its operand has another one."""
    return float(reference.value(replaced(own, operand, Constant(at)), {}, {}))


def _from_table(own: Expression, operand: Access, at: float) -> float:
    """What somebody reads off the table: the last column and row beyond it, and parts in between."""
    most = LARGEST + (STEP - 1) / STEP
    at = min(max(at, -most), most)
    below = min(math.floor(at * STEP), round(most * STEP) - 1) / STEP
    low, high = (round(_worked_out(own, operand, x), DECIMALS) for x in (below, below + 1 / STEP))
    return low + (high - low) * (at - below) * STEP
