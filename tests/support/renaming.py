"""A program, or a trace of one, with other names for every tensor and every index."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from gpt_by_hand import Trace
from gpt_by_hand.notation import Access, Assignment, Expression, Index, Program, Reduction, Tensor
from gpt_by_hand.notation.algebra import bound, rebuild
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.titles import PLACEHOLDER

LETTERS = "αβγδεζηθικλμνξοπρστυφχψω" + "ΓΔΘΛΞΠΣΦΨΩ"  # that no name, no number and no sentence of ours has
STEM = re.compile(r"(\D+)(\d*)")


@dataclass(frozen=True)
class Renaming:
    """Names as long as the ones that they stand for, so that nothing moves on a page; drawn by the seed."""

    program: Program
    seed: int

    @cached_property
    def names(self) -> dict[str, str]:
        """The new name of each tensor, and of each index without the number behind it (`j` for `j2`)."""
        random, found = Random(self.seed), {}
        for name in (*sorted(self._stems), *self.program.tensors):
            new = name
            while new == name or new in found.values():
                new = "".join(random.choice(LETTERS) for _ in name)
            found[name] = new
        return found

    @cached_property
    def _stems(self) -> set[str]:
        axes = [index for tensor in self.program.tensors.values() for index in tensor.indices]
        inner = [i for a in self.program.assignments for i in (*a.indices, *bound(a.expression))]
        return {_split(index.name)[0] for index in (*axes, *inner)}

    def back(self, text: str) -> str:
        """Text with the old names again, also of those that are cut."""

        def old(found: re.Match[str]) -> str:
            name = known.get(found[0]) or next(name for new, name in known.items() if new.startswith(found[0]))
            return name[: len(found[0])]

        known = {new: name for name, new in self.names.items()}
        return re.sub(f"[{LETTERS}]+", old, text)

    @cached_property
    def renamed(self) -> Program:
        """The program by its new names."""
        program = self.program
        return Program(
            tuple(map(self.tensor, program.inputs)),
            tuple(map(self.tensor, program.parameters)),
            tuple(map(self._assignment, program.assignments)),
        )

    def trace(self, trace: Trace) -> Trace:
        """A trace of the program by its new names."""
        origin = trace.origin
        if origin is not None:
            origin = replace(origin, parameters=tuple(map(self.tensor, origin.parameters)))
        arrays = {self.names.get(name, name): array for name, array in trace.arrays.items()}
        names = tuple(self.names[name] for name in trace.names)
        return replace(trace, program=self.renamed, arrays=arrays, names=names, origin=origin)

    def index(self, index: Index) -> Index:
        """An index by its new name."""
        stem, number = _split(index.name)
        return replace(index, name=self.names[stem] + number)

    def tensor(self, tensor: Tensor) -> Tensor:
        """A tensor by its new name, and so whatever it belongs to."""
        of, replaces = (other and self.tensor(other) for other in (tensor.of, tensor.replaces))
        indices, name, title = tuple(map(self.index, tensor.indices)), self.names[tensor.name], self._said(tensor.title)
        stored = tuple(tuple(map(self.index, axis)) for axis in tensor.stored)
        same = {"stored": stored, "of": of, "replaces": replaces}
        return replace(tensor, name=name, indices=indices, title=title, **same)

    def _assignment(self, assignment: Assignment) -> Assignment:
        return replace(
            assignment,
            target=self.tensor(assignment.target),
            subscripts=tuple(map(self._subscript, assignment.subscripts)),
            expression=self._expression(assignment.expression),
            title=self._said(assignment.title, assignment.target.subject),
            question=self._said(assignment.question),
        )

    def _said(self, title: str, subject: Tensor | None = None) -> str:
        """A question, which may name the tensor that it is about, and the letters of indices between braces."""
        title = PLACEHOLDER.sub(self._placed, title)
        return title if subject is None else title.replace(f" {subject.name} ", f" {self.names[subject.name]} ")

    def _placed(self, found: re.Match[str]) -> str:
        return found[0].replace(found["index"], self.names[found["index"]], 1)

    def _expression(self, node: Expression) -> Expression:
        if isinstance(node, Index):
            return self.index(node)
        if isinstance(node, Access):
            return Access(self.tensor(node.tensor), tuple(map(self._subscript, node.subscripts)))
        children = tuple(map(self._expression, node.children()))
        if isinstance(node, Reduction):
            return Reduction(node.kind, tuple(map(self.index, node.indices)), *children)
        return rebuild(node, children)

    def _subscript(self, subscript: Subscript) -> Subscript:
        if isinstance(subscript, int):
            return subscript
        found = self._expression(subscript)
        assert isinstance(found, (Index, Access))
        return found


def _split(name: str) -> tuple[str, str]:
    found = STEM.fullmatch(name)
    assert found is not None
    return found[1], found[2]
