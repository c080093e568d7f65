"""A whole GPT on six sheets: from words to the probabilities of the next one, then one gradient and one update.

Everything is worked out for the last position of one sequence. The keys and values of the words before it are given,
and of the wide feed-forward layer a few features and one channel are asked for; each sheet gives what it starts from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from gpt_by_hand.model import concepts as c
from gpt_by_hand.model.axes import ASKING, CHANNEL, FEATURE, HEAD, POSITION, RESULT, SEQUENCE, WORD
from gpt_by_hand.notation import Axis, Role, Tensor
from gpt_by_hand.practice.booklet.asking import Ask, elements
from gpt_by_hand.practice.formulas import Pick
from gpt_by_hand.trace.trace import Trace

PRESET, TITLE = "pencil", "A whole GPT on six sheets"
FEATURES = range(4)  # of the feed-forward layer
ONE = 0  # channel of what it adds
NORM = (c.MEAN, c.CENTRED, c.VARIANCE, c.RSTD, c.NORMALISED)
EMBEDDING = (c.TOKEN_VECTOR, c.POSITION_VECTOR, c.EMBEDDING)
SOFTMAX = (c.LARGEST, c.POWER, c.TOTAL)
FEATURE_BY_FEATURE = (c.FEATURES, c.CDF, c.GELU)


def six_sheets(trace: Trace) -> Iterator[tuple[str, list[Ask]]]:
    """The sheets' titles, and what each of them asks for."""
    word = {SEQUENCE: 0, POSITION: trace.tokens.shape[1] - 1}
    asking = {SEQUENCE: 0, HEAD: 0, ASKING: word[POSITION]}
    some, one = {**word, FEATURE: FEATURES}, {**word, RESULT: ONE, CHANNEL: ONE}

    def asks(at: Mapping[Axis, int | range], *wanted: str, n: int = 0) -> list[Ask]:
        return [elements(_tensors(trace, Pick(concept))[n], at) for concept in wanted]

    yield "From words to vectors", asks(word, *EMBEDDING, *NORM)
    yield "Queries, keys and values", asks({**word, HEAD: 0}, c.QUERY, c.KEY, c.VALUE) + asks(asking, c.SCORES)
    yield "Attention", asks(asking, *SOFTMAX, c.WEIGHTS) + asks(word, c.MIX, c.PROJECTION, c.MIDDLE)
    features = asks(some, *FEATURE_BY_FEATURE) + asks(one, c.FEED_FORWARD, c.OUTPUT)
    yield "The feed-forward layer", asks(word, *NORM, n=1) + features
    shares = asks(word, *SOFTMAX, n=-1) + asks(word, c.PROBABILITIES, c.SURPRISE)
    yield "The next word", asks(word, *NORM, n=-1) + asks(word, c.LOGITS) + shares
    yield "One gradient, one update", [*_backward(trace, word), *_update(trace)]


def _backward(trace: Trace, word: Mapping[Axis, int]) -> Iterator[Ask]:
    """The gradients on the way back to the logits."""
    for concept, inline in ((c.SURPRISE, ()), (c.TOTAL, ()), (c.LOGITS, (Pick(c.POWER, Role.GRADIENT),))):
        last = [t for t in _tensors(trace, Pick(concept, Role.GRADIENT)) if HEAD not in {i.axis for i in t.indices}]
        yield elements(last[0], word, inline)


def _update(trace: Trace) -> Iterator[Ask]:
    """One weight of the word table, from its gradient to what becomes of it."""
    word, channel = a_weight(trace)
    (table,) = _tensors(trace, Pick(c.WORD_TABLE))
    for tensor in trace.program.tensors.values():
        of_table = tensor.subject == table and tensor.role is not Role.STEP and tensor.name in trace.program.definitions
        if of_table or tensor.concept == c.CLIPPING:
            yield elements(tensor, {WORD: word, CHANNEL: channel})


def _tensors(trace: Trace, pick: Pick) -> list[Tensor]:
    return [tensor for tensor in trace.program.tensors.values() if pick.fits(tensor)]


def a_weight(trace: Trace) -> tuple[int, int]:
    """The weight to update: of the words that are no inputs, so that only the head uses them, the steepest one."""
    (gradient,) = _tensors(trace, Pick(c.WORD_TABLE, Role.GRADIENT))
    steep = np.abs(np.asarray(trace.arrays[gradient.name]))
    steep[np.unique(trace.tokens)] = -1
    word, channel = np.unravel_index(np.argmax(steep), steep.shape)
    return int(word), int(channel)
