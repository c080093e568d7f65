"""Which elements a sheet on a topic asks for: drawn by the seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from gpt_by_hand.notation import Access
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.practice.booklet.asking import Ask, question
from gpt_by_hand.practice.booklet.key import Desk
from gpt_by_hand.practice.formulas import is_masked, picked
from gpt_by_hand.practice.question import ask as exercise
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.trace.trace import Trace

QUESTIONS = 3  # on a sheet, or one for each kind of tensor if there are more kinds
TRIES = 40
MOST_TERMS = 40  # operands of all answers to a question: people have only so much patience
MOST_BOXES = 8


def choose(topic: Topic, trace: Trace, random: Random) -> list[Ask]:
    """The questions of one sheet on a topic: of each kind of tensor as many as of the others, none of them twice."""
    kinds = picked(trace.program, dict.fromkeys(topic.targets))
    found: list[Ask] = []
    for kind in kinds:
        for _ in range(max(1, QUESTIONS // len(kinds))):
            ask = next((ask for ask in _drawn(topic, trace, kind, random) if _new(ask, found, trace)), None)
            found += [ask] if ask else []
    return found


def _new(ask: Ask, found: list[Ask], trace: Trace) -> bool:
    """Is it another question than the ones before, with answers that rounding does not blur?"""
    taken = {(other.name, place) for other in found for place in other.places}
    if any((ask.name, place) in taken for place in ask.places):
        return False
    return not question(Desk(trace), ask, 1).blurred


def _drawn(topic: Topic, trace: Trace, names: list[str], random: Random) -> Iterator[Ask]:
    """Elements of the tensors, with as many of their neighbours along the last index that has any as are worth it."""
    for _ in range(TRIES):
        name = random.choice(names)
        place = tuple(random.randrange(extent) for extent in trace.program.tensors[name].shape)
        if topic.wanted(trace, place):
            own = exercise(topic, trace, name, place).own
            room = max(1, min(MOST_BOXES, MOST_TERMS // max(1, len(own.find(Access)))))
            if not is_masked(own):
                yield Ask(name, _neighbours(topic, trace, name, place, room), topic.inline)


def _neighbours(topic: Topic, trace: Trace, name: str, place: Position, room: int) -> tuple[Position, ...]:
    """The element and those beside it: as many as there is room for."""
    shape = trace.program.tensors[name].shape
    axes = [axis for axis, extent in enumerate(shape) if extent > 1]
    if not axes:
        return (place,)
    axis = axes[-1]
    row = [(*place[:axis], at, *place[axis + 1 :]) for at in range(shape[axis])]
    row = [each for each in row if topic.wanted(trace, each)]
    start = min(row.index(place), max(0, len(row) - room))
    return tuple(row[start : start + room])
