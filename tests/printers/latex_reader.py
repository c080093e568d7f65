r"""Reads printed LaTeX back by the rules that a reader of papers goes by.

Factors stand side by side, a sum reaches over the factors behind it and ends at the next + or -, cases end what they
stand in, and 10^{-6} is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gpt_by_hand.notation import (
    Access,
    Assignment,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Program,
    Reduction,
    Tensor,
    Where,
)
from gpt_by_hand.printers.latex import latex

FUNCTIONS = {r"\exp": "exp", r"\ln": "log", r"\operatorname{erf}": "erf", r"\tanh": "tanh", r"\cos": "cos"}
COMPARISONS = {"<": "<", r"\le": "<=", ">": ">", r"\ge": ">=", "=": "=="}
NUMBER = r"10\^\{-?\d+\}|\d+(?:\.\d+)?(?: \\times 10\^\{-?\d+\})?|\\infty"
WHOLE = r"\\(?:mathrm|text|mathcal|operatorname|begin|end)\{(?:\\.|[^{}\\])*\}"
SILENT = (r"\;", r"\!", r"\displaystyle", r"\cdot")


class LatexReader:
    """Knows the tensors, indices and named constants that may occur."""

    def __init__(self, tensors: Iterable[Tensor], indices: Iterable[Index], constants: Iterable[Constant]) -> None:
        self.tensors = {tensor.name: tensor for tensor in tensors}
        self.known = {latex(node): node for node in (*constants, *indices)}
        names = "|".join(re.escape(name) for name in sorted(self.known, key=len, reverse=True)) or "(?!)"
        self.pattern = re.compile(rf"\s*({NUMBER}|{names}|{WHOLE}|\\[A-Za-z]+|\\.|.)")

    @staticmethod
    def of(program: Program, assignment: Assignment) -> LatexReader:
        """A reader of one formula of the program."""
        nodes = list(assignment.expression.walk())
        found: list[object] = [*nodes, *assignment.indices]
        for node in nodes:
            found += getattr(node, "indices", ()) or getattr(node, "subscripts", ())
        indices = {item.name: item for item in found if isinstance(item, Index)}
        constants = [node for node in nodes if isinstance(node, Constant) and node.name]
        return LatexReader(program.tensors.values(), indices.values(), constants)

    def read(self, text: str) -> Expression:
        """The expression that the text stands for."""
        for rows in (r"\begin{aligned} & ", r" \\ &{}", r" \end{aligned}"):
            text = text.replace(rows, "")
        self.tokens = [token for token in self.pattern.findall(text) if token not in SILENT]
        found = self.sum()
        assert not self.tokens, self.tokens
        return found

    def sees(self, *tokens: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in tokens

    def take(self, *wanted: str) -> str:
        token = self.tokens.pop(0)
        assert not wanted or token in wanted, (token, wanted, self.tokens)
        return token

    def sum(self) -> Expression:
        found = self.product()
        while self.sees("+", "-"):
            found = Binary(self.take(), found, self.product())
        return found

    def product(self) -> Expression:
        found = self.factor()
        while self.tokens and not self.sees("+", "-", "}", "&", "\\\\", r"\right", r"\end{cases}", ",", *COMPARISONS):
            found = Binary("*", found, self.factor())
        return found

    def factor(self) -> Expression:
        if not self.sees("-"):
            return self.power()
        self.take()
        literal = re.fullmatch(NUMBER, self.tokens[0]) and not self.sees(r"\infty")  # as text, -inf is a negation
        found = self.power()
        return Constant(-found.value) if literal and isinstance(found, Constant) else Negate(found)

    def power(self) -> Expression:
        base = self.atom()
        if not self.sees("^"):
            return base
        self.take("^")
        return Binary("**", base, self.group())

    def group(self) -> Expression:
        self.take("{")
        found = self.sum()
        self.take("}")
        return found

    def parentheses(self) -> Expression:
        self.take(r"\left"), self.take("(")
        found = self.sum()
        self.take(r"\right"), self.take(")")
        return found

    def atom(self) -> Expression:
        if self.sees(r"\left"):
            return self.parentheses()
        token = self.take()
        if token in self.known:
            return self.known[token]
        if re.fullmatch(NUMBER, token):
            return Constant(float("inf") if token == r"\infty" else number(token))
        if token in FUNCTIONS:
            return Call(FUNCTIONS[token], self.parentheses())
        if token in (r"\sum", r"\max"):
            return self.reduction(token[1:])
        if token == r"\sqrt":
            return Call("sqrt", self.group())
        if token == r"\begin{cases}":
            return self.cases()
        return self.fraction() if token == r"\frac" else self.element(token)

    def reduction(self, kind: str) -> Expression:
        self.take("_"), self.take("{")
        indices = [self.known[self.take()]]
        while self.take(",", "}") == ",":
            indices.append(self.known[self.take()])
        return Reduction(kind, tuple(indices), self.product())

    def fraction(self) -> Expression:
        if self.tokens[1] != r"\partial":
            return Binary("/", self.group(), self.group())
        for token in ("{", r"\partial", r"\mathcal{L}", "}", "{", r"\partial"):
            self.take(token)
        found = self.element(self.take(), "d.")
        self.take("}")
        return found

    def element(self, token: str, before: str = "") -> Access:
        name = re.sub(r"\\(.)", r"\1", token.removeprefix(r"\mathrm{").removesuffix("}"))
        subscripts: list[object] = []
        if self.sees("_"):
            self.take("_"), self.take("{")
            while not subscripts or self.take(",", "}") == ",":
                subscript = self.atom()
                subscripts.append(subscript.value if isinstance(subscript, Constant) else subscript)
        return Access(self.tensors[before + name], tuple(subscripts))

    def cases(self) -> Expression:
        then = self.sum()
        self.take("&")
        if self.take() == r"\text{otherwise}":
            self.take(r"\end{cases}")
            return then
        left, operator, right = self.sum(), COMPARISONS[self.take()], self.sum()
        self.take("\\\\")
        return Where(Compare(operator, left, right), then, self.cases())


def number(token: str) -> float:
    """`2.5 \\times 10^{-7}`, `10^{-7}` or `3` as a number."""
    mantissa, _, exponent = token.rpartition(r" \times ")
    if "^" in exponent:
        return float(f"{mantissa or 1}e{exponent[4:-1]}")
    return float(token) if "." in token else int(token)
