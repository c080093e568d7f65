"""Formulas for what a program is given: a start weight down to its random numbers, a token down to its draw."""

from __future__ import annotations

from dataclasses import replace
from math import pi, prod

import numpy as np

from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Assignment, Call, Constant, Expression, Index, Role, Tensor, cos, log, sqrt
from gpt_by_hand.notation.expressions import Binary
from gpt_by_hand.notation.instance import Instance, Position
from gpt_by_hand.trace import address
from gpt_by_hand.trace.provenance import BEGINNINGS, DATA, DOUBLE, RANDOM, STARTS, UNIFORM, Origin
from gpt_by_hand.trace.trace import Trace

LIMIT = 2**28  # of a random number's position: more would take too long to draw


def beginning(trace: Trace, tensor: Tensor, place: Position) -> Instance | None:
    """The formula of an input, a start weight or a random number; None for what is simply given.

    Raises: AddressError for a position that there is not.
    """
    origin = trace.origin
    if origin is None or trace.is_set(tensor, place):
        return None
    if tensor.name in BEGINNINGS and tensor.name not in trace.program.tensors:
        return _of_beginning(origin, tensor, place)
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


def _of_beginning(origin: Origin, tensor: Tensor, place: Position) -> Instance | None:
    (n,) = place
    if tensor == UNIFORM:
        return _instance(tensor, place, _low_bits(RANDOM[n], 24))
    if tensor == DOUBLE:
        return _instance(tensor, place, _low_bits(RANDOM[n] * Constant(2) ** 32 + RANDOM[n + 1], 53))
    drawn = origin.batch.draws[n] if tensor == STARTS and origin.batch else None
    if drawn is not None and origin.batch is not None:
        many = len(origin.batch.data) - origin.model.seq_length
        return _instance(tensor, place, Binary("%", RANDOM[drawn], Constant(many, "number_of_starts")))
    return None


def _low_bits(number: Expression, bits: int) -> Expression:
    """The lowest bits of a whole number, as a fraction of all that they can count."""
    return Binary("%", number, Constant(2**bits)) / Constant(2**bits)


def _of_weight(origin: Origin, tensor: Tensor, place: Position) -> Instance:
    flat = int(np.ravel_multi_index(place, tensor.shape)) if place else 0
    assert prod(tensor.stored_shape) == prod(tensor.shape)
    found = origin.normal(tensor, flat)
    if found is None:
        return _instance(tensor, place, Constant(tensor.start.value if tensor.start else 0.0))
    source, std = found
    uniform = DOUBLE if source.double else UNIFORM
    angle = 2 * Constant(pi, "pi") * uniform[source.angle]
    turned = Call("sin", angle) if source.sine else cos(angle)
    drawn = Constant(std, "std") * (sqrt(-2 * log(1 - uniform[source.length])) * turned)
    decimals = origin.model.init_decimals
    if decimals > 0:
        drawn = Call("round", drawn * 10**decimals) / 10**decimals
    return _instance(tensor, place, Call("round", drawn) if decimals == 0 else drawn)


def _instance(tensor: Tensor, place: Position, expression: Expression, *lookups: Access) -> Instance:
    made = Assignment(tensor, place, expression, tensor.title, "start", question=tensor.title)
    return Instance(made, place, expression, lookups)
