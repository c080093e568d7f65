"""An explanation as it is read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from gpt_by_hand.printers.text import formula, text
from gpt_by_hand.study.address import split
from gpt_by_hand.study.digits import number
from gpt_by_hand.study.explain.explanation import Explanation, Operand, Use
from gpt_by_hand.study.explain.shown import Shown

Line = tuple[str, str]  # what stands there, and its part: one of STYLES
STYLES = {
    "whose": "dim",
    "address": "bold",
    "meaning": "italic",
    "formula": "dim",
    "working": "",
    "note": "yellow",
    "operand": "",
}


@dataclass(frozen=True)
class TextPage:
    """Prints explanations as lines; `numbered` puts numbers in front of operands, for choosing one."""

    shown: Shown
    numbered: bool = False

    def lines(self, explanation: Explanation) -> Iterator[Line]:
        """Which model it is of, the explanation and, behind it, those of its operands that were asked for."""
        if explanation.whose is not None:
            yield explanation.whose.line(), "whose"
        yield from self.one(explanation)
        for below in explanation.below:
            yield "", "working"
            yield from self.lines(below)

    def one(self, explanation: Explanation) -> Iterator[Line]:
        """The explanation without those below it."""
        yield f"{explanation.address} = {number_of(explanation.value)}", "address"
        yield f"{explanation.meaning}", "meaning"
        yield "", "working"
        if explanation.assignment is not None:
            yield from self._formula(explanation)
        for note in (*self.shown.rounding(explanation), *explanation.notes):
            yield f"  {note}", "note"
        yield from self._uses(explanation.uses)
        yield from self._operands(explanation.operands)

    def _formula(self, explanation: Explanation) -> Iterator[Line]:
        assert explanation.assignment is not None
        symbols, working = self.shown.symbols(explanation), self._working(explanation)
        if explanation.assignment.indices or (symbols and text(symbols) != text(explanation.assignment.expression)):
            yield f"  {formula(explanation.assignment)}", "formula"
            yield "", "working"
        indent = " " * len(explanation.address)
        for n, line in enumerate(working):
            yield f"  {indent if n else explanation.address} = {line}", "working"
        yield "", "working"

    def _working(self, explanation: Explanation) -> list[str]:
        stages = [text(stage) for stage in self.shown.stages(explanation)]
        symbols = self.shown.symbols(explanation)
        return [text(symbols), *stages] if symbols and text(symbols) not in stages else stages

    def _uses(self, uses: tuple[Use, ...]) -> Iterator[Line]:
        """The places where a number is used, together for each tensor, with what each of them contributes."""
        if len(uses) < 2:
            return
        yield f"  used in {len(uses)} places, each with its part of this gradient:", "meaning"
        for tensor, group in groupby(uses, key=lambda use: split(use.through)[0]):
            some = list(group)
            if len(some) > 1:
                share, value = sum(use.share for use in some), sum(use.value for use in some)
                yield f"    {tensor}: {self.shown.number(value)} together, {percent(share)}", "operand"
            width = max(len(use.through) for use in some)
            for use in self.shown.some(some):
                if use is None:
                    yield "      …", "operand"
                    continue
                term = text(self.shown.expression(use.term))
                part = self.shown.number(use.value)
                same = "" if term == part else f"{term} = "
                yield f"      {use.through:<{width}}  {same}{part}  ({percent(use.share)})", "operand"

    def _operands(self, operands: tuple[Operand, ...]) -> Iterator[Line]:
        if not operands:
            return
        yield "  from:", "meaning"
        values = [self.shown.number(operand.value) for operand in operands]
        wide, long = max(map(len, values)), max(len(operand.address) for operand in operands)
        for row in self.shown.some(list(enumerate(zip(operands, values, strict=True)))):
            if row is None:
                yield "    …", "operand"
                continue
            n, (operand, value) = row
            number = f"{n:>3}  " if self.numbered else "  "
            yield f"  {number}{operand.address:<{long}}  {value:>{wide}}  {_brief(operand)}", "operand"


def _brief(operand: Operand) -> str:
    """The meaning without what stands in parentheses behind a question."""
    question, mark, _ = operand.meaning.partition("? (")
    return question + mark[:1]


def number_of(value: float) -> str:
    """The number itself: whole ones as they are, others as in all tables."""
    return str(value) if isinstance(value, int) else number(value)


def percent(share: float) -> str:
    """A share, with no minus in front of nothing."""
    found = f"{share:.1%}"
    return found if found != "-0.0%" else "0.0%"
