"""The mistakes that people make, as rewrites of a formula: each rule turns one node into what it becomes by mistake.

A rule gives, for a node that it applies to, what stands there instead and what to say of it ("without ..."). How
far-fetched a mistake is, its cost says: 0 for those that everybody makes, more for those that may fit by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf, log, pi
from typing import Literal, TypeAlias

from gpt_by_hand.layout.sentences import said, told
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
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.printers.text import text
from gpt_by_hand.records import dataclass

# What it is to forget a part: by the tensor's concept, by its role, by the constant's name.
CONCEPTS = {
    concepts.POSITION_VECTOR: "position",
    concepts.POSITION_TABLE: "position",
    concepts.MEAN: "mean",
    concepts.FIRST_CORRECTION: "correction",
    concepts.SECOND_CORRECTION: "correction",
    concepts.CLIPPING: "clipping",
    concepts.RATE: "learning rate",
    concepts.TEMPERATURE: "temperature",
}
ROLES = {Role.BIAS: "bias", Role.GAIN: "gain"}
EPSILON = "epsilon"  # has no noun but its own name
CONSTANTS = {"weight_decay": "decay", "eps": EPSILON, "adam_eps": EPSILON}
LONGEST = 70


@dataclass(frozen=True)
class Slip:
    """What stands there by mistake: the kind of mistake, how to say it, and how far-fetched it is."""

    node: Expression
    kind: str
    said: str
    cost: float


Rule: TypeAlias = Callable[[Expression], Iterator[Slip]]


def concept_of(node: Expression) -> str:
    """What the tensor is that an element belongs to; nothing for anything else."""
    return node.tensor.concept if isinstance(node, Access) else ""


def kind_of(node: Expression) -> str:
    """Which kind of mistake it is to forget this part: "bias", "epsilon", ...; nothing for other parts."""
    if isinstance(node, Access):
        return CONCEPTS.get(node.tensor.concept) or ROLES.get(node.tensor.role, "")
    return CONSTANTS.get(node.name, "") if isinstance(node, Constant) else ""


def words(node: Expression) -> str:
    """The part in a sentence: `the bias (h.0.attn.c_attn.bias[0, h, d])`, `sqrt(D)`."""
    kind, printed = kind_of(node), text(node)
    if len(printed) > LONGEST:
        printed = f"{printed[: LONGEST - 1]}…"
    return said("part", noun=said(f"part.{kind}"), part=printed) if kind and kind != EPSILON else printed


def is_size(node: Expression) -> bool:
    """A whole number with a name, such as C: how many there are of something."""
    return isinstance(node, Constant) and bool(node.name) and isinstance(node.value, int)


def is_root(node: Expression) -> bool:
    """The root of a number that has nothing to do with the data, such as sqrt(D)."""
    return isinstance(node, Call) and node.function == "sqrt" and isinstance(node.argument, Constant)


def division(node: Expression) -> Iterator[Slip]:
    """Forgotten, or upside down."""
    if not isinstance(node, Binary) or node.operator != "/" or is_number(node.left, 1):
        return
    kind, part = kind_of(node.right), words(node.right)
    if kind == "correction":
        moment = "m" if concept_of(node.right) == concepts.FIRST_CORRECTION else "v"
        yield Slip(node.left, kind, said("without.correction", moment=moment, part=text(node.right)), 0)
    else:
        plain = 0 if is_root(node.right) or kind or is_size(node.right) else 0.5
        scale = "scale" if is_root(node.right) else ""
        yield Slip(node.left, scale or kind or "division", said("without./", part=part), plain)
    yield Slip(node.left * node.right, "upside down", said("with.multiplied", part=part), 2)
    yield Slip(node.right / node.left, "upside down", said("with.upside down", part=part), 2.5)


def inverse(node: Expression) -> Iterator[Slip]:
    """1 / x without the 1 /."""
    if isinstance(node, Binary) and node.operator == "/" and is_number(node.left, 1):
        yield Slip(node.right, "division", said("without.1/", part=words(node.right)), 0.5)


def one_less(node: Expression) -> Iterator[Slip]:
    """An average over n numbers that divides by n - 1, as statisticians do."""
    if isinstance(node, Binary) and node.operator == "/" and is_size(node.right):
        assert isinstance(node.right, Constant)
        less = Constant(node.right.value - 1)
        yield Slip(node.left / less, "n - 1", said("with.n - 1", count=text(node.right)), 0)


def condition(node: Expression) -> Iterator[Slip]:
    """The mask forgotten, or the wrong case of a condition taken."""
    if not isinstance(node, Where):
        return
    asked = text(node.condition)
    if _is_minus_inf(node.otherwise):
        yield Slip(node.then, "mask", _forgotten(node.condition), 0)
        yield Slip(Where(node.condition, node.then, 0), "zero for -inf", said("with.zero"), 1)
    else:
        yield Slip(node.then, "condition", said("with.holds", condition=asked), 1)
        yield Slip(node.otherwise, "condition", said("with.fails", condition=asked), 1)


def _forgotten(asked: Compare) -> str:
    """What it is to forget a mask: the causal one, top-k's, or another."""
    causal = isinstance(asked.left, Index) and isinstance(asked.right, Index)
    top_k = concept_of(asked.right) == concepts.THRESHOLD
    return said(
        "without.causal mask" if causal else "without.top-k" if top_k else "without.mask", condition=text(asked)
    )


def sign(node: Expression) -> Iterator[Slip]:
    """A minus lost, or a plus and a minus exchanged."""
    if isinstance(node, Negate) and not _is_minus_inf(node):
        yield Slip(node.operand, "sign", said("without.minus", part=words(node.operand)), 0.5)
    if isinstance(node, Binary) and node.operator in "+-":
        other = "-" if node.operator == "+" else "+"
        wrong = Binary(other, node.left, node.right)
        yield Slip(wrong, "sign", said(f"with.operator.{other}", part=words(node.right)), 1)


def left_out(node: Expression) -> Iterator[Slip]:
    """One side of a sum, a difference or a product forgotten."""
    if not isinstance(node, Binary) or node.operator not in "+-*":
        return
    default, cost = ("factor", 1.5) if node.operator == "*" else ("term", 1)
    kind = kind_of(node.right)
    forgotten = said(f"operator.{node.operator}", part=words(node.right))
    yield Slip(node.left, kind or default, forgotten, 0 if kind else cost)
    kind = kind_of(node.left)
    right = Negate(node.right) if node.operator == "-" else node.right
    yield Slip(right, kind or default, said("without", part=words(node.left)), 0 if kind else cost)


def decay(node: Expression) -> Iterator[Slip]:
    """Weight decay forgotten: w * (1 - rate * decay) as w."""
    if isinstance(node, Binary) and node.operator == "*" and any(kind_of(p) == "decay" for p in node.right.walk()):
        yield Slip(node.left, "decay", said("without.decay", part=words(node.right)), 0)


def power(node: Expression) -> Iterator[Slip]:
    """A square forgotten, or taken for a doubling."""
    if isinstance(node, Binary) and node.operator == "**" and is_number(node.right, 2):
        yield Slip(node.left, "square", said("without.square"), 0.5)
        yield Slip(node.left * 2, "square", said("with.doubled"), 1.5)
    elif isinstance(node, Binary) and node.operator == "**":
        yield Slip(node.left, "square", said("without.**", part=text(node.right)), 0.5)


def function(node: Expression) -> Iterator[Slip]:
    """A function forgotten; the wrong logarithm; an angle in degrees."""
    if not isinstance(node, Call):
        return
    if node.function == "log":
        yield Slip(node / log(10), "log10", said("with.log10"), 0)
        yield Slip(node / log(2), "log2", said("with.log2"), 1.5)
    if node.function == "cos":
        yield Slip(Call("cos", node.argument * (pi / 180)), "degrees", said("with.degrees"), 0.5)
    kind = {"exp": "exponential", "sqrt": "root"}.get(node.function, "function")
    if not is_root(node):
        yield Slip(node.argument, kind, said(f"function.{node.function}"), 0.5 if kind == "function" else 0)


def bare_exponential(node: Expression) -> Iterator[Slip]:
    """The exponential forgotten, and with it what only keeps it small: the maximum."""
    inner = node.argument if isinstance(node, Call) and node.function == "exp" else None
    if isinstance(inner, Binary) and inner.operator == "-" and concept_of(inner.right) == concepts.LARGEST:
        yield Slip(inner.left, "exponential", said("function.exp"), 0)


def exchanged(node: Expression) -> Iterator[Slip]:
    """q[i] * k[j] as q[j] * k[i]; beta * a + (1 - beta) * b the other way round."""
    if not isinstance(node, Binary):
        return
    left, right = node.left, node.right
    if node.operator == "*" and isinstance(left, Access) and isinstance(right, Access):
        a, b = left.tensor, right.tensor
        if a != b and a.indices == b.indices and left.subscripts != right.subscripts:
            swapped = Access(a, right.subscripts) * Access(b, left.subscripts)
            names = said("with.exchanged", one=told(a.concept) or a.name, other=told(b.concept) or b.name)
            yield Slip(swapped, "exchanged", names, 0)
    if node.operator == "+" and isinstance(left, Binary) and isinstance(right, Binary) and right.left == 1 - left.left:
        swapped = right.left * left.right + left.left * right.right
        shares = said("with.exchanged", one=text(left.left), other=text(right.left))
        yield Slip(swapped, "exchanged", shares, 0.5)


def reduction(node: Expression) -> Iterator[Slip]:
    """The sum taken for the maximum, or the other way round."""
    if isinstance(node, Reduction):
        other: Literal["sum", "max"] = "max" if node.kind == "sum" else "sum"
        yield Slip(Reduction(other, node.indices, node.body), "sum or largest", said(f"reduction.{other}"), 1.5)


def transposed(node: Expression) -> Iterator[Slip]:
    """A column of a weight read instead of a row."""
    if isinstance(node, Access) and len(node.subscripts) >= 2 and node.tensor.role.trained:
        *before, row, column = node.subscripts
        extents = {index.extent for index in node.tensor.indices[-2:]}
        if isinstance(row, Index) and isinstance(column, Index) and len(extents) == 1:
            turned = Access(node.tensor, (*before, column, row))
            yield Slip(turned, "transposed", said("with.transposed", name=node.tensor.name), 1.5)


def other_part(node: Expression) -> Iterator[Slip]:
    """The weights of the key instead of the query's."""
    if isinstance(node, Access) and node.tensor.indices:
        for axis, at in enumerate(node.subscripts):
            for other in range(node.tensor.indices[axis].extent) if isinstance(at, int) else ():
                if other != at:
                    wrong = _moved(node, axis, other)
                    instead = said("with.other", wrong=_part(wrong, axis), right=_part(node, axis))
                    yield Slip(wrong, "index", instead, 1)


def _moved(node: Access, axis: int, at: Subscript) -> Access:
    return Access(node.tensor, (*node.subscripts[:axis], at, *node.subscripts[axis + 1 :]))


def _part(node: Access, axis: int) -> str:
    """`the key's weights`, or the element as it is written."""
    counted, at = node.tensor.indices[axis].axis, node.subscripts[axis]
    names = counted.names if counted else ()
    return said("weights", name=told(names[at])) if names and isinstance(at, int) else text(node)


def looked_up(node: Expression) -> Iterator[Slip]:
    """The word itself instead of the one that comes next."""
    for axis, inner in enumerate(node.subscripts if isinstance(node, Access) else ()):
        if isinstance(node, Access) and isinstance(inner, Access) and concept_of(inner) == concepts.TARGETS:
            assert inner.tensor.of is not None  # the words before them
            wrong = _moved(node, axis, Access(inner.tensor.of, inner.subscripts))
            yield Slip(wrong, "index", said("with.this word"), 1)


def factor_of_the_mean(node: Expression) -> Iterator[Slip]:
    """The loss taken for a sum, or for a mean over less: a mean over all makes its gradient start with 1 / (B * T)."""
    if not isinstance(node, Access) or node.tensor.role is not Role.GRADIENT or node.tensor.of is None:
        return
    if node.tensor.of.concept != concepts.SURPRISE:
        return
    rows, positions = (index.extent for index in node.tensor.indices)
    yield Slip(Constant(1), "average", said("without.factor", count=rows * positions), 0)
    yield Slip(Constant(1 / positions), "average", said("with.factor", wrong="1 / T"), 0.5)
    yield Slip(Constant(1 / rows), "average", said("with.factor", wrong="1 / B"), 0.5)


def _is_minus_inf(node: Expression) -> bool:
    return isinstance(node, Negate) and isinstance(node.operand, Constant) and node.operand.value == inf


RULES: tuple[Rule, ...] = (
    division, inverse, one_less, condition, sign, left_out, decay, power, function, bare_exponential, exchanged,
    reduction, transposed, other_part, looked_up, factor_of_the_mean,
)  # fmt: skip
