"""One formula for several tensors, such as AdamW's for every parameter: found, so that it can be computed in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.notation.expressions import Access, Expression, Index, Reduction, Tensor
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.records import dataclass

SMALL = 2**16  # numbers in all; larger tensors are better off one by one, each in the processor's cache


@dataclass(frozen=True)
class Run:
    """Neighbours in a program that are the same formula, element by element, each for tensors of its own.

    `expression` is that formula with tensors `role 0`, `role 1`, … over one index n; `roles[k]` holds what stands for
    role k in each of the assignments, in their order. A run of one assignment may be any formula; it has no roles.
    """

    assignments: tuple[Assignment, ...]
    expression: Expression | None = None
    roles: tuple[tuple[Tensor, ...], ...] = ()


def runs(assignments: Sequence[Assignment]) -> Iterator[Run]:
    """Cut a program's assignments into runs, in order; small alike neighbours together, others each alone."""
    position = 0
    while position < len(assignments):
        found = _longest(assignments, position)
        total = sum(prod(a.target.shape) for a in found)
        if len(found) > 1 and total <= SMALL:
            yield _run(found, total)
        else:
            found = found[:1]
            yield Run(tuple(found))
        position += len(found)


def _longest(assignments: Sequence[Assignment], position: int) -> list[Assignment]:
    """The assignment there and those behind it that are like it and need nothing of each other."""
    found = [assignments[position]]
    form, made = _form(found[0], 1), {found[0].target.name}
    for other in assignments[position + 1 :]:
        if form is None or _form(other, 1) != form or any(access.tensor.name in made for access in other.reads()):
            break
        made.add(other.target.name)
        found.append(other)
    return found


def _run(found: list[Assignment], total: int) -> Run:
    roles = zip(*(_roles(assignment) for assignment in found), strict=True)
    return Run(tuple(found), _form(found[0], total), tuple(roles))


def _roles(assignment: Assignment) -> list[Tensor]:
    """The tensors that the formula reads element by element, in order of appearance."""
    return list(dict.fromkeys(access.tensor for access in assignment.reads() if access.subscripts))


def _form(assignment: Assignment, total: int) -> Expression | None:
    """The formula over one index n of so many positions, or None if it is not one of element by element."""
    if any(access.subscripts not in ((), assignment.subscripts) for access in assignment.reads()):
        return None
    if any(isinstance(node, (Reduction, Index)) for node in assignment.expression.walk()):
        return None
    tensors = _roles(assignment)
    whole = assignment.subscripts == assignment.target.indices
    alike = all(tensor.kind == "real" and tensor.shape == assignment.target.shape for tensor in tensors)
    if not (assignment.indices and tensors and whole and alike):
        return None
    n = Index("n", total)
    names = {tensor: Tensor(f"role {place}", (n,)) for place, tensor in enumerate(tensors)}

    def role(node: Expression) -> Expression | None:
        return Access(names[node.tensor], (n,)) if isinstance(node, Access) and node.subscripts else None

    return transform(assignment.expression, role)
