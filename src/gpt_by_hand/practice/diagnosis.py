"""What a typed number is: the answer, the answer with too few digits, or the answer to something else."""

from __future__ import annotations

import math
from typing import Literal

from gpt_by_hand.explain.steps import each_number, steps, with_numbers
from gpt_by_hand.language import several
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Constant, Expression
from gpt_by_hand.practice.arithmetic import Typed
from gpt_by_hand.practice.numbers import as_read, result, unit
from gpt_by_hand.practice.question import Mistake, Question
from gpt_by_hand.printers.text import text
from gpt_by_hand.records import dataclass

NOISE = 1e-9  # relative: floating-point arithmetic at the very edge of the tolerance
COARSEST = 0.1  # of the answer: fewer digits than that say too little to be right
CLEAREST = 0.01  # of a mistake's value: fewer digits than that are not taken for its rounding
FAR = 0.2  # relative: farther away, rounding is no explanation, and its bound need not be computed
MOST = 3  # explanations
SHARP = 3  # decimals: what is closer than that, the last digits of the numbers would decide, so the first one counts


@dataclass(frozen=True)
class Verdict:
    """`rough`: right as far as its digits go. `mistakes`: what it would be the answer to, the likeliest first."""

    kind: Literal["right", "rough", "wrong"]
    mistakes: tuple[Mistake, ...] = ()


def judge(question: Question, typed: Typed) -> Verdict:
    """Is the number the answer, within the tolerance; and if not, which mistake leads to it?"""
    if is_right(question, typed.value):
        return Verdict("right")
    wide = typed.half_unit - unit(question.answer) / 2
    coarse = typed.value != 0 and wide > 0 and typed.half_unit <= COARSEST * abs(question.answer)
    if coarse and abs(typed.value - question.answer) <= question.tolerance + wide:
        return Verdict("rough")
    return Verdict("wrong", explanations(question, typed))


def is_right(question: Question, number: float) -> bool:
    """Is it the answer, within the tolerance?"""
    if not math.isfinite(question.answer) or not math.isfinite(number):
        return number == question.answer
    return abs(number - question.answer) <= question.tolerance + NOISE * abs(question.answer)


def explanations(question: Question, typed: Typed) -> tuple[Mistake, ...]:
    """The mistakes that lead to this number: the simplest and closest first, and after it those that are as good."""
    found = sorted((round(_unlikeliness(question, m, typed), SHARP), n) for n, m in enumerate(question.mistakes))
    fitting = [(how, question.mistakes[n]) for how, n in found if how < math.inf]
    best = [mistake for _, mistake in fitting[:1]]
    others = [m for _, m in fitting[1:] if m.kind != best[0].kind and m.node != best[0].node]
    others = [m for m in others if m.cost <= best[0].cost + 1]
    return (*best, *[m for m in others if abs(m.value - best[0].value) <= unit(m.value) / 2][: MOST - 1])


def _unlikeliness(question: Question, mistake: Mistake, typed: Typed) -> float:
    """How far-fetched, and how far away; infinite where rounding cannot explain the distance."""
    if not math.isfinite(mistake.value) or not math.isfinite(typed.value):
        return mistake.cost if mistake.value == typed.value else math.inf
    fine = typed.half_unit <= CLEAREST * abs(mistake.value)
    coarse = max(0.0, typed.half_unit - unit(mistake.value) / 2) if fine else 0.0
    distance = abs(mistake.value - typed.value)
    if distance > FAR * (abs(mistake.value) + question.tolerance) + coarse:
        return math.inf
    allowed = question.tolerance_of(mistake) + coarse
    if distance > allowed + NOISE * abs(mistake.value):
        return math.inf
    vague = math.log10(max(1.0, allowed / max(question.tolerance, unit(mistake.value) / 2)))
    return mistake.cost + distance / allowed + vague


def part_to_check(question: Question) -> Expression | None:
    """The longest part of the formula, with its numbers, as they are shown; None where there are none of any length."""
    inner = [node for node in question.expression.children() if _size(node) > 1]
    if not inner:
        return None
    longest = max(inner, key=lambda node: (_size(node), abs(question.value(node))))
    return each_number(with_numbers(longest, question.value), as_read)


def hints(question: Question) -> list[str]:
    """The way to the answer, a step each: the numbers put in, then one stage of results after the other."""
    if question.result.tensor.kind == "integer":
        return [said("hint.word", word=question.trace.words.quoted(int(question.answer)))]
    if not math.isfinite(question.answer):
        failing = [text(asked) for asked, holds in question.instance.conditions if not holds]
        return [f"where({several((asked, '...', '-inf'))})" for asked in failing]
    return list(dict.fromkeys(text(stage) for stage in stages(question)))


def stages(question: Question) -> list[Expression]:
    """The expression with its numbers, then one stage of results after the other, each number as it is shown."""
    found = [each_number(stage, as_read) for stage in steps(question.expression, question.value, result)]
    return found[:-1] or [question.expression]


def _size(node: Expression) -> int:
    """How many elements are used in it."""
    return sum(isinstance(part, (Access, Constant)) for part in node.walk())
