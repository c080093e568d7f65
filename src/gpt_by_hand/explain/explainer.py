"""Answers to "where do you come from?", for any number of a trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.beginnings import Numbers, beginning, check_beginning
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.finite_difference import nudge
from gpt_by_hand.explain.ledgers import Bookkeeper, Operand
from gpt_by_hand.explain.notes import notes
from gpt_by_hand.explain.steps import steps
from gpt_by_hand.explain.uses import Use, uses_of
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Expression, Role, Tensor
from gpt_by_hand.notation.instance import Instance, Position, defining, instance, place_of
from gpt_by_hand.notation.override import without
from gpt_by_hand.trace import address
from gpt_by_hand.trace.address import AddressError
from gpt_by_hand.trace.changed import is_setting
from gpt_by_hand.trace.compared import Change, losses
from gpt_by_hand.trace.meaning import meaning
from gpt_by_hand.trace.missing import missing
from gpt_by_hand.trace.provenance import BEGINNINGS
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision

Element = tuple[Tensor, Position]
MOST = 10_000  # numbers that are explained at once: more would fill hundreds of thousands of lines
UPDATE = ("update", "clip")  # phases that an updated weight is followed through by itself


class Explainer:
    """Explains the numbers of a trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.numbers = Numbers(trace)

    def find(self, where: str) -> tuple[Tensor, Position]:
        """The tensor and the place that an address means.

        Raises: AddressError, with the nearest names or the index ranges, if there is no such number.
        """
        name, inside = address.split(where)
        longer = self.trace.extended(name)
        if longer is not self.trace:  # a part of a number
            self.trace, self.numbers = longer, Numbers(longer)
        tensors = self.trace.program.tensors
        if name in BEGINNINGS and name not in tensors and self.trace.origin is not None:
            return BEGINNINGS[name], check_beginning(self.trace, name, inside)
        if name not in tensors:
            raise missing(where, (*tensors, *(BEGINNINGS if self.trace.origin else ())), self.trace.program)
        return tensors[name], address.position(inside, tensors[name], self.trace.words)

    def value(self, node: Expression) -> float:
        """The number that an expression without free indices stands for, in float64."""
        return reference.value(node, {}, self.numbers)

    def instance(self, tensor: Tensor, place: Position) -> Instance | None:
        """The formula of one element, or None if it is given, or set."""
        if self.trace.is_set(tensor, place):
            return None
        if tensor.name in self.trace.program.definitions:
            formula = defining(self.trace.program, tensor.name, place)
            formula = without(formula) if tensor.name in self.trace.here else formula
            return self._model(instance(formula, place, self.value))
        return beginning(self.trace, tensor, place)

    def _model(self, found: Instance) -> Instance:
        """The instance without conditions on what is set, which are no part of the model."""

        def of_setting(condition: Expression) -> bool:
            return any(is_setting(self.trace, access.tensor) for access in condition.find(Access))

        return replace(found, conditions=tuple(c for c in found.conditions if not of_setting(c[0])))

    def meaning(self, tensor: Tensor, place: Position) -> str:
        """What the number means, in words."""
        return told(tensor.title) if tensor.name in BEGINNINGS else meaning(self.trace, tensor.name, place)

    def explain(self, where: str, depth: int = 1, check: bool = False) -> Explanation:
        """The explanation of the number at an address, `depth` levels of operands deep.

        An updated weight is followed through AdamW and clipping in any case. With `check`, its gradient is compared
        with a finite difference. Raises: AddressError; UserError for a number without a gradient to check.
        """
        start = self.find(where)
        checked = nudge(self.trace, *start) if check else None
        found = self._explained(*start, self._below(start, depth))
        return replace(found, whose=self.trace.whose, check=checked, **self._changed(found))

    def _changed(self, found: Explanation) -> dict[str, Any]:
        """What was there before numbers were set, if any are: of all numbers in an explanation, and the loss."""
        if self.trace.before is None:
            return {}
        before, changes = Explainer(self.trace.before), list[Change]()
        for where in dict.fromkeys(found.addresses()):
            with suppress(AddressError):  # what numbers are set to was not there before
                changes.append(Change(where, before.at(where), self.at(where)))
        return {"changes": tuple(changes), "loss": losses(self.trace.before, self.trace)}

    def at(self, where: str) -> float:
        """The number at an address, in float64."""
        return self.value(Access(*self.find(where)))

    def _below(self, start: Element, depth: int) -> dict[str, list[Element]]:
        """Which operands are explained below each address, each once: where the fewest levels lead to it.

        Level by level, since a number that was met first at the end of a long way would not be followed on. Raises:
        UserError where there are more than MOST.
        """
        below: dict[str, list[Element]] = {address.of(start[0].name, start[1]): []}
        level, deep = [start], 1
        while level:
            following: list[Element] = []
            for tensor, place in level:
                found = self.instance(tensor, place)
                for operand in found.operands if found else ():
                    at = operand.tensor, place_of(operand)
                    where = address.of(at[0].name, at[1])
                    if where not in below and self._goes_on(found, operand, depth - deep + 1):  # type: ignore[arg-type]
                        below[where] = []
                        below[address.of(tensor.name, place)].append(at)
                        following.append(at)
                if len(below) > MOST and depth > 1:
                    raise self._too_many(start, min(depth, deep + 1))
            level, deep = following, deep + 1
        return below

    def _too_many(self, start: Element, depth: int) -> UserError:
        """The error where so many levels have more numbers than MOST, with the most levels that have not."""
        fits = len(self._below(start, depth - 1))
        return UserError(
            f"{address.of(start[0].name, start[1])} comes from more than {MOST:,} numbers: so many are reached at "
            f"depth {depth}; --depth {depth - 1} explains {fits:,}"
        )

    def _explained(self, tensor: Tensor, place: Position, below: dict[str, list[Element]]) -> Explanation:
        where, found = address.of(tensor.name, place), self.instance(tensor, place)
        given = Explanation(
            where,
            self.value(Access(tensor, place)),
            told(tensor.title or (found.assignment.title if found else "")),
            self.meaning(tensor, place),
            "parameter" if tensor in self.trace.program.parameters else "input",
            tensor.role,
            address.stored_at(tensor, place),  # type: ignore[arg-type]
            self._precision(tensor),
            notes(self.trace, tensor, place, found, self.value),
        )
        if found is None:
            return given
        uses = uses_of(found.expression, self.value) if tensor.role is Role.GRADIENT else ()
        operands = {element: self._operand(n, element) for n, element in enumerate(found.operands)}
        books = self._books(found, operands, uses)
        short = books.without_sums(found.expression)
        return replace(
            given,
            phase=found.assignment.phase,
            instance=found,
            stages=tuple(steps(found.expression, self.value)),
            short=short,
            working=tuple(steps(short, self.value)),
            ledgers=tuple(books.ledgers),
            operands=tuple(operands.values()),
            uses=uses,
            below=tuple(self._explained(*element, below) for element in below[where]),
        )

    def _precision(self, tensor: Tensor) -> Precision:
        """That of a number's value: what is not computed here, such as a weight, is float32 as training has left it."""
        single = getattr(self.numbers[tensor.name], "dtype", None) == np.float32
        return "float32" if single else "float64"

    def _books(self, found: Instance, operands: Mapping[Access, Operand], uses: Sequence[Use]) -> Bookkeeper:
        once = Counter(use.arriving for use in uses)
        places = {use.arriving: use for use in uses if once[use.arriving] == 1 and len(uses) > 1}
        return Bookkeeper(found.assignment.expression, self.value, operands, self._label, self._of_all, places)

    def _label(self, element: Access, axis: int) -> str:
        """What a position of an element is called: `3 see` where it is a word's."""
        return self.trace.words.label(element.tensor, element.subscripts, axis, place_of(element)[axis])

    def _of_all(self, element: Access, first: Access) -> str:
        """What the elements of a ledger's column mean, whatever their letters are."""
        return meaning(self.trace, element.tensor.name, place_of(first), element.subscripts)

    def _operand(self, choice: int, node: Access) -> Operand:
        """An element that a formula reads, with its address."""
        place = place_of(node)
        where = address.of(node.tensor.name, place)
        return Operand(where, self.value(node), lambda: self.meaning(node.tensor, place), node.tensor.role, choice)

    def _goes_on(self, found: Instance, operand: Access, depth: int) -> bool:
        """Is an operand explained as well? If so many levels are wanted, or on the way of a weight's update."""
        if depth > 1:
            return True
        definitions = self.trace.program.definitions.get(operand.tensor.name)
        if found.assignment.phase not in UPDATE or not definitions:
            return False
        return definitions[0].phase in UPDATE and operand.tensor.concept != concepts.SQUARE
