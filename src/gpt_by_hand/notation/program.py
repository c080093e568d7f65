"""A program: an ordered list of named assignments, and the writer that collects them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from functools import cached_property
from typing import Any, TypeAlias

from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.expressions import (
    Access,
    Expression,
    ExpressionLike,
    Index,
    Subscripts,
    Tensor,
    as_expression,
    as_subscripts,
)
from gpt_by_hand.notation.meanings import NOWHERE, Role, Scope, Start
from gpt_by_hand.notation.titles import of_all
from gpt_by_hand.records import dataclass


@dataclass(frozen=True)
class Assignment:
    """`target[subscripts] = expression`, and what a person needs to know about it.

    `title` is the question it answers, in plain words; `phase` one of forward, loss, backward, clip, update, ...;
    `scope` the part of the model that it belongs to (`h.0.attn`); `written_at` the file and line that wrote it.
    `question` is the title as it was written, which can be asked of a single element too (see `titles`).
    """

    target: Tensor
    subscripts: tuple[Index | int, ...]
    expression: Expression
    title: str = ""
    phase: str = "forward"
    scope: Scope = NOWHERE
    written_at: str = field(default="", compare=False)
    question: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The address of what it defines: `h.0.attn.scores`, or `d.h.0.attn.c_attn.weight[0]` for a part."""
        constants = [s for s in self.subscripts if isinstance(s, int)]
        return self.target.name + (f"[{', '.join(map(str, constants))}]" if constants else "")

    @property
    def indices(self) -> tuple[Index, ...]:
        """The indices on the left-hand side."""
        return tuple(s for s in self.subscripts if isinstance(s, Index))

    def reads(self) -> tuple[Access, ...]:
        """Every element that the right-hand side reads, lookups included, left to right."""
        return self._accesses

    @cached_property
    def _accesses(self) -> tuple[Access, ...]:
        return tuple(self.expression.find(Access))


@dataclass(frozen=True)
class Program:
    """Inputs, parameters and the assignments that follow from them, in an order that can be computed."""

    inputs: tuple[Tensor, ...]
    parameters: tuple[Tensor, ...]
    assignments: tuple[Assignment, ...]

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """Every tensor by name: inputs, parameters, then the defined ones in order."""
        found = {tensor.name: tensor for tensor in (*self.inputs, *self.parameters)}
        found.update((a.target.name, a.target) for a in self.assignments)
        return found

    @cached_property
    def definitions(self) -> dict[str, tuple[Assignment, ...]]:
        """The assignments that define each tensor: one, or one for each of its parts."""
        found: dict[str, tuple[Assignment, ...]] = {}
        for assignment in self.assignments:
            name = assignment.target.name
            found[name] = (*found.get(name, ()), assignment)
        return found

    def about(self, concept: str) -> Tensor | None:
        """The first tensor with this concept, if there is one."""
        return next((tensor for tensor in self.tensors.values() if tensor.concept == concept), None)

    @cached_property
    def _wrapping(self) -> dict[tuple[Role, str], Tensor]:
        return {(t.role, t.subject.name): t for t in self.tensors.values() if t.subject is not None}

    def wrapping(self, role: Role, tensor: Tensor) -> Tensor | None:
        """The gradient of a tensor, or its clipped gradient or its update, if the program has it."""
        return self._wrapping.get((role, tensor.name))

    @cached_property
    def plain(self) -> set[str]:
        """The scalars that follow from scalar inputs alone, such as the learning rate: computed in double precision."""
        found = {tensor.name for tensor in self.inputs if not tensor.indices}
        for assignment in self.assignments:
            if not assignment.target.indices and all(access.tensor.name in found for access in assignment.reads()):
                found.add(assignment.target.name)
        return found

    @cached_property
    def carried(self) -> dict[str, str]:
        """What one iteration hands to the next: new weights and moments, each with the name of what it replaces."""
        new = [(tensor, tensor.replaces) for tensor in self.tensors.values() if tensor.replaces is not None]
        order: dict[Tensor | None, int] = {parameter: n for n, parameter in enumerate(self.parameters)}
        new.sort(key=lambda pair: (order.get(pair[0].of, 0), pair[0].role is not Role.UPDATE))
        return {tensor.name: replaced.name for tensor, replaced in new}

    def then(self, assignments: Iterable[Assignment], inputs: Iterable[Tensor] = ()) -> Program:
        """This program with more inputs, and more assignments at its end."""
        return replace(self, inputs=(*self.inputs, *inputs), assignments=(*self.assignments, *assignments))

    def only(self, names: Iterable[str]) -> Program:
        """The part of the program that computes the named tensors, and nothing else.

        Raises: DefinitionError for a name that the program does not define.
        """
        wanted, kept = self._known(names), []
        for assignment in reversed(self.assignments):
            if assignment.target.name in wanted:
                kept.append(assignment)
                wanted.update(access.tensor.name for access in assignment.reads())
        return Program(
            tuple(t for t in self.inputs if t.name in wanted),
            tuple(t for t in self.parameters if t.name in wanted),
            tuple(reversed(kept)),
        )

    def _known(self, names: Iterable[str]) -> set[str]:
        found = set(names)
        if unknown := found - self.tensors.keys():
            raise DefinitionError(f"the program does not define {sorted(unknown)[0]}")
        return found

    def given(self, *names: str) -> Program:
        """The program with the named tensors as inputs instead of computed: what follows if they had other values?

        Raises: DefinitionError for a name that the program does not define.
        """
        self._known(names)
        taken = tuple(self.tensors[name] for name in self.definitions if name in names)
        kept = tuple(a for a in self.assignments if a.target.name not in names)
        return replace(self, inputs=(*self.inputs, *taken), assignments=kept)


class Definition:
    """The left-hand side of a formula to come: `scores[b, h, i, j] = ...` writes it, `scores[b, h, i, j]` reads it."""

    def __init__(self, writer: Writer, name: str, title: str, **meaning: Any) -> None:
        self._writer, self._name, self._title, self._meaning = writer, name, title, meaning
        self.tensor: Tensor | None = None

    def __setitem__(self, subscripts: Subscripts | tuple[()], expression: ExpressionLike) -> None:
        indices = tuple(s for s in as_subscripts(subscripts) if isinstance(s, Index))
        if len(indices) != len(as_subscripts(subscripts)):
            raise DefinitionError(f"{self._name}: the left-hand side takes indices only, not {subscripts!r}")
        if self.tensor is not None:
            raise DefinitionError(f"{self._name} is defined twice")
        self.tensor = Tensor(self._name, indices, title=of_all(self._title), **self._meaning)
        self._writer.add(self.tensor, as_expression(expression), self._title, _caller())

    def __getitem__(self, subscripts: Subscripts | tuple[()]) -> Access:
        if self.tensor is None:
            raise DefinitionError(f"{self._name} is used before it is defined")
        return Access(self.tensor, as_subscripts(subscripts))

    def __call__(self) -> Access:
        """The value of a scalar."""
        return self[()]


Operand: TypeAlias = Tensor | Definition  # what formulas read


class Writer:
    """Collects inputs, parameters and assignments while a model is being written down."""

    def __init__(self, phase: str = "forward") -> None:
        self.inputs: list[Tensor] = []
        self.parameters: list[Tensor] = []
        self.assignments: list[Assignment] = []
        self._phase, self.scope = phase, NOWHERE

    def input(
        self, name: str, *indices: Index, kind: str = "real", title: str = "", role: Role = Role.INPUT, **meaning: Any
    ) -> Tensor:
        """A tensor that is given from outside, such as the tokens; its `meaning` is as in `Tensor`."""
        self.inputs.append(Tensor(name, indices, kind, title=title, role=role, **meaning))
        return self.inputs[-1]

    def parameter(
        self,
        name: str,
        *axes: Index,
        stored: tuple[tuple[Index, ...], ...] = (),
        role: Role = Role.WEIGHT,
        **meaning: Any,
    ) -> Tensor:
        """A tensor that training changes; `stored` are the indices of its axes in a checkpoint.

        Its title and its `meaning` are as in `Tensor`; it starts with 0 and is part of the scope where nothing is said.
        """
        self.parameters.append(
            Tensor(name, axes, stored=stored, role=role, **{"start": Start(), "part": self.scope.part, **meaning})
        )
        return self.parameters[-1]

    def define(self, name: str, title: str, concept: str = "", **meaning: Any) -> Definition:
        """A tensor that a formula will define; `title` asks the question that it answers (see `titles`).

        Its `meaning` is as in `Tensor`.
        """
        return Definition(self, name, title, concept=concept, **meaning)

    @contextmanager
    def at(self, scope: Scope | None = None, *, phase: str | None = None) -> Iterator[None]:
        """Everything written inside belongs to this part of the model, or to this phase."""
        before = self._phase, self.scope
        self._phase, self.scope = phase or before[0], scope if scope is not None else before[1]
        try:
            yield
        finally:
            self._phase, self.scope = before

    def add(self, tensor: Tensor, expression: Expression, title: str, written_at: str) -> None:
        """Append one assignment in the current phase and scope."""
        self.assignments.append(
            Assignment(tensor, tensor.indices, expression, of_all(title), self._phase, self.scope, written_at, title)
        )

    def program(self) -> Program:
        """What has been written so far."""
        return Program(tuple(self.inputs), tuple(self.parameters), tuple(self.assignments))


def _caller() -> str:
    """The file and line of the formula: the nearest frame outside this file."""
    frame = sys._getframe(2)
    folder, name = os.path.split(frame.f_code.co_filename)
    return f"{os.path.basename(folder)}/{name}:{frame.f_lineno}"
