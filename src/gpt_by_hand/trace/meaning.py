"""What one number means: the question that its formula answers, asked of its own words, head and channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from gpt_by_hand.language import spoken
from gpt_by_hand.layout.sentences import said, sentence, told
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import Axis, Index, Role, Tensor
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.instance import Position, defining
from gpt_by_hand.notation.titles import of_all, of_one, spoken_of
from gpt_by_hand.trace import address
from gpt_by_hand.trace.trace import Trace

WORDS = (concepts.TOKENS, concepts.TARGETS)  # whose numbers stand for words


def meaning(trace: Trace, name: str, place: Position, written: Sequence[Subscript] = ()) -> str:
    """The question that one element answers, in words: `head 1: how well does the query of "by" match ...?`.

    What the question does not name itself (sequence, head, channel) stands in front of it. Where `written` has
    letters for subscripts, it is the question of all elements along them.
    """
    tensor = trace.program.tensors[name]
    written = written or place
    running = {i.name for i, s in zip(tensor.indices, written, strict=True) if not isinstance(s, int)}
    names = {index: one for index, one in trace.words.spoken(tensor, place).items() if index not in running}
    question = _question(trace, tensor, place)
    if tensor.subject is not None and place:
        question = question.replace(f" {tensor.subject.name} ", f" {address.of(tensor.subject.name, written)} ")
    question = told(question)
    asked = of_one(question, names)
    asked = _about(trace, tensor, place, written, names, asked)
    return in_front(trace, tensor.indices, names, spoken_of(question), asked)


def in_front(
    trace: Trace, indices: Collection[Index], names: Mapping[str, str], spoken: Collection[str], asked: str
) -> str:
    """A question behind the positions that it does not name itself: `sequence 1, channel 2: what ...?`.

    `names` are those of the positions along some of the indices, and of them the question has `spoken` itself.
    """
    silent = [index for index in indices if index.name in names and index.name not in spoken]
    silent = [index for index in silent if index.axis != SEQUENCE or trace.sequences > 1]
    axes = [index.axis or _plain(index) for index in silent]
    nouns = [axis.noun for axis in axes]
    before = [
        told(axis.spoken).format(names[index.name]) + (told(axis.apart) if nouns.count(axis.noun) > 1 else "")
        for index, axis in zip(silent, axes, strict=True)
    ]
    both = ", ".join([*_drawn_from(trace), *before])
    return said("meaning.after", where=begun(both), question=lower(asked)) if both else asked


def _plain(index: Index) -> Axis:
    return Axis("", index.name, f"{index.name} {{}}")


def _drawn_from(trace: Trace) -> list[str]:
    """Where a word is drawn: from which words."""
    threshold = trace.about(concepts.THRESHOLD)
    if threshold is None:
        return []
    kept = np.flatnonzero(np.asarray(trace.about(concepts.LOGITS)) >= threshold)
    words = ", ".join(trace.words.quoted(int(token)) for token in kept)
    return [said("meaning.drawn", count=len(kept), words=words)]


def _question(trace: Trace, tensor: Tensor, place: Position) -> str:
    if tensor.name not in trace.program.definitions:
        return tensor.title
    found = defining(trace.program, tensor.name, place)
    return found.question or found.title


def _about(
    trace: Trace, tensor: Tensor, place: Position, written: Sequence[Subscript], names: dict[str, str], asked: str
) -> str:
    """The question, for a gradient, a moment or a new weight with whose it is, and what that means."""
    subject = tensor.subject
    if subject is None:
        return asked
    title = lower(of_all(of_one(told(_question(trace, subject, place)), names)) if place else told(subject.title))
    if tensor.role is Role.GRADIENT:
        return said("meaning.gradient", question=asked, title=title) if title else asked
    return said("meaning.of", question=asked, address=address.of(subject.name, written), title=title)


def lower(text: str) -> str:
    """As it goes on behind a colon; a word that is written in capitals, such as LayerNorm, stays.

    Where nouns have capitals, whole sentences have them behind a colon too, and stay.
    """
    small = spoken().small and (text[1:2].islower() or text[1:2] == " ")
    return text[:1].lower() + text[1:] if small else text


def begun(text: str) -> str:
    """What stands in front of a question: with a capital where that keeps its own."""
    return text if spoken().small else sentence(text)
