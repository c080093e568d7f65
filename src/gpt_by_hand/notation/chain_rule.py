"""Gradients, derived: for every tensor that the loss depends on, a formula for how the loss changes with it.

This is reverse-mode differentiation (Linnainmaa 1970; Rumelhart, Hinton & Williams 1986) on formulas instead of
numbers. The program is read backwards; each place that uses a tensor contributes one term to its gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import pi, prod
from typing import NamedTuple

from gpt_by_hand.notation.algebra import (
    ONE,
    add_all,
    bound,
    divide,
    fresh,
    multiply,
    negate,
    rename_bound,
    substitute,
    substitute_subscript,
    sum_over,
    where,
)
from gpt_by_hand.notation.errors import DefinitionError, NotDifferentiableError
from gpt_by_hand.notation.expressions import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Reduction,
    Subscript,
    Tensor,
    Terms,
    Where,
    assert_never,
)
from gpt_by_hand.notation.functions import equal, exp, sqrt
from gpt_by_hand.notation.meanings import Role, Scope
from gpt_by_hand.notation.program import Assignment, Program

PREFIX = "d."  # what a gradient is called: this, and the name of the tensor that it is of

# d f(x) / dx, where y is f(x): the value that the forward pass has already computed.
DERIVATIVE: dict[str, Callable[[Expression, Expression], Expression]] = {
    "exp": lambda x, y: y,
    "log": lambda x, y: 1 / x,
    "sqrt": lambda x, y: 1 / (2 * y),
    "tanh": lambda x, y: 1 - y * y,
    "erf": lambda x, y: 2 / sqrt(Constant(pi, "pi")) * exp(-(x**2)),
}

# The gradients g * dy/da and g * dy/db of y = a operator b. None: that operand never gets one.
Pair = tuple[Expression, Expression]
OPERATORS: dict[str, Callable[[Expression, Expression, Expression, Expression], Pair]] = {
    "+": lambda a, b, y, g: (g, g),
    "-": lambda a, b, y, g: (g, negate(g)),
    "*": lambda a, b, y, g: (multiply(g, b), multiply(g, a)),
    "/": lambda a, b, y, g: (divide(g, b), negate(divide(multiply(g, y), b))),
}


class Use(NamedTuple):
    """One place that reads an element, the gradient that arrives there, and the indices it is repeated over."""

    access: Access
    gradient: Expression
    domain: tuple[Index, ...]
    siblings: tuple[Index, ...]


def differentiate(program: Program, loss: str) -> Program:
    """`program` followed by `d.<name>` for the loss and each tensor between the parameters and the loss.

    Each gradient has the indices of its tensor and is a sum over every place that uses the tensor. A maximum is held
    constant (softmax does not change when the same number is taken from every score); inputs get no gradient.

    Raises: NotDifferentiableError when a formula on the way has no derivative rule, DefinitionError when the loss is
    not a scalar that the program defines.
    """
    if loss not in program.definitions or program.tensors[loss].indices:
        raise DefinitionError(f"{loss} is no scalar that the program defines, so it cannot be the loss")
    walker = _Walker(program, loss)
    return program.then(walker.gradients())


class _Walker:
    """Goes through the program backwards and writes down gradients as soon as all uses of a tensor are known."""

    def __init__(self, program: Program, loss: str) -> None:
        self.program, self.loss = program, loss
        self.active = _depend_on_parameters(program)
        self.uses: dict[str, list[Use]] = {}
        self.siblings: tuple[Index, ...] = ()  # of the indices in the formula that is read

    def gradients(self) -> Iterator[Assignment]:
        first_use = _first_uses(self.program)
        for position in reversed(range(len(self.program.assignments))):
            assignment = self.program.assignments[position]
            target = assignment.target
            if target.name == self.loss or target.name in self.uses:
                yield from self.gradient(target, assignment.scope)
                self.collect(assignment)
            for parameter in self.program.parameters:
                if first_use.get(parameter.name) == position and parameter.name in self.uses:
                    yield from self.gradient(parameter, assignment.scope)

    def gradient(self, tensor: Tensor, scope: Scope) -> Iterator[Assignment]:
        """The assignments that define `d.<tensor>`: one, or one for each part where the uses are apart."""
        target = gradient_of(tensor)
        title = f"By how much does the loss grow for each unit that {tensor.name} grows?"
        if tensor.name == self.loss:
            title = "Where do all gradients start? The loss grows by 1 for each unit that it grows itself."
        for part, expression in self.parts(tensor).items():
            subscripts = tuple(
                axis if fixed is None else fixed for axis, fixed in zip(tensor.indices, part, strict=True)
            )
            yield Assignment(target, subscripts, expression, title, "backward", scope, f"the gradient of {tensor.name}")

    def parts(self, tensor: Tensor) -> dict[tuple[int | None, ...], Expression]:
        """The gradient's formula for each part of the tensor that is used on its own (query, key, value, say)."""
        if tensor.name == self.loss:
            return {(): ONE}
        uses = self.uses[tensor.name]
        fixed = {tuple(isinstance(s, int) for s in use.access.subscripts) for use in uses}
        apart = len(fixed) == 1 and _covers(tensor, [use.access for use in uses])
        terms: dict[tuple[int | None, ...], list[Expression]] = {}
        extents = {axis.name: axis.extent for axis in tensor.indices}
        for use in uses:
            part = tuple(s if apart and isinstance(s, int) else None for s in use.access.subscripts)
            term = _contribution(use, part)
            if any(extents.get(index.name, index.extent) != index.extent for index in bound(term)):
                term = rename_bound(term, extents)
            extents.update((index.name, index.extent) for index in bound(term))
            terms.setdefault(part, []).append(term)
        return {part: add_all(terms[part]) for part in sorted(terms, key=str)}

    def collect(self, assignment: Assignment) -> None:
        """Add a use for each active element that the assignment reads."""
        if any(isinstance(s, int) for s in assignment.subscripts):
            raise NotDifferentiableError(f"{assignment.name}: a tensor defined in parts has no derivative rule")
        result = Access(assignment.target, assignment.subscripts)
        gradient = Access(gradient_of(assignment.target), assignment.subscripts)
        self.siblings = tuple(index for access in assignment.reads() for index in access.tensor.indices)
        self.push(assignment.expression, gradient, result, assignment.indices)

    def push(self, node: Expression, g: Expression, y: Expression, domain: tuple[Index, ...]) -> None:
        """Send the gradient `g` of `node`, whose value is `y`, down to every active element below it."""
        if not any(access.tensor.name in self.active for access in node.find(Access)):
            return
        match node:
            case Access():
                self.uses.setdefault(node.tensor.name, []).append(Use(node, g, domain, self.siblings))
            case Reduction("sum", indices, body):
                self.push(body, g, body, domain + indices)
            case Reduction():
                pass  # a maximum is held constant
            case _:
                for child, gradient in _local(node, g, y):
                    self.push(child, gradient, child, domain)


def gradient_of(tensor: Tensor) -> Tensor:
    """The tensor `d.<name>`, with the indices of `tensor`."""
    return Tensor(f"{PREFIX}{tensor.name}", tensor.indices, role=Role.GRADIENT, of=tensor)


def _local(node: Expression, g: Expression, y: Expression) -> list[tuple[Expression, Expression]]:
    """Each operand of the node with the gradient that reaches it."""
    match node:
        case Negate(operand):
            return [(operand, negate(g))]
        case Where(condition, then, otherwise):
            return [(then, where(condition, g)), (otherwise, Where(condition, 0, g))]
        case Call(function, argument) if function in DERIVATIVE:
            return [(argument, multiply(g, DERIVATIVE[function](argument, y)))]
        case Binary("/", Constant(1, ""), Call("sqrt", argument)):  # y = 1 / sqrt(x) has dy/dx = -y^3 / 2, as textbooks
            return [(argument, negate(divide(multiply(g, y**3), Constant(2))))]
        case Binary("**", left, Constant() as exponent):
            return [(left, multiply(g, _power_rule(left, exponent)))]
        case Binary(operator, left, right) if operator in OPERATORS:
            return list(zip((left, right), OPERATORS[operator](left, right, y, g), strict=True))
        case Call(what) | Binary(what) | Compare(what):
            raise NotDifferentiableError(f"there is no derivative rule for {what}")
        case Index() | Constant() | Access() | Reduction() | Terms():
            raise NotDifferentiableError(f"there is no derivative rule for {type(node).__name__}")
        case _:
            assert_never(node)


def _power_rule(base: Expression, exponent: Constant) -> Expression:
    """d x**n / dx = n * x**(n - 1)."""
    less = exponent.value - 1
    return multiply(exponent, base if less == 1 else ONE if less == 0 else base**less)


def _contribution(use: Use, part: tuple[int | None, ...]) -> Expression:
    """What one use adds to the gradient of the tensor, in terms of the tensor's own indices.

    An index between the brackets is renamed to the tensor's; a lookup (or a constant) becomes a condition: only the
    places that looked here count. Whatever the use is repeated over and the tensor is not is summed.
    """
    axes = use.access.tensor.indices
    names: dict[str, Subscript] = {}
    looked: list[tuple[Subscript, Index]] = []
    for subscript, axis, fixed in zip(use.access.subscripts, axes, part, strict=True):
        if isinstance(subscript, Index) and subscript.name not in names:
            names[subscript.name] = axis
        elif fixed is None:
            looked.append((subscript, axis))
    summed: list[Index] = []
    for index in (i for i in use.domain if i.name not in names):
        taken = [i.name for i in (*axes, *use.domain, *summed)]
        new = fresh(index, taken, use.siblings) if index.name in {axis.name for axis in axes} else index
        names[index.name] = new
        summed.append(new)
    taken = [index.name for index in (*axes, *use.domain, *summed)]
    body = substitute(rename_bound(use.gradient, taken), names)
    for subscript, axis in looked:
        found = substitute_subscript(subscript, names)
        body = where(equal(found, axis), body)
    return sum_over(tuple(summed), body)


def _covers(tensor: Tensor, accesses: list[Access]) -> bool:
    """Do the constant subscripts, taken together, reach every element of the tensor?"""
    constants = {tuple(s for s in access.subscripts if isinstance(s, int)) for access in accesses}
    pairs = zip(accesses[0].subscripts, tensor.indices, strict=True)
    return len(constants) == prod(axis.extent for subscript, axis in pairs if isinstance(subscript, int))


def _depend_on_parameters(program: Program) -> set[str]:
    """The tensors that get a gradient; a maximum is held constant, so what follows from it alone gets none."""
    active = {parameter.name for parameter in program.parameters}
    for assignment in program.assignments:
        maximum = isinstance(assignment.expression, Reduction) and assignment.expression.kind == "max"
        if not maximum and any(access.tensor.name in active for access in assignment.reads()):
            active.add(assignment.target.name)
    return active


def _first_uses(program: Program) -> dict[str, int]:
    first: dict[str, int] = {}
    for position, assignment in enumerate(program.assignments):
        for access in assignment.reads():
            first.setdefault(access.tensor.name, position)
    return first
