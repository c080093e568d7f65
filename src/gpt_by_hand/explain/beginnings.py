"""Formulas for what a program is given, and their numbers: from a start weight or a token down to random numbers."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Assignment, Constant, Expression, Index, Program, Role, Tensor
from gpt_by_hand.notation.decompose import PHASE
from gpt_by_hand.notation.instance import Instance, Position, defining, instance
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.provenance import BEGINNINGS, DATA, DOUBLE, RANDOM, STARTS, UNIFORM, Origin
from gpt_by_hand.trace.templates import OF_DOUBLE, OF_UNIFORM, of_normal, of_start
from gpt_by_hand.trace.trace import Trace

LIMIT = 2**28  # of a random number's position: more would take too long to draw
LARGE = 2**24  # numbers of a tensor: of the parts of a large model's numbers, only those that are asked for


def beginning(trace: Trace, tensor: Tensor, place: Position) -> Instance | None:
    """The formula of an input, a start weight or a random number; None for what is simply given.

    Raises: AddressError for a position that there is not.
    """
    origin = trace.origin
    if origin is None or trace.is_set(tensor, place):
        return None
    if tensor.name in BEGINNINGS and tensor.name not in trace.program.tensors:
        found = _formula(origin, tensor, place[0])
        return None if found is None else _instance(tensor, place, found)
    if tensor in trace.program.parameters and origin.fresh:
        return _of_weight(origin, tensor, place)
    if origin.batch is not None and tensor.concept in (concepts.TOKENS, concepts.TARGETS):
        row, position = place
        at = origin.batch.starts[row] + position + (tensor.concept == concepts.TARGETS)
        return _instance(tensor, place, DATA[at], STARTS[row])
    if tensor.concept == concepts.POSITIONS:
        return _instance(tensor, place, Constant(place[0]))
    if tensor.role is Role.STATE and not origin.iteration and not origin.saved:
        return _instance(tensor, place, Constant(0))
    return None


def check_beginning(trace: Trace, name: str, inside: str | None) -> Position:
    """The position between the brackets. Raises: AddressError."""
    batch, end = trace.origin.batch if trace.origin else None, LIMIT
    if BEGINNINGS[name] in (STARTS, DATA):
        if batch is None:
            raise address.AddressError(f"{name} does not exist here: a prompt is no training text; use --iteration")
        end = len(batch.starts if BEGINNINGS[name] == STARTS else batch.data)
    return address.position(inside or "", replace(BEGINNINGS[name], indices=(Index("n", end),)))


def _formula(origin: Origin, tensor: Tensor, n: int) -> Expression | None:
    """What the n-th number of a beginning is computed from; None where it is simply there."""
    if tensor == UNIFORM:
        return OF_UNIFORM.at(n)
    if tensor == DOUBLE:
        return OF_DOUBLE.at(n, n + 1)
    drawn, template = origin.batch.draws[n] if tensor == STARTS and origin.batch else None, of_start(origin)
    return None if drawn is None or template is None else template.at(drawn)


def _of_weight(origin: Origin, tensor: Tensor, place: Position) -> Instance:
    flat = int(np.ravel_multi_index(place, tensor.shape)) if place else 0
    assert prod(tensor.stored_shape) == prod(tensor.shape)
    found = origin.normal(tensor, flat)
    if found is None:
        return _instance(tensor, place, Constant(tensor.start.value if tensor.start else 0.0))
    source, std = found
    drawn = of_normal(origin, std, source.double, source.sine)
    return _instance(tensor, place, drawn.at(source.length, source.angle))


def _instance(tensor: Tensor, place: Position, expression: Expression, *lookups: Access) -> Instance:
    made = Assignment(tensor, place, expression, tensor.title, "start", question=tensor.title)
    return Instance(made, place, expression, lookups)


class Numbers(dict[str, Any]):
    """A trace's arrays by name, and the tensors of its beginnings beside them."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace

    def __missing__(self, name: str) -> Any:
        trace, program = self._trace, self._trace.program
        if name in BEGINNINGS and name not in trace.arrays:
            if trace.origin is None:
                raise KeyError(name)
            return _Beginning(BEGINNINGS[name], trace.origin, self)
        tensor, definitions = program.tensors[name], program.definitions.get(name, ())
        if prod(tensor.shape) > LARGE and definitions and definitions[0].phase == PHASE:
            return _Share(tensor, program, self)
        self[name] = np.asarray(trace.arrays[name])
        return self[name]


@dataclass(frozen=True)
class _Share:
    """The parts of a tensor's numbers as an array whose elements are computed when they are asked for."""

    tensor: Tensor
    program: Program
    numbers: Numbers

    @property
    def dtype(self) -> np.dtype[Any]:
        """As they are computed here."""
        return np.dtype(np.float64)

    def __getitem__(self, place: Position) -> Any:
        def value(node: Expression) -> float:
            return reference.value(node, {}, self.numbers)

        found = instance(defining(self.program, self.tensor.name, place), place, value)
        return np.asarray(value(found.expression))


@dataclass(frozen=True)
class _Beginning:
    """One of the beginnings as an array whose elements are computed when they are asked for."""

    tensor: Tensor
    origin: Origin
    numbers: Numbers

    def __getitem__(self, place: Position) -> Any:
        (n,), batch = place, self.origin.batch
        if self.tensor == RANDOM:
            return np.int64(self.origin.raw(n))
        if (formula := _formula(self.origin, self.tensor, n)) is not None:
            return np.asarray(reference.value(formula, {}, self.numbers))
        assert batch is not None
        return np.int64(batch.starts[n] if self.tensor == STARTS else batch.data[n])
