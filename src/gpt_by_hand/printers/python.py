"""Expressions as Python: numbers with all their digits, functions from `math`, so that Python computes the value."""

from __future__ import annotations

from math import inf, isnan

from gpt_by_hand.notation.expressions import Call, Constant, Terms
from gpt_by_hand.notation.precedence import term_needs_parentheses
from gpt_by_hand.printers.printer import Printer
from gpt_by_hand.printers.text import Code

FLAT = 100  # terms: a longer sum is written with sum(), since parsers don't nest operators without end


class Python(Code):
    """Arithmetic on numbers, as one instance of a formula has it; it needs `math`, and nothing else."""

    language = "Python"
    index = access = where = reduction = Printer.no_form  # not numbers yet

    def literal(self, node: Constant) -> str:
        return number(node.value)

    def call(self, node: Call) -> str:
        function = node.function if node.function == "round" else f"math.{node.function}"
        return f"{function}({self.print(node.argument)})"

    def terms(self, node: Terms) -> str:
        if node.kind == "sum" and len(node.terms) <= FLAT:
            return super().terms(node)
        return f"{node.kind}([{', '.join(map(self.print, node.terms))}])"

    def term(self, node: Terms, position: int, printed: str) -> str:
        loose = term_needs_parentheses(node, position) or (position > 0 and printed.startswith("-"))
        return f"({printed})" if loose else printed


def number(value: float) -> str:
    """A number with all its digits.

    >>> number(float("-inf")), number(0.1)
    ('-math.inf', '0.1')
    """
    if isnan(value):
        return "math.nan"
    if abs(value) == inf:
        return "math.inf" if value > 0 else "-math.inf"
    return repr(value)


python = Python().print
