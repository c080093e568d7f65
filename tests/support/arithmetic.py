"""Arithmetic as Python writes it, evaluated without Python: a value, and how far float32 may be from it.

Shares no code with the package: the source is parsed, and each node worked out by the rules below. The bound is that of
a running error analysis (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.3): every result adds one
rounding of its own size, and passes on what its operands bring. Sums may be added up in any order.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass

FLOAT32, FLOAT64 = 2.0**-24, 2.0**-53
SMALLEST = 2.0**-149  # below this, float32 has nothing
FUNCTION = 4  # roundings that a function of the mathematics library may take
Number = int | float


@dataclass(frozen=True)
class Found:
    """A value, and a bound on the distance to what is computed with rounding."""

    value: Number
    bound: float = 0.0


@dataclass(frozen=True)
class Arithmetic:
    """Evaluates sources; `unit` is half the distance of 1 from the next number."""

    unit: float = FLOAT32

    def evaluate(self, source: str) -> Found:
        """The value. Raises: ValueError for what is no arithmetic."""
        return self.node(ast.parse(source.strip(), mode="eval").body)

    def node(self, node: ast.expr) -> Found:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return Found(node.value, self.rounding(node.value) if isinstance(node.value, float) else 0.0)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.node(node.operand)
            return Found(-inner.value, inner.bound)
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, (ast.Add, ast.Sub)):
                return self.sum([self.node(term) for term in _terms(node)])
            return self.binary(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = self.node(node.left), self.node(node.comparators[0])
            return Found(int(COMPARISONS[type(node.ops[0])](left.value, right.value)))
        if isinstance(node, ast.Call) and not node.keywords:
            return self.call(_name(node.func), node.args)
        if _name(node) in NAMES:
            return Found(NAMES[_name(node)])
        raise ValueError(f"not arithmetic: {ast.dump(node)}")

    def rounding(self, value: Number, times: float = 1) -> float:
        """What rounding a result of this size may change."""
        return times * self.unit * abs(value) + SMALLEST if math.isfinite(value) else 0.0

    def sum(self, terms: list[Found]) -> Found:
        values = [term.value for term in terms]
        value = sum(values) if all(isinstance(v, int) for v in values) or not _finite(values) else math.fsum(values)
        if isinstance(value, int) or not math.isfinite(value):
            return Found(value)
        brought = math.fsum(term.bound for term in terms)
        return Found(value, brought + self.rounding(math.fsum(map(abs, values)), len(terms) - 1))

    def binary(self, node: ast.BinOp) -> Found:
        left, right = self.node(node.left), self.node(node.right)
        a, b = left.value, right.value
        if isinstance(node.op, ast.Mult):
            brought = abs(a) * right.bound + abs(b) * left.bound + left.bound * right.bound
            return self.result(a * b, brought)
        if isinstance(node.op, ast.Div):
            return self.result(a / b, (left.bound + abs(a / b) * right.bound) / (abs(b) - right.bound))
        if isinstance(node.op, ast.Mod):
            return self.result(a % b, 0.0 if left.bound == 0 else math.inf)
        if isinstance(node.op, ast.Pow) and b == int(b):
            slope = abs(b) * (abs(a) + left.bound) ** (b - 1) if left.bound else 0.0
            return self.result(a**b, slope * left.bound, abs(b))
        raise ValueError(f"not arithmetic: {ast.dump(node)}")

    def result(self, value: Number, brought: float, times: float = 1) -> Found:
        if isinstance(value, int) or not math.isfinite(value):
            return Found(value)
        return Found(value, brought + self.rounding(value, times))

    def call(self, name: str, arguments: list[ast.expr]) -> Found:
        if len(arguments) == 1 and isinstance(arguments[0], ast.List) and name in ("sum", "max"):
            arguments = arguments[0].elts
        elif name == "sum":
            raise ValueError("sum is given a list")
        terms = [self.node(argument) for argument in arguments]
        if name == "sum":
            return self.sum(terms)
        if name == "max":
            return Found(max(term.value for term in terms), max(term.bound for term in terms))
        if name not in FUNCTIONS or len(terms) != 1:
            raise ValueError(f"not arithmetic: {name} of {len(terms)}")
        x = terms[0]
        function, slope = FUNCTIONS[name]
        value = function(x.value)
        if name == "round":  # the nearest whole number, unless the argument stands between two
            between = abs(x.value - math.floor(x.value) - 0.5) <= x.bound
            return Found(value, 1.0 if between else 0.0)
        brought = slope(x.value, value) * x.bound if x.bound and math.isfinite(value) else 0.0
        if name == "sqrt":  # whose slope has no end near 0, while it grows no faster than the root itself
            brought = min(brought, math.sqrt(x.bound))
        return self.result(value, brought, FUNCTION)


def _terms(node: ast.expr) -> list[ast.expr]:
    """a - b + c as its terms, each with its sign; however long it is."""
    found, sign = [], 1
    waiting = [(node, sign)]
    while waiting:
        node, sign = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            waiting += [(node.left, sign), (node.right, sign if isinstance(node.op, ast.Add) else -sign)]
        else:
            found.append(node if sign == 1 else ast.UnaryOp(ast.USub(), node))
    return found[::-1]


def _name(node: ast.expr) -> str:
    """`exp` for exp and for math.exp; nothing for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math":
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _finite(values: list[Number]) -> bool:
    return all(math.isfinite(value) for value in values)


Slope = Callable[[float, float], float]
NAMES = {"inf": math.inf, "nan": math.nan, "pi": math.pi}
FUNCTIONS: dict[str, tuple[Callable[[float], float], Slope]] = {  # and the slope at x, where the value is y
    "exp": (math.exp, lambda x, y: y),
    "log": (math.log, lambda x, y: 1 / abs(x)),
    "sqrt": (math.sqrt, lambda x, y: 1 / y if y else math.inf),
    "erf": (math.erf, lambda x, y: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    "tanh": (math.tanh, lambda x, y: 1 - y * y),
    "cos": (math.cos, lambda x, y: 1.0),
    "sin": (math.sin, lambda x, y: 1.0),
    "round": (lambda x: float(round(x)), lambda x, y: 0.0),
}
COMPARISONS: dict[type, Callable[[Number, Number], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
}
