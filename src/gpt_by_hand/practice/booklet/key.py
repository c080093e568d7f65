"""The key: each answer with its working, and what else is right, since people compute with rounded numbers."""

from __future__ import annotations

import math

from gpt_by_hand.explain.steps import steps, with_numbers
from gpt_by_hand.layout.document import Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Constant, Expression
from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.practice.booklet.desk import Desk
from gpt_by_hand.practice.booklet.help import from_table
from gpt_by_hand.practice.booklet.page import Line
from gpt_by_hand.practice.numbers import decimals, is_short, seen, shown, whole
from gpt_by_hand.practice.tolerance import Range, reach

NOTHING = 1e-14
NOISE, NUDGE = 1e-12, 1e-6  # what float64 may add, and what is far above that
BLURRED = 0.1  # of the answer: if rounding may change more than that, it is no question to ask


def line(desk: Desk, element: Access, own: Expression, help_: Table | None) -> Line:
    """The key to one element, which is on the desk after that: as the sheet's numbers give it, and how far off."""
    exact = desk.exact(element)
    carried = _computed(own, desk, exact)
    by_hand = seen(carried)
    low, high = _accepted(own, desk, exact, carried, help_)
    desk.answers[element], desk.ranges[element] = by_hand, (low, high)
    blurred = math.isfinite(exact) and not (math.isfinite(low) and high - low <= BLURRED * abs(exact))
    return Line(element, stages(own, desk, exact), (low, high), note(exact, by_hand, low, high), blurred)


def stages(own: Expression, desk: Desk, exact: float) -> tuple[Expression, ...]:
    """The formula with its numbers put in, every intermediate result, and the exact value, all as they are shown."""
    found: list[Expression] = [own] if isinstance(own, Access) else []
    found += [as_shown(stage) for stage in steps(own, desk.exact)][:-1]
    return tuple(dict.fromkeys([*found, _number(exact)]))


def as_shown(node: Expression) -> Expression:
    """The expression with every number as it is shown."""
    return transform(node, lambda part: _number(part.value) if isinstance(part, Constant) else None)


def _number(value: float) -> Constant:
    return Constant(whole(seen(_without_noise(value))))


def _without_noise(value: float) -> float:
    """0.1 + 0.2 - 0.3 is 0, whatever float64 says."""
    return 0.0 if abs(value) < NOTHING else value


def note(exact: float, by_hand: float, low: float, high: float) -> str:
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
        return _without_noise(float(desk.by_hand(with_numbers(own, desk.by_hand))))
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
    try:
        low, high = reach(own, desk.exact, desk.range)
    except (ZeroDivisionError, ValueError, OverflowError):
        return -math.inf, math.inf
    if help_ is not None:
        (operand,) = set(own.find(Access))
        read = [from_table(own, operand, end) for end in desk.range(operand)]
        low, high = min(low, *read), max(high, *read)
    ends = [float(_rounded(end, exact)) for end in (low, high)]
    return min(*ends, exact, seen(carried)), max(*ends, exact, seen(carried))
