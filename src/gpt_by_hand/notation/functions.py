"""What formulas are written with beside Python's operators: sums, maxima, functions of one number, and equality."""

from __future__ import annotations

from collections.abc import Callable

from gpt_by_hand.notation.expressions import Call, Compare, ExpressionLike, Index, Reduction, as_expression


def Sum(*arguments: ExpressionLike) -> Reduction:
    """`Sum(d, body)` or `Sum(b, t, body)`: the body added up over the indices."""
    return _reduction("sum", *arguments)


def Max(*arguments: ExpressionLike) -> Reduction:
    """`Max(j, body)`: the largest value of the body over the indices."""
    return _reduction("max", *arguments)


def _reduction(kind: str, *arguments: ExpressionLike) -> Reduction:
    indices = tuple(index for index in arguments[:-1] if isinstance(index, Index))
    if not indices or len(indices) < len(arguments) - 1:
        raise TypeError(f"{kind} needs indices and then a body, as in Sum(d, x[d])")
    return Reduction(kind, indices, as_expression(arguments[-1]))


def equal(left: ExpressionLike, right: ExpressionLike) -> Compare:
    """The condition left == right (Python's own `==` compares nodes by structure)."""
    return Compare("==", as_expression(left), as_expression(right))


def _function(name: str, meaning: str) -> Callable[[ExpressionLike], Call]:
    def call(argument: ExpressionLike) -> Call:
        return Call(name, as_expression(argument))

    call.__name__, call.__doc__ = name, meaning
    return call


exp = _function("exp", "e to the power of the argument.")
log = _function("log", "The natural logarithm.")
sqrt = _function("sqrt", "The square root.")
erf = _function("erf", "The error function, 2/sqrt(pi) times the integral of exp(-u^2) from 0 to the argument.")
tanh = _function("tanh", "The hyperbolic tangent.")
cos = _function("cos", "The cosine of an angle in radians.")
