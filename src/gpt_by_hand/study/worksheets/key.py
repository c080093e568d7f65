"""The key: each answer with its working, and what else is right, since people compute with rounded numbers."""

from __future__ import annotations

import math

from gpt_by_hand.notation import Access, Constant, Expression
from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.study.exercises.numbers import decimals, is_short, seen, shown
from gpt_by_hand.study.exercises.tolerance import Range, reach
from gpt_by_hand.study.steps import steps, with_numbers
from gpt_by_hand.study.worksheets.desk import Desk
from gpt_by_hand.study.worksheets.help import from_table
from gpt_by_hand.study.worksheets.page import Help, Line
from gpt_by_hand.study.worksheets.words import whole

NOTHING = 1e-6  # what storing a number such as 0.3 as float32 changes, and a little arithmetic
BLURRED = 0.1  # of the answer: if rounding may change more than that, it is no question to ask


def line(desk: Desk, element: Access, own: Expression, help_: Help | None) -> Line:
    """The key to one element, which is on the desk after that: as the sheet's numbers give it, and how far off."""
    exact = desk.exact(element)
    by_hand = _computed(own, desk, exact)
    low, high = _accepted(own, desk, exact, by_hand, help_)
    desk.answers[element], desk.ranges[element] = by_hand, (low, high)
    blurred = math.isfinite(exact) and not (math.isfinite(low) and high - low <= BLURRED * abs(exact))
    said = note(exact, by_hand, low, high)
    return Line(element, stages(own, desk, exact), (low, high), said, blurred)


def stages(own: Expression, desk: Desk, exact: float) -> tuple[Expression, ...]:
    """The formula with its numbers put in, every intermediate result, and the exact value, all as they are shown."""
    found: list[Expression] = [own] if isinstance(own, Access) else []
    found += [as_shown(stage) for stage in steps(own, desk.exact)][:-1]
    return tuple(dict.fromkeys([*found, _number(exact)]))


def as_shown(node: Expression) -> Expression:
    """The expression with every number as it is shown."""
    if isinstance(node, Constant):
        return _number(node.value)
    return rebuild(node, tuple(as_shown(child) for child in node.children()))


def _number(value: float) -> Constant:
    return Constant(whole(seen(value)))


def note(exact: float, by_hand: float, low: float, high: float) -> str:
    """What the sheet's own numbers give, where that looks different, and what to accept, where that is more."""
    if not math.isfinite(exact):
        return ""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "depends on rounding too much to say what is right"
    said = [f"the sheet's rounded numbers give {shown(by_hand)}"] if by_hand != seen(exact) else []
    ends = [_rounded(end, exact) for end in (low, high)]
    if ends[0] != ends[1]:
        said.append(f"accept {ends[0]} to {ends[1]}")
    return "; ".join(said)


def _rounded(end: float, exact: float) -> str:
    """One end of a range with as many decimals as the answer has."""
    if abs(exact) < 1e-4 and exact:
        return shown(end)
    text = f"{end + 0.0:.{decimals(exact)}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _computed(own: Expression, desk: Desk, exact: float) -> float:
    try:
        return seen(float(desk.by_hand(with_numbers(own, desk.by_hand))))
    except (ZeroDivisionError, ValueError, OverflowError):
        return exact


def _accepted(own: Expression, desk: Desk, exact: float, by_hand: float, help_: Help | None) -> Range:
    """Every result that rounding can explain: operands, intermediate results and the answer as they are shown."""
    ranges = [desk.range(node) for node in own.walk() if isinstance(node, Access)]
    certain = all(high - low <= NOTHING for low, high in ranges)
    if not math.isfinite(exact) or (certain and is_short(exact) and by_hand == seen(exact)):
        return by_hand, by_hand
    try:
        low, high = reach(own, desk.exact, desk.range)
    except (ZeroDivisionError, ValueError, OverflowError):
        return -math.inf, math.inf
    if help_ is not None:
        (operand,) = {node for node in own.walk() if isinstance(node, Access)}
        read = [from_table(own, operand, end) for end in desk.range(operand)]
        low, high = min(low, *read), max(high, *read)
    ends = [float(_rounded(end, exact)) for end in (low, high)]
    return min(*ends, exact, by_hand), max(*ends, exact, by_hand)
