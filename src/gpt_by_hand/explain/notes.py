"""What is special about a number: masked, held constant, padding, left out, carried over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from math import inf, isnan

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.explain.steps import Value, readable, with_numbers
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.layout.tables import has_layout
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Constant, Expression, Layout, Role, Tensor, Where
from gpt_by_hand.notation.expressions import Reduction
from gpt_by_hand.notation.instance import Instance, Position
from gpt_by_hand.printers.text import text
from gpt_by_hand.trace import address
from gpt_by_hand.trace.meaning import WORDS
from gpt_by_hand.trace.provenance import DATA, RANDOM
from gpt_by_hand.trace.trace import Trace

PADDING = re.compile(r"<PAD\d+>|#\d+")  # entries that fill a vocabulary up, and numbers beyond its end
CONDITION_DIGITS = (8, 17)  # the fewest that show what holds


def notes(trace: Trace, tensor: Tensor, place: Position, found: Instance | None, value: Value) -> tuple[str, ...]:
    """Sentences about one number, without a full stop."""
    of_formula = [] if found is None else [*_conditions(found, value), *_of_formula(found)]
    return (
        *_set(trace, tensor, place),
        *of_formula,
        *_words(trace, tensor, value, place),
        *_given(trace, tensor, place, found),
    )


def _set(trace: Trace, tensor: Tensor, place: Position) -> Iterator[str]:
    """That somebody has set a number, or others that it comes from, and what it was before."""
    earlier = trace.before and trace.before.extended(tensor.name)
    if earlier is None or tensor.name not in earlier.program.tensors:
        return
    was, found = (np.asarray(of.arrays[tensor.name])[place].item() for of in (earlier, trace))
    before, value = (text(readable(Constant(number), CONDITION_DIGITS[0])) for number in (was, found))
    if trace.is_set(tensor, place):
        yield said("given.set", value=value, before=before)
    elif was != found and not (isnan(was) and isnan(found)):
        yield said("given.was", before=before)


def _conditions(found: Instance, value: Value) -> Iterator[str]:
    """How each condition was decided, and what follows."""
    asked = [node.condition for node in found.assignment.expression.find(Where)]
    for (condition, holds), general in zip(found.conditions, asked, strict=False):
        numbers = text(_readable(with_numbers(condition, value), holds))
        yield said("holds" if holds else "holds.not", condition=text(general), numbers=numbers)
    if found.conditions and value(found.expression) == -inf:
        yield said("masked")


def _readable(condition: Expression, holds: bool) -> Expression:
    """The condition with numbers of few digits, unless two would then look alike that are not."""
    few, all_of_them = (readable(condition, digits) for digits in CONDITION_DIGITS)
    return few if reference.value(few, {}, {}) == holds else all_of_them


def _of_formula(found: Instance) -> Iterator[str]:
    if found.left_out:
        conditions = dict.fromkeys(text(node.condition) for node in found.assignment.expression.find(Where))
        both = reduce(lambda one, other: said("or", one=one, other=other), conditions)
        yield many("left-out", found.left_out, count=found.left_out, conditions=both)
    expression = found.assignment.expression
    if isinstance(expression, Reduction) and expression.kind == "max":
        yield said("constant")


def _words(trace: Trace, tensor: Tensor, value: Value, place: Position) -> Iterator[str]:
    """Which word a token is, and which is none."""
    for index, at in zip(tensor.indices, place, strict=True):
        if has_layout(index, Layout.VOCABULARY) and PADDING.fullmatch(trace.tokenizer.label(at)):
            yield said("padding", word=trace.words.quoted(at), count=index.extent)
    if tensor == DATA or tensor.concept in WORDS:
        token = int(value(tensor[place]))
        yield said("token", token=token, word=trace.words.quoted(token))
        if tensor != DATA and trace.origin is not None and trace.origin.batch is not None:
            start = trace.origin.batch.starts[place[0]]
            at = place[1] + (tensor.concept == concepts.TARGETS)
            yield said("start", start=start, at=at, found=start + at)


def _given(trace: Trace, tensor: Tensor, place: Position, found: Instance | None) -> Iterator[str]:
    """Where a number that no formula gives comes from."""
    origin = trace.origin
    previous = tensor.role is Role.STATE
    parameter = tensor in trace.program.parameters
    if found is not None:
        if isinstance(found.expression, Constant) and (previous or parameter):
            yield said("given.state" if previous else "given.value")
        return
    if trace.is_set(tensor, place):
        return
    if tensor.role is Role.MASK:
        yield said("given.mask")
    elif (previous or parameter) and origin is not None and origin.saved:
        yield many("given.saved", origin.iteration or 0, count=origin.iteration or 0)
    elif (previous or parameter) and origin is not None and origin.iteration:
        made = next(t.name for t in trace.program.tensors.values() if t.replaces == tensor)
        yield said("given.before", address=address.of(made, place), iteration=origin.iteration - 1)
    elif parameter:
        whose = trace.whose
        drawn = whose is not None and whose.seed is not None and not whose.here
        yield said("given.drawn", seed=whose.seed) if whose and drawn else said("given.trained")
    elif tensor.concept in (concepts.TOKENS, concepts.POSITIONS):
        yield said("given.prompt")
    elif tensor == RANDOM and origin is not None:
        yield said("given.random", position=place[0], seed=origin.seed)
