"""One number to find, as plain data: its answer, what is accepted, hints, and what each mistake leads to.

`app/practice` reads it; what it makes of it is what `diagnosis` makes of the question.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, Context
from typing import Any, TypeAlias

from gpt_by_hand.language import decimal
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.document import Number, Reference
from gpt_by_hand.layout.sentences import line
from gpt_by_hand.notation import Access, Constant, Expression, Where
from gpt_by_hand.practice.browser.markup import Markup, equation, words
from gpt_by_hand.practice.diagnosis import NOISE, hints, stages
from gpt_by_hand.practice.numbers import Range, as_read, asked_for, seen, shown
from gpt_by_hand.practice.page import advice, precision
from gpt_by_hand.practice.question import Question

Plain: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[float, Range]  # a key's answer, and the range that it accepts
DIGITS = 12  # of a mistake's value: more are below NOISE
UPWARDS = Context(prec=9, rounding=ROUND_CEILING)  # of what is allowed around it
HIDDEN = Constant(math.nan, "…")  # what nobody needs to know


class Texts:
    """What is said of the mistakes of a question, and their kinds: each once, with its number, from 0."""

    def __init__(self) -> None:
        self.says: dict[str, int] = {}
        self.kinds: dict[str, int] = {}


def box(asked: Question, texts: Texts, key: Key | None = None) -> Plain:
    """All that is known of a number that is asked for.

    `key` has the answer of a sheet's key and the range that it accepts. Where float32 has left more of 0 than nothing,
    it is the key's answer that counts. A number is right that the key accepts, or that `exercise` does.
    """
    answer, accepted = key or (asked.answer, (asked.answer, asked.answer))
    answer = asked.answer if shown(asked.answer) == shown(answer) else answer
    low, high = _widest(answer, _right(asked), accepted)
    return {
        "address": asked.address,
        "label": f"{asked.address}: {asked.meaning}",
        "answer": finite(answer),
        "whole": asked.result.tensor.kind == "integer",
        "low": finite(low),
        "high": finite(high),
        "tolerance": finite(asked.tolerance),
        "asked": asked_for(answer),
        "precision": precision(asked),
        "hints": list(_hints(asked)),
        "solution": _solution(asked, answer),
        "check": words(advice(asked)),
        "shown": decimal(shown(answer)),
        "mistakes": list(_mistakes(asked, texts)),
    }


def _right(asked: Question) -> Range:
    """Between which numbers `exercise` calls an answer right."""
    if not math.isfinite(asked.answer):
        return asked.answer, asked.answer
    slack = asked.tolerance + NOISE * abs(asked.answer)
    return asked.answer - slack, asked.answer + slack


def _widest(answer: float, right: Range, key: Range) -> Range:
    """Both ranges together; a key without a bound, as it is where rounding decides everything, accepts nothing more."""
    if not math.isfinite(answer):
        return answer, answer
    noise = NOISE * abs(answer)
    low, high = (key[0] - noise, key[1] + noise) if all(map(math.isfinite, key)) else right
    return min(low, right[0], answer), max(high, right[1], answer)


def _mistakes(asked: Question, texts: Texts) -> Iterator[list[Any]]:
    """Their numbers are short: by what is left out, nothing that a person types is another mistake's."""
    nodes: dict[Expression, int] = {}
    for mistake in asked.mistakes:
        node = nodes.setdefault(mistake.node, len(nodes))
        what = texts.says.setdefault(mistake.said, len(texts.says))
        kind = texts.kinds.setdefault(mistake.kind, len(texts.kinds))
        value = float(f"{mistake.value:.{DIGITS}g}")
        allowed = float(UPWARDS.create_decimal_from_float(asked.tolerance_of(mistake)))
        yield [what, finite(value), finite(allowed), mistake.cost, node, kind]


def _left(asked: Question) -> Access:
    """The number that is asked for."""
    return asked.missing or asked.result


def _hints(asked: Question) -> list[Markup]:
    """As `diagnosis.hints`, with formulas as they stand in a book."""
    if asked.result.tensor.kind == "integer":
        return [words((Reference(asked.address), " = ", hint)) for hint in hints(asked)]
    found = [equation(_left(asked), stage) for stage in _stages(asked)]
    return [one for n, one in enumerate(found) if one not in found[:n]]


def _stages(asked: Question) -> list[Expression]:
    """The way to the answer; for what is masked, the condition that does not hold."""
    if math.isfinite(asked.answer):
        return stages(asked)
    return [Where(one, HIDDEN, Constant(-math.inf)) for one, holds in asked.instance.conditions if not holds]


def _solution(asked: Question, answer: float) -> Markup:
    """The line that leads to the answer, with its exact value."""
    exact = f"{answer:.6g}"
    more = line("answer.exact", value="", exact=Number(answer, decimal(exact))) if float(exact) != seen(answer) else ()
    working = [] if isinstance(asked.expression, Access) else _stages(asked)[:1]
    return equation(_left(asked), *working, Constant(as_read(answer)), more=more)
