"""The closed set of node kinds that formulas are made of.

Every node is immutable and compares by structure. Python's operators build nodes exactly as written, without
simplification: `a + (b + c)` keeps its parentheses, so every engine adds in the same order.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import field
from math import prod
from typing import NoReturn, TypeAlias, TypeVar, cast

from gpt_by_hand.notation.meanings import Axis, Role, Start
from gpt_by_hand.records import dataclass

Kind = TypeVar("Kind", bound="Node")
WRAPPING = (Role.GRADIENT, Role.CLIPPED, Role.STATE, Role.UPDATE, Role.STEP)  # roles of what is of another tensor


def _operator(sign: str) -> tuple[Callable[[Node, ExpressionLike], Binary], Callable[[Node, ExpressionLike], Binary]]:
    """What Python calls for `node + 2`, and for `2 + node`."""
    return (
        lambda self, other: Binary(sign, as_expression(self), as_expression(other)),
        lambda self, other: Binary(sign, as_expression(other), as_expression(self)),
    )


def _comparison(sign: str) -> Callable[[Node, ExpressionLike], Compare]:
    return lambda self, other: Compare(sign, as_expression(self), as_expression(other))


class Node:
    """A part of a formula: a number for each choice of its free indices. `Expression` lists all kinds of it."""

    __slots__ = ()

    def children(self) -> tuple[Expression, ...]:
        """The expressions directly below this one, left to right."""
        return ()

    def walk(self) -> list[Expression]:
        """This node and every node below it, parents first; subscripts that look something up are included."""
        found, waiting = [], [as_expression(self)]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += node.children()[::-1]
        return found

    def find(self, kind: type[Kind]) -> list[Kind]:
        """Every node of one kind in the walk, such as all elements that are read: `formula.find(Access)`."""
        return [node for node in self.walk() if isinstance(node, kind)]

    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")
    __pow__, __rpow__ = _operator("**")
    __le__ = _comparison("<=")
    __lt__ = _comparison("<")
    __ge__ = _comparison(">=")
    __gt__ = _comparison(">")

    def __neg__(self) -> Negate:
        return Negate(as_expression(self))


@dataclass(frozen=True, slots=True)
class Index(Node):
    """A name that runs over 0 … extent - 1. As a value it is its own position. `axis` says what it counts."""

    name: str
    extent: int
    axis: Axis | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number, with the name it has in the paper (`eps`, `D`), if it has one."""

    value: int | float
    name: str = ""

    def __post_init__(self) -> None:  # a number of NumPy's becomes Python's: it prints as such and stays out of float32
        value = float(self.value) if isinstance(self.value, float) else operator.index(self.value)
        object.__setattr__(self, "value", value)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A named array of numbers: `indices` name its axes and give its shape.

    `kind` is "real" or "integer"; only integer tensors can be subscripts. A tensor without indices is a scalar.
    `stored` are the indices of each axis in a checkpoint where several share one: the same memory, seen otherwise
    (heads apart). What is of a tensor and has its indices is stored as that is.

    What it means is not part of what it is, so two tensors that differ in nothing else are equal: its `role`; the
    tensor that it is `of` (a gradient's, a moment's, a new weight's subject); the one that it `replaces` in the next
    iteration; its `concept`, the same in each layer and whatever it is called; and, of a parameter, what it starts with
    and the `part` of the model whose gradients are measured together.
    """

    name: str
    indices: tuple[Index, ...] = ()
    kind: str = "real"
    stored: tuple[tuple[Index, ...], ...] = ()
    title: str = field(default="", compare=False)
    role: Role = field(default=Role.ACTIVATION, compare=False, repr=False)
    of: Tensor | None = field(default=None, compare=False, repr=False)
    replaces: Tensor | None = field(default=None, compare=False, repr=False)
    concept: str = field(default="", compare=False, repr=False)
    start: Start | None = field(default=None, compare=False, repr=False)
    part: str = field(default="", compare=False, repr=False)

    @property
    def subject(self) -> Tensor | None:
        """What a gradient, a moment or a new weight is of; None for what the model itself computes or is given."""
        return self.of if self.role in WRAPPING else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The extent of each axis."""
        return tuple(index.extent for index in self.indices)

    @property
    def stored_axes(self) -> tuple[tuple[Index, ...], ...]:
        """The indices of each axis that it has in a checkpoint, from the outermost."""
        if not self.stored and self.subject is not None and self.subject.indices == self.indices:
            return self.subject.stored_axes
        return self.stored or tuple((index,) for index in self.indices)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The shape it has in a checkpoint."""
        return tuple(prod(index.extent for index in axis) for axis in self.stored_axes)

    def __getitem__(self, subscripts: Subscripts) -> Access:
        return Access(self, as_subscripts(subscripts))

    def __call__(self) -> Access:
        """The value of a scalar (a tensor without indices)."""
        return Access(self, ())


@dataclass(frozen=True, slots=True)
class Access(Node):
    """One element: `q[b, h, i, d]`, `c_attn[0, h, d, c]`, or a lookup `wte[tokens[b, t], c]`."""

    tensor: Tensor
    subscripts: tuple[Subscript, ...]

    def children(self) -> tuple[Expression, ...]:
        return tuple([s for s in self.subscripts if isinstance(s, Access)])  # asked often: faster than without a list


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left operator right`, where the operator is one of + - * / **; % explains start values."""

    operator: str
    left: Expression
    right: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-operand`."""

    operand: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left operator right`, true or false, where the operator is one of < <= > >= ==. Only a condition of `Where`."""

    operator: str
    left: Expression
    right: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, init=False)
class Where(Node):
    """`then` where the condition holds, `otherwise` elsewhere; the branch not taken has no say, not even as a NaN."""

    condition: Compare
    then: Expression
    otherwise: Expression

    def __init__(self, condition: Compare, then: ExpressionLike, otherwise: ExpressionLike) -> None:
        object.__setattr__(self, "condition", condition)
        object.__setattr__(self, "then", as_expression(then))
        object.__setattr__(self, "otherwise", as_expression(otherwise))

    def children(self) -> tuple[Expression, ...]:
        return (self.condition, self.then, self.otherwise)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of one number: exp, log, sqrt, erf, tanh or cos; sin and round explain start values."""

    function: str
    argument: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.argument,)


@dataclass(frozen=True, slots=True)
class Reduction(Node):
    """`body` summed, or its maximum taken, over `indices`. Always explicit; `kind` is "sum" or "max"."""

    kind: str
    indices: tuple[Index, ...]
    body: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.body,)


@dataclass(frozen=True, slots=True)
class Terms(Node):
    """A reduction written out for one element: `a[0] + a[1] + a[2]`, or `max(a[0], a[1])`; `kind` as in `Reduction`.

    Formulas are never written with it; it is what becomes of their sums when a single number is worked out.
    """

    kind: str
    terms: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.terms


# The closed set: who walks a formula matches all of these and ends with `assert_never`, so mypy finds a forgotten one.
Expression: TypeAlias = Index | Constant | Access | Binary | Negate | Where | Call | Reduction | Terms | Compare
ExpressionLike: TypeAlias = Expression | int | float
Subscript: TypeAlias = Index | int | Access
Subscripts: TypeAlias = Subscript | tuple[Subscript, ...]

inf = Constant(float("inf"))


def assert_never(value: NoReturn) -> NoReturn:
    """The end of a `match` over all kinds: mypy complains where one is left; what belongs to none stops here."""
    raise AssertionError(f"{type(value).__name__} is none of the kinds that there are")


def as_expression(value: Node | int | float) -> Expression:
    """A Python number as a `Constant`; an expression as it is."""
    if isinstance(value, Node):
        return cast("Expression", value)
    if isinstance(value, (int, float)):
        return Constant(value)
    raise TypeError(f"{value!r} is not a part of a formula: write a tensor's element, such as x[b, t], or a number")


def as_subscripts(subscripts: Subscripts) -> tuple[Subscript, ...]:
    """What stands between the brackets, as a tuple."""
    found = subscripts if isinstance(subscripts, tuple) else (subscripts,)
    for subscript in found:
        if not isinstance(subscript, (Index, int, Access)):
            raise TypeError(f"{subscript!r} cannot be a subscript: use an index, a whole number or a lookup")
    return found
