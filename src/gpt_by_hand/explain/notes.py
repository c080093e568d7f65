"""What is special about a number: masked, held constant, padding, left out, carried over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf

from gpt_by_hand.engines import reference
from gpt_by_hand.explain.steps import Value, readable, with_numbers
from gpt_by_hand.layout.tables import has_layout
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Constant, Expression, Layout, Role, Tensor, Where
from gpt_by_hand.notation.expressions import Reduction
from gpt_by_hand.notation.instance import Instance, Position
from gpt_by_hand.printers.text import text
from gpt_by_hand.trace import address
from gpt_by_hand.trace.meaning import WORDS, quoted
from gpt_by_hand.trace.provenance import DATA, RANDOM
from gpt_by_hand.trace.trace import Trace

PADDING = re.compile(r"<PAD\d+>|#\d+")  # entries that fill a vocabulary up, and numbers beyond its end
CONDITION_DIGITS = (8, 17)  # the fewest that show what holds


def notes(trace: Trace, tensor: Tensor, place: Position, found: Instance | None, value: Value) -> tuple[str, ...]:
    """Sentences about one number, without a full stop."""
    said = [] if found is None else [*_conditions(found, value), *_of_formula(found)]
    return (*said, *_words(trace, tensor, value, place), *_given(trace, tensor, place, found))


def _conditions(found: Instance, value: Value) -> Iterator[str]:
    """How each condition was decided, and what follows."""
    asked = [node.condition for node in found.assignment.expression.find(Where)]
    for (condition, holds), general in zip(found.conditions, asked, strict=False):
        verdict = "holds" if holds else "does not hold"
        yield f"{text(general)}: {text(_readable(with_numbers(condition, value), holds))} {verdict}"
    if found.conditions and value(found.expression) == -inf:
        yield "masked: a word must not look at words that come after it, so the score is -inf and its share will be 0"


def _readable(condition: Expression, holds: bool) -> Expression:
    """The condition with numbers of few digits, unless two would then look alike that are not."""
    few, all_of_them = (readable(condition, digits) for digits in CONDITION_DIGITS)
    return few if reference.value(few, {}, {}) == holds else all_of_them


def _of_formula(found: Instance) -> Iterator[str]:
    if found.left_out:
        terms = "1 term is" if found.left_out == 1 else f"{found.left_out} terms are"
        wheres = found.assignment.expression.find(Where)
        conditions = " or ".join(dict.fromkeys(text(node.condition) for node in wheres))
        yield f"{terms} left out of the sum, where {conditions} does not hold"
    expression = found.assignment.expression
    if isinstance(expression, Reduction) and expression.kind == "max":
        yield (
            "held constant on the way back: taking the same number from each of them changes no share, so no gradient "
            "goes through it"
        )


def _words(trace: Trace, tensor: Tensor, value: Value, place: Position) -> Iterator[str]:
    """Which word a token is, and which is none."""
    for index, at in zip(tensor.indices, place, strict=True):
        if has_layout(index, Layout.VOCABULARY) and PADDING.fullmatch(trace.tokenizer.label(at)):
            yield f"{quoted(trace, at)} stands for no text: it fills the vocabulary up to {index.extent} entries"
    if tensor == DATA or tensor.concept in WORDS:
        token = int(value(tensor[place]))
        yield f"{token} stands for {quoted(trace, token)}"
        if tensor != DATA and trace.origin is not None and trace.origin.batch is not None:
            start = trace.origin.batch.starts[place[0]]
            at = place[1] + (tensor.concept == concepts.TARGETS)
            yield f"the sequence starts at token {start} of the training text, and {start} + {at} = {start + at}"


def _given(trace: Trace, tensor: Tensor, place: Position, found: Instance | None) -> Iterator[str]:
    """Where a number that no formula gives comes from."""
    origin = trace.origin
    previous = tensor.role is Role.STATE
    parameter = tensor in trace.program.parameters
    if found is not None:
        if isinstance(found.expression, Constant) and (previous or parameter):
            yield "nothing has been gathered yet" if previous else "it starts with this value; nothing is drawn for it"
        return
    if tensor.role is Role.MASK:
        yield "drawn at random: 1 keeps the activation, 0 drops it"
    elif (previous or parameter) and origin is not None and origin.saved:
        yield f"saved in the checkpoint, after {_iterations(origin.iteration or 0)}"
    elif (previous or parameter) and origin is not None and origin.iteration:
        made = next(t.name for t in trace.program.tensors.values() if t.replaces == tensor)
        yield (
            f"carried over from the iteration before, which training computed in float32: ask for "
            f"{address.of(made, place)} with --iteration {origin.iteration - 1} --precision float32"
        )
    elif parameter:
        whose = trace.whose
        drawn = whose is not None and whose.seed is not None and not whose.here
        yield f"drawn with seed {whose.seed}" if whose and drawn else "a trained weight"
    elif tensor.concept in (concepts.TOKENS, concepts.POSITIONS):
        yield "given by the prompt"
    elif tensor == RANDOM and origin is not None:
        yield f"number {place[0]} (counting from 0) of the generator started with seed {origin.seed}"


def _iterations(count: int) -> str:
    return "1 iteration" if count == 1 else f"{count} iterations"
