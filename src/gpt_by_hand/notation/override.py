"""A program some of whose numbers are set to something else: what follows, if they were that?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from gpt_by_hand.notation.algebra import ZERO, transform
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.expressions import Access, Compare, Constant, Expression, Tensor, Where
from gpt_by_hand.notation.meanings import Role
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.records import dataclass

PREFIX = "set."  # before the name of a tensor: what it is set to, where it is


@dataclass(frozen=True)
class Override:
    """The inputs that set numbers of `tensor`: `here` is 1 where one is set, and there `value` is what it is set to."""

    tensor: Tensor
    value: Tensor
    here: Tensor

    @staticmethod
    def of(tensor: Tensor) -> Override:
        """What sets numbers of a tensor that a program computes."""
        value = Tensor(f"{PREFIX}{tensor.name}", tensor.indices, title="what you set it to", role=Role.INPUT, of=tensor)
        here = Tensor(f"{value.name}.here", tensor.indices, title="1 where you set it", role=Role.INPUT, of=tensor)
        return Override(tensor, value, here)

    def either(self, assignment: Assignment, set_to: Expression, computed: Expression) -> Expression:
        """One formula where a number is set, another one elsewhere."""
        return Where(Compare("==", Access(self.here, assignment.subscripts), Constant(1)), set_to, computed)


def override(program: Program, names: Collection[str]) -> tuple[Program, list[Override]]:
    """The program with formulas in which numbers of the named tensors can be set, and the inputs that set them.

    What is computed behind a tensor reads it as it is then. Of a gradient, nothing passes through a number that is
    set: the numbers before it have no say any more.

    Raises: DefinitionError for a name that the program does not compute; an input is set without this.
    """
    if unknown := set(names) - program.definitions.keys():
        raise DefinitionError(f"the program does not compute {sorted(unknown)[0]}")
    overrides = {name: Override.of(program.tensors[name]) for name in program.definitions if name in names}
    gradients = {name: program.wrapping(Role.GRADIENT, made.tensor) for name, made in overrides.items()}
    passed = {d.name: _passed(d) for d in gradients.values() if d is not None}

    def through(node: Expression) -> Expression | None:
        if isinstance(node, Access) and node.tensor.name in passed:
            return Access(passed[node.tensor.name], node.subscripts)
        return None

    by_gradient = {d.name: overrides[name] for name, d in gradients.items() if d is not None}
    written: list[Assignment] = []
    for assignment in program.assignments:
        target, expression = assignment.target, assignment.expression
        if target.role is Role.GRADIENT:
            expression = transform(expression, through)
        if target.name in overrides:
            made = overrides[target.name]
            expression = made.either(assignment, Access(made.value, assignment.subscripts), expression)
        written.append(replace(assignment, expression=expression))
        if target.name in by_gradient:
            written.append(_stopped(assignment, by_gradient[target.name], passed[target.name]))
    inputs = [tensor for made in overrides.values() for tensor in (made.value, made.here)]
    return replace(program, inputs=(*program.inputs, *inputs), assignments=tuple(written)), list(overrides.values())


def without(assignment: Assignment) -> Assignment:
    """The formula of a tensor some of whose numbers are set, as it is where none is."""
    either = assignment.expression
    assert isinstance(either, Where)
    return replace(assignment, expression=either.otherwise)


def _passed(gradient: Tensor) -> Tensor:
    """What of a gradient passes on to what its tensor is computed from."""
    return replace(gradient, name=f"{PREFIX}{gradient.name}.passed", role=Role.ACTIVATION, of=gradient, stored=())


def _stopped(assignment: Assignment, made: Override, passed: Tensor) -> Assignment:
    """The formula of what passes: nothing where a number is set."""
    gradient = Access(assignment.target, assignment.subscripts)
    title = f"How much of {assignment.target.name} passes, where nothing is set?"
    expression = made.either(assignment, ZERO, gradient)
    return replace(assignment, target=passed, expression=expression, title=title, question=title)
