"""Random formulas and random programs that make sense, for Hypothesis; and numbers to run them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gpt_by_hand.notation import (
    Access,
    Call,
    Constant,
    Expression,
    Index,
    Max,
    Negate,
    Program,
    Reduction,
    Sum,
    Tensor,
    Where,
    Writer,
    equal,
    erf,
    exp,
    inf,
    log,
    sqrt,
    tanh,
)

LETTERS = ("i", "j", "k", "l")
EXTENTS = ((2, 3, 3, 2), (3, 2, 2, 3), (2, 2, 3, 3))  # a letter may count to something else in another formula
LOOKUP = Tensor("n", (Index("m", 2),), "integer")  # holds zeros and ones: a place on any axis
SCALAR = Tensor("s")

# Smooth, and tame enough that a few of them inside each other stay within what nudging can measure.
FUNCTIONS: tuple[Callable[[Expression], Expression], ...] = (
    lambda x: exp(tanh(x)),
    lambda x: log(2 + x * x),
    lambda x: sqrt(1 + x**2),
    lambda x: 1 / sqrt(1 + x**2),
    lambda x: x / (2 + x**2),
    tanh,
    lambda x: erf(x / 2),
    lambda x: tanh(x) ** 3,
    lambda x: (2 + tanh(x)) ** -1,
    lambda x: -x,
    lambda x: Negate(-x),
    lambda x: 2 - x,
    lambda x: x / -3,
    lambda x: 0.5 * (x - 2),
)
PAIRS: tuple[Callable[[Expression, Expression], Expression], ...] = (
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x * -y,
    lambda x, y: x / (2 + y * y),
    lambda x, y: x - (y - x),
    lambda x, y: tanh(x) / (1 / (2 + y**2)),
)


@dataclass
class Maker:
    """Draws expressions over `tensors`: the indices of a scope may be free, the other `letters` may be summed over."""

    draw: st.DrawFn
    tensors: list[Tensor]
    letters: list[Index]
    maxima: bool = False

    def choice(self, options: object) -> object:
        return self.draw(st.sampled_from(list(options)))

    def subscript(self, extent: int, scope: list[Index]) -> object:
        fitting = [index for index in scope if index.extent == extent]
        lookups = [LOOKUP[index] for index in scope if index.extent == 2]
        constants = [0, extent - 1] if not fitting or self.draw(st.integers(0, 5)) == 0 else []
        return self.choice([*fitting, *lookups, *constants])

    def access(self, scope: list[Index]) -> Access:
        tensor = self.choice(self.tensors)
        return tensor[tuple(self.subscript(extent, scope) for extent in tensor.shape)]

    def condition(self, scope: list[Index]) -> object:
        first = self.choice([*scope, SCALAR()])
        second = self.choice([*scope, 1, 0.5, *(LOOKUP[index] for index in scope if index.extent == 2)])
        return self.choice([first <= second, first > second, equal(first, second), equal(second, first)])

    def leaf(self, scope: list[Index]) -> Expression:
        numbers = [SCALAR(), Constant(2), Constant(0.3, "third"), *scope]
        return self.choice([self.access(scope), self.access(scope), *numbers])

    def reduction(self, scope: list[Index], depth: int) -> Expression:
        unbound = [index for index in self.letters if index not in scope]
        if not unbound:
            return self.access(scope)
        bound = self.draw(st.lists(st.sampled_from(unbound), min_size=1, max_size=2, unique=True))
        kind = self.choice([Sum, Sum, Max] if self.maxima else [Sum])
        return kind(*bound, self.expression([*scope, *bound], depth - 1))

    def expression(self, scope: list[Index], depth: int) -> Expression:
        form = self.draw(st.integers(0, 6)) if depth > 0 else 0
        if form == 0:
            return self.leaf(scope)
        if form == 1:
            return self.choice(FUNCTIONS)(self.expression(scope, depth - 1))
        if form <= 3:
            return self.reduction(scope, depth)
        if form == 4:
            branches = self.expression(scope, depth - 1), self.expression(scope, depth - 1)
            return Where(self.condition(scope), *branches)
        return self.choice(PAIRS)(self.expression(scope, depth - 1), self.expression(scope, depth - 1))


def letters(draw: st.DrawFn) -> list[Index]:
    extents = draw(st.sampled_from(EXTENTS))
    return [Index(letter, extent) for letter, extent in zip(LETTERS, extents, strict=True)]


def axes(draw: st.DrawFn, indices: list[Index], most: int = 3) -> list[Index]:
    return draw(st.lists(st.sampled_from(indices), max_size=most, unique=True))


@st.composite
def programs(draw: st.DrawFn, maxima: bool = False) -> Program:
    """Two parameters, up to three formulas that use them and each other, and `loss`, a sum of all that came before."""
    write = Writer()
    write.inputs += [LOOKUP, SCALAR]
    known = [write.parameter(f"p{number}", *axes(draw, letters(draw))) for number in range(2)]
    for number in range(draw(st.integers(1, 3))):
        maker = Maker(draw, known, letters(draw), maxima)
        left = axes(draw, maker.letters, 2)
        defined = write.define(f"y{number}", "")
        defined[tuple(left)] = maker.expression(left, 3)
        assert defined.tensor is not None
        known = [*known, defined.tensor]
    if draw(st.booleans()):
        known = [*known, *_twins(draw, write, known)]
    total: Expression = Constant(0.25)
    for tensor in known:
        value = tensor[tensor.indices] * 2 + tensor[tensor.indices] ** 2
        part = write.define(f"{tensor.name}.sum", "")
        part[()] = Sum(*tensor.indices, value) if tensor.indices else value
        total = total + part()
    write.define("loss", "")[()] = total
    return write.program()


def _twins(draw: st.DrawFn, write: Writer, tensors: list[Tensor]) -> list[Tensor]:
    """The same formula for each of the tensors, which an engine may compute in one go."""
    function, made = draw(st.sampled_from(FUNCTIONS)), []
    for tensor in tensors:
        twin = write.define(f"twin.{tensor.name}", "")
        twin[tensor.indices] = function(SCALAR() * tensor[tensor.indices] - tensor[tensor.indices])
        made.append(twin.tensor)
    return made


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Expression, list[Index], list[Index]]:
    """An expression over p[i, j, k], q[j] and r, the indices that it may depend on, and all indices that there are."""
    indices = letters(draw)
    scope = axes(draw, indices, 2)
    return Maker(draw, tensors_over(indices), indices).expression(scope, 4), scope, indices


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Expression, Expression, list[Index]]:
    """Two such expressions and all indices."""
    indices = letters(draw)
    maker = Maker(draw, tensors_over(indices), indices)
    return maker.expression(indices[:2], 2), maker.expression(indices[1:3], 2), indices


def tensors_over(indices: list[Index]) -> list[Tensor]:
    return [Tensor("p", tuple(indices[:3])), Tensor("q", (indices[1],)), Tensor("r")]


def numbers(tensors: object, seed: int) -> dict[str, object]:
    """A number for every element of the tensors, the same for the same seed."""
    rng = np.random.default_rng(seed)
    values: dict[str, object] = {LOOKUP.name: rng.integers(0, 2, 2), SCALAR.name: float(rng.normal())}
    for tensor in tensors:
        if tensor.name not in values:
            values[tensor.name] = rng.normal(size=tensor.shape)[()]
    return values


# Any expression at all, whether or not it makes sense: for printers.

ANYTHING = [Tensor("x"), Tensor("h.0.attn.q", tuple(Index(c, 4) for c in "bht")), Tensor("wte", (Index("v", 4),))]
WORDS = [Index(letter, 4) for letter in "bhtv"]
finite = st.floats(allow_nan=False, allow_infinity=False)
literals = st.one_of(st.integers(-3, 10**6), finite).map(Constant) | st.sampled_from([inf, Constant(1e-5, "eps")])


@st.composite
def accesses(draw: st.DrawFn, depth: int = 1) -> Access:
    tensor = draw(st.sampled_from(ANYTHING))
    subscript = st.one_of(st.sampled_from(WORDS), st.integers(0, 3), *([accesses(depth - 1)] if depth else []))
    return Access(tensor, tuple(draw(subscript) for _ in tensor.indices))


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    comparison = st.builds(lambda make, a, b: make(a, b), st.sampled_from(COMPARISONS), inner, inner)
    return st.one_of(
        st.builds(lambda make, a, b: make(a, b), st.sampled_from(OPERATORS), inner, inner),
        inner.map(lambda x: -x),
        st.builds(Call, st.sampled_from(["exp", "log", "sqrt", "erf", "tanh", "cos"]), inner),
        st.builds(Where, comparison, inner, inner),
        st.builds(
            lambda kind, indices, body: Reduction(kind, tuple(indices), body),
            st.sampled_from(["sum", "max"]),
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True),
            inner,
        ),
    )


OPERATORS = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a**b]
COMPARISONS = [lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a > b, lambda a, b: a >= b, equal]
any_expression = st.recursive(st.one_of(literals, accesses(), st.sampled_from(WORDS)), _larger, max_leaves=12)
