"""The formulas of an exercise: several lines of the program in one, without what is masked; solved for an operand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from math import isinf

from gpt_by_hand.notation import (
    Access,
    Assignment,
    Binary,
    Call,
    Constant,
    Expression,
    Index,
    Negate,
    Program,
    Reduction,
    Role,
    Tensor,
    Terms,
    Where,
    exp,
    log,
)
from gpt_by_hand.notation.algebra import ZERO, rebuild, substitute, transform
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.instance import Position, defining
from gpt_by_hand.records import dataclass


@dataclass(frozen=True)
class Pick:
    """Which tensors: those with a concept; with a role, what has it and is of tensors with the concept, if any."""

    concept: str = ""
    role: Role | None = None

    def fits(self, tensor: Tensor) -> bool:
        """Is the tensor one of them?"""
        if self.role is None:
            return tensor.concept == self.concept
        about = tensor.subject
        return tensor.role is self.role and (not self.concept or (about is not None and about.concept == self.concept))


def picked(program: Program, picks: Iterable[Pick]) -> list[list[str]]:
    """The names of the tensors of each pick, in the program's order; those inside of layers and the others apart."""
    found = []
    for pick in picks:
        groups: dict[bool, list[str]] = {True: [], False: []}
        for name, tensor in program.tensors.items():
            if pick.fits(tensor):
                formulas = program.definitions.get(name, ())
                groups[bool(formulas) and formulas[0].scope.layer is not None].append(name)
        found += [names for names in groups.values() if names]
    return found


def own_formula(program: Program, name: str, place: Position) -> Assignment:
    """The formula of an element; what is given, such as the tokens, is its own."""
    if name in program.definitions:
        return defining(program, name, place)
    tensor = program.tensors[name]
    return Assignment(tensor, tensor.indices, tensor[tensor.indices], tensor.title)


def inlined(program: Program, assignment: Assignment, picks: Collection[Pick]) -> tuple[Assignment, list[Assignment]]:
    """The assignment with the formulas of the picked tensors in their places, and those formulas, in order."""
    used: dict[str, Assignment] = {}

    def put(node: Expression) -> Expression | None:
        if isinstance(node, Access):
            definitions = program.definitions.get(node.tensor.name, ())
            if len(definitions) != 1 or not any(pick.fits(node.tensor) for pick in picks):
                return node
            found = definitions[0]
            used[found.name] = found
            values: dict[str, Subscript] = {
                index.name: at
                for index, at in zip(found.subscripts, node.subscripts, strict=True)
                if isinstance(index, Index)
            }
            return transform(substitute(found.expression, values), put)
        return None

    whole = replace(assignment, expression=transform(assignment.expression, put))
    return whole, [a for a in program.assignments if a.name in used]


def unmasked(program: Program, name: str) -> Program:
    """The program in which the tensor's mask is a formula of its own: `scores.unmasked`, and then `scores`."""
    assignments: list[Assignment] = []
    for assignment in program.assignments:
        found = assignment.expression
        if assignment.target.name == name and isinstance(found, Where):
            tensor = Tensor(f"{name}.unmasked", assignment.target.indices, title=assignment.title)
            raw = replace(assignment, target=tensor, expression=found.then)
            masked = Where(found.condition, tensor[tensor.indices], found.otherwise)
            assignments += [raw, replace(assignment, expression=masked)]
        else:
            assignments.append(assignment)
    return replace(program, assignments=tuple(assignments))


def without_masked(node: Expression) -> Expression:
    """The formula of one element without those terms of its sums and maxima that are masked: they have no say."""
    node = rebuild(node, tuple(without_masked(child) for child in node.children()))
    if not isinstance(node, Terms):
        return node
    kept = tuple(term for term in node.terms if not is_masked(term))
    return Terms(node.kind, kept) if kept else ZERO


def has_mask(node: Expression) -> bool:
    """Is there a condition in it that makes something infinite?"""
    return any(is_masked(part.otherwise) for part in node.find(Where))


def opened(node: Expression) -> Expression:
    """The formula as if the element were not masked itself; what is masked in sums stays so."""
    if not isinstance(node, (Access, Reduction)):
        node = rebuild(node, tuple(opened(child) for child in node.children()))
    return node.then if isinstance(node, Where) and is_masked(node.otherwise) else node


def is_masked(node: Expression) -> bool:
    """Is there an infinity in it, as only masks write?"""
    return any(isinf(part.value) for part in node.find(Constant))


def solved(formula: Expression, result: Expression, operand: Access) -> Expression | None:
    """What `operand` must be so that `formula` gives `result`; None if it is not there just once, or cannot be freed.

    >>> from gpt_by_hand.notation import Index, Tensor
    >>> from gpt_by_hand.printers.text import text
    >>> i = Index("i", 3)
    >>> x, y = Tensor("x", (i,)), Tensor("y", (i,))
    >>> text(solved((x[0] * x[1] + x[2]) / 2, y[0], x[1]))
    '(y[0] * 2 - x[2]) / x[0]'
    """
    node, value = formula, result
    while node != operand:
        inside = [n for n, child in enumerate(node.children()) for part in child.walk() if part == operand]
        if isinstance(node, Access) or len(inside) != 1:
            return None
        undone = _undone(node, inside[0], value)
        if undone is None:
            return None
        node, value = node.children()[inside[0]], undone
    return value


def _undone(node: Expression, at: int, value: Expression) -> Expression | None:
    """What the child of the node must be so that the node is `value`."""
    match node:
        case Negate():
            return Negate(value)
        case Terms("sum", terms):
            others = (*terms[:at], *terms[at + 1 :])
            return value - (Terms("sum", others) if len(others) > 1 else others[0]) if others else value
        case Call("exp"):
            return log(value)
        case Call("log"):
            return exp(value)
        case Binary("+", left, right):
            return value - (left, right)[1 - at]
        case Binary("-", left, right):
            return value + right if at == 0 else left - value
        case Binary("*", left, right):
            return value / (left, right)[1 - at]
        case Binary("/", left, right):
            return value * right if at == 0 else left / value
        case _:
            return None
