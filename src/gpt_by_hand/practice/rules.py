"""The mistakes that people make, as rewrites of a formula: each rule turns one node into what it becomes by mistake.

A rule gives, for a node that it applies to, what stands there instead and what to say of it ("without ..."). How
far-fetched a mistake is, its cost says: 0 for those that everybody makes, more for those that may fit by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, log, pi
from typing import TypeAlias

from gpt_by_hand.model import concepts
from gpt_by_hand.notation import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Reduction,
    Role,
    Where,
)
from gpt_by_hand.notation.algebra import is_number
from gpt_by_hand.practice.parts import concept_of, is_root, is_size, kind_of, name_of, words
from gpt_by_hand.printers.text import text


@dataclass(frozen=True)
class Slip:
    """What stands there by mistake: the kind of mistake, how to say it, and how far-fetched it is."""

    node: Expression
    kind: str
    said: str
    cost: float


Rule: TypeAlias = Callable[[Expression], Iterator[Slip]]


def division(node: Expression) -> Iterator[Slip]:
    """Forgotten, or upside down."""
    if not isinstance(node, Binary) or node.operator != "/" or is_number(node.left, 1):
        return
    kind, said = kind_of(node.right), words(node.right)
    if kind == "correction":
        moment = "m" if concept_of(node.right) == concepts.FIRST_CORRECTION else "v"
        yield Slip(
            node.left, kind, f"with {moment} as it is, without its correction: dividing by {text(node.right)}", 0
        )
    else:
        plain = 0 if is_root(node.right) or kind or is_size(node.right) else 0.5
        scale = "scale" if is_root(node.right) else ""
        yield Slip(node.left, scale or kind or "division", f"without dividing by {said}", plain)
    yield Slip(node.left * node.right, "upside down", f"when multiplying by {said} instead of dividing", 2)
    yield Slip(node.right / node.left, "upside down", f"when dividing {said} by the rest, and not the rest by it", 2.5)


def inverse(node: Expression) -> Iterator[Slip]:
    """1 / x without the 1 /."""
    if isinstance(node, Binary) and node.operator == "/" and is_number(node.left, 1):
        yield Slip(node.right, "division", f"without dividing 1 by {words(node.right)}", 0.5)


def one_less(node: Expression) -> Iterator[Slip]:
    """An average over n numbers that divides by n - 1, as statisticians do."""
    if isinstance(node, Binary) and node.operator == "/" and is_size(node.right):
        assert isinstance(node.right, Constant)
        less = Constant(node.right.value - 1)
        yield Slip(
            node.left / less, "n - 1", f"when dividing by {text(node.right)} - 1 instead of {text(node.right)}", 0
        )


def condition(node: Expression) -> Iterator[Slip]:
    """The mask forgotten, or the wrong case of a condition taken."""
    if not isinstance(node, Where):
        return
    asked = text(node.condition)
    if _is_minus_inf(node.otherwise):
        yield Slip(node.then, "mask", _forgotten(node.condition), 0)
        yield Slip(
            Where(node.condition, node.then, 0), "zero for -inf", "after softmax: before it, what is masked is -inf", 1
        )
    else:
        yield Slip(node.then, "condition", f"if {asked} held, which it does not", 1)
        yield Slip(node.otherwise, "condition", f"if {asked} did not hold, but it does", 1)


def _forgotten(asked: Compare) -> str:
    """What it is to forget a mask: the causal one, top-k's, or another."""
    if isinstance(asked.left, Index) and isinstance(asked.right, Index):
        return f"when one forgets the mask and looks ahead: only pairs with {text(asked)} may stay"
    if concept_of(asked.right) == concepts.THRESHOLD:
        return f"when one forgets top-k: only words with {text(asked)} may be drawn"
    return f"when one forgets the mask: only {text(asked)} may stay"


def sign(node: Expression) -> Iterator[Slip]:
    """A minus lost, or a plus and a minus exchanged."""
    if isinstance(node, Negate) and not _is_minus_inf(node):
        yield Slip(node.operand, "sign", f"without the minus before {words(node.operand)}", 0.5)
    if isinstance(node, Binary) and node.operator in "+-":
        other = "-" if node.operator == "+" else "+"
        yield Slip(Binary(other, node.left, node.right), "sign", f"with {other} before {words(node.right)}", 1)


def left_out(node: Expression) -> Iterator[Slip]:
    """One side of a sum, a difference or a product forgotten."""
    if not isinstance(node, Binary) or node.operator not in "+-*":
        return
    doing = {"+": "adding", "-": "subtracting", "*": "multiplying by"}[node.operator]
    default, cost = ("factor", 1.5) if node.operator == "*" else ("term", 1)
    kind = kind_of(node.right)
    yield Slip(node.left, kind or default, f"without {doing} {words(node.right)}", 0 if kind else cost)
    kind = kind_of(node.left)
    right = Negate(node.right) if node.operator == "-" else node.right
    yield Slip(right, kind or default, f"without {words(node.left)}", 0 if kind else cost)


def decay(node: Expression) -> Iterator[Slip]:
    """Weight decay forgotten: w * (1 - rate * decay) as w."""
    if (
        isinstance(node, Binary)
        and node.operator == "*"
        and any(name_of(p) == "weight_decay" for p in node.right.walk())
    ):
        yield Slip(node.left, "decay", f"without weight decay: multiplying by {words(node.right)}", 0)


def power(node: Expression) -> Iterator[Slip]:
    """A square forgotten, or taken for a doubling."""
    if isinstance(node, Binary) and node.operator == "**":
        said = "squaring" if is_number(node.right, 2) else f"the power of {text(node.right)}"
        yield Slip(node.left, "square", f"without {said}", 0.5)
        if is_number(node.right, 2):
            yield Slip(node.left * 2, "square", "when doubling instead of squaring", 1.5)


def function(node: Expression) -> Iterator[Slip]:
    """A function forgotten; the wrong logarithm; an angle in degrees."""
    if not isinstance(node, Call):
        return
    if node.function == "log":
        yield Slip(node / log(10), "log10", "with the logarithm to base 10 instead of the natural one", 0)
        yield Slip(node / log(2), "log2", "with the logarithm to base 2 instead of the natural one", 1.5)
    if node.function == "cos":
        yield Slip(
            Call("cos", node.argument * (pi / 180)), "degrees", "with the angle in degrees instead of radians", 0.5
        )
    kind = {"exp": "exponential", "sqrt": "root"}.get(node.function, "function")
    if not is_root(node):
        said = {"exp": "the exponential", "sqrt": "the root", "log": "the logarithm"}.get(node.function, node.function)
        yield Slip(node.argument, kind, f"without taking {said}", 0.5 if kind == "function" else 0)


def bare_exponential(node: Expression) -> Iterator[Slip]:
    """The exponential forgotten, and with it what only keeps it small: the maximum."""
    inner = node.argument if isinstance(node, Call) and node.function == "exp" else None
    if isinstance(inner, Binary) and inner.operator == "-" and concept_of(inner.right) == concepts.LARGEST:
        yield Slip(inner.left, "exponential", "without taking the exponential", 0)


def exchanged(node: Expression) -> Iterator[Slip]:
    """q[i] * k[j] as q[j] * k[i]; beta * a + (1 - beta) * b the other way round."""
    if not isinstance(node, Binary):
        return
    left, right = node.left, node.right
    if node.operator == "*" and isinstance(left, Access) and isinstance(right, Access):
        a, b = left.tensor, right.tensor
        if a != b and a.indices == b.indices and left.subscripts != right.subscripts:
            names = f"{a.concept or a.name} and {b.concept or b.name}"
            yield Slip(
                Access(a, right.subscripts) * Access(b, left.subscripts), "exchanged", f"with {names} exchanged", 0
            )
    if node.operator == "+" and isinstance(left, Binary) and isinstance(right, Binary) and right.left == 1 - left.left:
        swapped = right.left * left.right + left.left * right.right
        yield Slip(swapped, "exchanged", f"with {text(left.left)} and {text(right.left)} exchanged", 0.5)


def reduction(node: Expression) -> Iterator[Slip]:
    """The sum taken for the maximum, or the other way round."""
    if isinstance(node, Reduction):
        other, said = ("max", "the largest") if node.kind == "sum" else ("sum", "the sum")
        instead = "the sum" if node.kind == "sum" else "the largest"
        yield Slip(
            Reduction(other, node.indices, node.body), "sum or largest", f"with {said} instead of {instead}", 1.5
        )


def transposed(node: Expression) -> Iterator[Slip]:
    """A column of a weight read instead of a row."""
    if isinstance(node, Access) and len(node.subscripts) >= 2 and node.tensor.role.trained:
        *before, row, column = node.subscripts
        extents = {index.extent for index in node.tensor.indices[-2:]}
        if isinstance(row, Index) and isinstance(column, Index) and len(extents) == 1:
            turned = Access(node.tensor, (*before, column, row))
            yield Slip(turned, "transposed", f"with rows and columns of {node.tensor.name} exchanged", 1.5)


def other_part(node: Expression) -> Iterator[Slip]:
    """The weights of the key instead of the query's."""
    if isinstance(node, Access) and node.tensor.indices:
        for axis, at in enumerate(node.subscripts):
            if isinstance(at, int):
                for other in range(node.tensor.indices[axis].extent):
                    if other != at:
                        wrong = Access(node.tensor, (*node.subscripts[:axis], other, *node.subscripts[axis + 1 :]))
                        yield Slip(
                            wrong, "index", f"with {_part(node, axis, other)} instead of {_part(node, axis, at)}", 1
                        )


def _part(node: Access, axis: int, at: int) -> str:
    """`the key's weights`, or the element as it is written."""
    counted = node.tensor.indices[axis].axis
    if counted and counted.names:
        return f"the {counted.names[at]}'s weights"
    return text(Access(node.tensor, (*node.subscripts[:axis], at, *node.subscripts[axis + 1 :])))


def looked_up(node: Expression) -> Iterator[Slip]:
    """The word itself instead of the one that comes next."""
    for at, inner in enumerate(node.subscripts if isinstance(node, Access) else ()):
        if isinstance(node, Access) and isinstance(inner, Access) and concept_of(inner) == concepts.TARGETS:
            assert inner.tensor.of is not None  # the words before them
            words_here = Access(inner.tensor.of, inner.subscripts)
            wrong = Access(node.tensor, (*node.subscripts[:at], words_here, *node.subscripts[at + 1 :]))
            yield Slip(wrong, "index", "for the word itself instead of the one that comes next", 1)


def factor_of_the_mean(node: Expression) -> Iterator[Slip]:
    """The loss taken for a sum, or for a mean over less: a mean over all makes its gradient start with 1 / (B * T)."""
    if not isinstance(node, Access) or node.tensor.role is not Role.GRADIENT or node.tensor.of is None:
        return
    if node.tensor.of.concept != concepts.SURPRISE:
        return
    rows, positions = (index.extent for index in node.tensor.indices)
    mean = "the loss is a mean over all sequences and positions"
    yield Slip(Constant(1), "average", f"without the factor 1 / (B * T) = 1 / {rows * positions}: {mean}", 0)
    yield Slip(Constant(1 / positions), "average", f"with the factor 1 / T instead of 1 / (B * T): {mean}", 0.5)
    yield Slip(Constant(1 / rows), "average", f"with the factor 1 / B instead of 1 / (B * T): {mean}", 0.5)


def _is_minus_inf(node: Expression) -> bool:
    return isinstance(node, Negate) and isinstance(node.operand, Constant) and node.operand.value == inf


RULES: tuple[Rule, ...] = (
    division,
    inverse,
    one_less,
    condition,
    sign,
    left_out,
    decay,
    power,
    function,
    bare_exponential,
    exchanged,
    reduction,
    transposed,
    other_part,
    looked_up,
    factor_of_the_mean,
)
