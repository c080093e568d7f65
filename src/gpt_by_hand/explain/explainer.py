"""Answers to "where do you come from?", for any number of a trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.explain.beginnings import beginning, check_beginning
from gpt_by_hand.explain.contributions import uses_of
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.ledgers import Bookkeeper
from gpt_by_hand.explain.notes import notes
from gpt_by_hand.explain.parts import Operand, Use
from gpt_by_hand.explain.steps import steps
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Expression, Role, Tensor
from gpt_by_hand.notation.instance import Instance, Position, defining, instance
from gpt_by_hand.trace import address
from gpt_by_hand.trace.labels import label
from gpt_by_hand.trace.meaning import meaning
from gpt_by_hand.trace.provenance import BEGINNINGS, Numbers
from gpt_by_hand.trace.stored import stored_at
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision

Element = tuple[Tensor, Position]
UPDATE = ("update", "clip")  # phases that an updated weight is followed through by itself


class Explainer:
    """Explains the numbers of a trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.numbers = Numbers(trace.arrays, trace.origin)

    def find(self, where: str) -> tuple[Tensor, Position]:
        """The tensor and the place that an address means.

        Raises: AddressError, with the nearest names or the index ranges, if there is no such number.
        """
        name, inside = address.split(where)
        tensors = self.trace.program.tensors
        if name in BEGINNINGS and name not in tensors and self.trace.origin is not None:
            return BEGINNINGS[name], check_beginning(self.trace, name, inside)
        if name not in tensors and self._extended(name):
            tensors = self.trace.program.tensors
        if name not in tensors:
            raise _no_such(self.trace, name)
        words, bare = self.trace.words, inside is None
        return tensors[name], address.position(inside or "", tensors[name], words, bare)

    def _extended(self, name: str) -> bool:
        """Is it the share of a part, or what a layer would have said? From now on the trace has those."""
        from gpt_by_hand.explain.why import extended

        found = extended(self.trace)
        if name in found.names:
            self.trace, self.numbers = found, Numbers(found.arrays, found.origin)
        return name in found.names

    def value(self, node: Expression) -> float:
        """The number that an expression without free indices stands for, in float64."""
        return reference.value(node, {}, self.numbers)

    def instance(self, tensor: Tensor, place: Position) -> Instance | None:
        """The formula of one element, or None if it is given."""
        if tensor.name in self.trace.program.definitions:
            return self._model(instance(defining(self.trace.program, tensor.name, place), place, self.value))
        return beginning(self.trace, tensor, place)

    def _model(self, found: Instance) -> Instance:
        """The instance without conditions on what is set, which are no part of the model."""
        here = self.trace.here.keys()
        conditions = (
            c for c in found.conditions if not any(_sets(access.tensor, here) for access in c[0].find(Access))
        )
        return replace(found, conditions=tuple(conditions))

    def meaning(self, tensor: Tensor, place: Position) -> str:
        """What the number means, in words."""
        return tensor.title if tensor.name in BEGINNINGS else meaning(self.trace, tensor.name, place)

    def explain(self, where: str, depth: int = 1) -> Explanation:
        """The explanation of the number at an address, `depth` levels of operands deep.

        An updated weight is followed through AdamW and clipping in any case. Raises: AddressError.
        """
        start = self.find(where)
        return replace(self._explained(*start, self._below(start, depth)), whose=self.trace.whose)

    def _below(self, start: Element, depth: int) -> dict[str, list[Element]]:
        """Which operands are explained below each address, each once: where the fewest levels lead to it.

        Level by level, since a number that was met first at the end of a long way would not be followed on.
        """
        below: dict[str, list[Element]] = {address.of(start[0].name, start[1]): []}
        level = [start]
        while level:
            following: list[Element] = []
            for tensor, place in level:
                found = self.instance(tensor, place)
                for operand in found.operands if found else ():
                    at = operand.tensor, _at(operand)
                    where = address.of(at[0].name, at[1])
                    if where not in below and self._goes_on(found, operand, depth):  # type: ignore[arg-type]
                        below[where] = []
                        below[address.of(tensor.name, place)].append(at)
                        following.append(at)
            level, depth = following, depth - 1
        return below

    def _explained(self, tensor: Tensor, place: Position, below: dict[str, list[Element]]) -> Explanation:
        where = address.of(tensor.name, place)
        value, found = self.value(Access(tensor, place)), self.instance(tensor, place)
        said = (where, value, tensor.title or (found.assignment.title if found else ""), self.meaning(tensor, place))
        special = notes(self.trace, tensor, place, found, self.value)
        about: dict[str, Any] = {"precision": self._precision(tensor), "stored": stored_at(tensor, place)}
        about["role"] = tensor.role
        if found is None:
            phase = "parameter" if tensor in self.trace.program.parameters else "input"
            return Explanation(*said, phase, notes=special, **about)
        uses = uses_of(found.expression, self.value) if tensor.role is Role.GRADIENT else ()
        books = self._books(found, uses)
        short = books.without_sums(found.expression)
        return Explanation(
            *said,
            found.assignment.phase,
            found.assignment,
            found,
            tuple(steps(found.expression, self.value)),
            short,
            tuple(steps(short, self.value)),
            tuple(books.ledgers),
            tuple(self.operand(operand) for operand in found.operands),
            special,
            uses,
            tuple(self._explained(*element, below) for element in below[where]),
            **about,
        )

    def _precision(self, tensor: Tensor) -> Precision:
        """That of a number's value: what is not computed here, such as a weight, is float32 as training has left it."""
        single = getattr(self.numbers[tensor.name], "dtype", None) == np.float32
        return "float32" if single else "float64"

    def _books(self, found: Instance, uses: tuple[Use, ...]) -> Bookkeeper:
        once = Counter(use.arriving for use in uses)
        places = {use.arriving: use for use in uses if once[use.arriving] == 1 and len(uses) > 1}
        return Bookkeeper(found.assignment.expression, self.value, self.operand, self._label, self._of_all, places)

    def _label(self, element: Access, axis: int) -> str:
        """What a position of an element is called: `3 see` where it is a word's."""
        return label(self.trace, element.tensor, element.subscripts, axis, _at(element)[axis])  # type: ignore[arg-type]

    def _of_all(self, element: Access, first: Access) -> str:
        """What the elements of a ledger's column mean, whatever their letters are."""
        return meaning(self.trace, element.tensor.name, _at(first), element.subscripts)

    def operand(self, node: Access) -> Operand:
        """An element that a formula reads, with its address."""
        place = _at(node)
        where = address.of(node.tensor.name, place)
        return Operand(where, self.value(node), lambda: self.meaning(node.tensor, place), node.tensor.role)

    def _goes_on(self, found: Instance, operand: Access, depth: int) -> bool:
        """Is an operand explained as well? If so many levels are wanted, or on the way of a weight's update."""
        if depth > 1:
            return True
        definitions = self.trace.program.definitions.get(operand.tensor.name)
        if found.assignment.phase not in UPDATE or not definitions:
            return False
        return definitions[0].phase in UPDATE and operand.tensor.concept != concepts.SQUARE


def _at(node: Access) -> Position:
    assert all(isinstance(s, int) for s in node.subscripts)
    return node.subscripts  # type: ignore[return-value]


def _sets(tensor: Tensor, here: Collection[str]) -> bool:
    """Does the tensor say which numbers are set?"""
    return tensor.role is Role.INPUT and tensor.of is not None and tensor.of.name in here


def _no_such(trace: Trace, name: str) -> address.AddressError:
    """The error for a name that there is not; a maximum's gradient is missing for a reason."""
    subject, program = address.of_gradient(name), trace.program
    if subject not in program.tensors:
        return address.unknown(name, (*program.tensors, *(BEGINNINGS if trace.origin else ())))
    there, loss = f"{name} does not exist", program.about(concepts.LOSS)
    if loss is None or program.wrapping(Role.GRADIENT, loss) is None:
        return address.AddressError(
            f"{there} here: a prompt has no targets, so no loss and no gradients; use --iteration"
        )
    if subject not in program.definitions:
        return address.AddressError(f"{there}: {subject} is given, and no weight, so no gradient is computed for it")
    if subject not in program.only([loss.name]).definitions:
        return address.AddressError(f"{there}: the loss is not computed from {subject}, so it has no gradient")
    return address.AddressError(f"{there}: {subject} is held constant on the way back, so no gradient goes through it")
