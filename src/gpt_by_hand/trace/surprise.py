"""How surprised a model is by each word of a text, from the formulas of `model`.

A text that fits the model's window is one trace. Beyond the window each token is predicted after the last ones before
it: the window slides by one, and many windows are computed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import isnan, log, prod
from typing import Any, TypeAlias

import numpy as np

from gpt_by_hand.data.tokenizers import tokens_for
from gpt_by_hand.errors import UserError
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import by_sequence
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import evaluation, prediction
from gpt_by_hand.notation import Program, Role, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.trace import Trace

AT_ONCE = 2**21  # numbers in the widest tensor of what is computed together: 16 MB
KEPT = 2**24  # numbers in the widest tensor of a trace, which keeps all of its tensors: 128 MB

Advance: TypeAlias = Callable[[int], object]
Arrays: TypeAlias = dict[str, np.ndarray]
Run: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
Found: TypeAlias = tuple[float, float, "int | None"]  # a surprise, a probability and a rank


@dataclass(frozen=True)
class Surprise:
    """A token that came, at a `position` of the text: how surprising it was, in nats, and how likely.

    `rank` is 1 for the likeliest token, and None where the probability is no number. `address` is where `GPT.gradients`
    of the text has `nll`; it has none where the text is longer than the model's window.
    """

    position: int
    token: int
    nll: float
    probability: float
    rank: int | None
    address: str

    @property
    def bits(self) -> float:
        """How surprising it was, in bits."""
        return self.nll / log(2)


def tokens_of(trace: Trace, text: str) -> list[int]:
    """The tokens of the text that was traced. Raises: UserError for an unknown word."""
    assert trace.model is not None
    return tokens_for(trace.tokenizer, text, trace.model.vocab_size)


def surprises(trace: Trace, tokens: Sequence[int], advance: Advance = lambda words: None) -> tuple[Surprise, ...]:
    """The surprise of each token but the first of a text, of which `trace` is the trace, or that of its end, with loss.

    `advance` is told how many more are done, if the text is longer than the model's window. Numbers that are set stay
    so. Raises: UserError where a number is set that belongs to one window, and there are more.
    """
    model = trace.model
    assert model is not None
    _check_words(trace)
    whole = len(tokens) - 1 <= model.seq_length
    if whole and (trace.settings or _widest(trace.program) <= KEPT):
        found = _read(trace.program, {t.name: trace.arrays[t.name] for t in _wanted(trace.program)}, tokens[1:])
    else:
        _check_settings(trace)
        found = list(_by_windows(model, trace, np.asarray(tokens), advance))
    places = (address_of(trace, at) if whole else "" for at in range(1, len(tokens)))
    return tuple(
        Surprise(at, tokens[at], *one, place) for at, (one, place) in enumerate(zip(found, places, strict=True), 1)
    )


def address_of(trace: Trace, position: int) -> str:
    """Where the surprise of the word at a position of a prompt is found."""
    return address.of(_wanted(trace.program)[0].name, (0, position - 1))


def _wanted(program: Program) -> list[Tensor]:
    """The tensors with the surprises, the probabilities and the scores."""
    found = [program.about(concept) for concept in (concepts.SURPRISE, concepts.PROBABILITIES, concepts.LOGITS)]
    return [tensor for tensor in found if tensor is not None]


def _read(program: Program, values: Arrays, targets: Sequence[int] | np.ndarray) -> list[Found]:
    """The surprise, the probability and the rank of each target, along all sequences and positions."""
    nll, probabilities, scores = (values[tensor.name] for tensor in _wanted(program))
    flat, rows, at = scores.reshape(len(targets), -1), np.arange(len(targets)), np.asarray(targets)
    chances = probabilities.reshape(flat.shape)[rows, at].tolist()
    ranks = (1 + (flat > flat[rows, at][:, None]).sum(1)).tolist()
    known = (None if isnan(chance) else rank for chance, rank in zip(chances, ranks, strict=True))
    return list(zip(nll.ravel().tolist(), chances, known, strict=True))


def _check_words(trace: Trace) -> None:
    for where in trace.settings:
        name = address.split(where)[0]
        concept = trace.tensor(name).concept if name in trace.program.tensors else None
        if concept in (concepts.TOKENS, concepts.TARGETS):
            raise UserError(f"{where} cannot be set here: it is a word of the text, so change the text")


def _check_settings(trace: Trace) -> None:
    weights = {parameter.name for parameter in trace.program.parameters}
    for where in trace.settings:
        if address.split(where)[0] not in weights:
            raise UserError(
                f"{where} is set, which is of one window, and the text is longer than that: set weights, or give a "
                "shorter text"
            )


def _by_windows(model: ModelConfig, trace: Trace, tokens: np.ndarray, advance: Advance) -> Iterator[Found]:
    """For each token but the first: what the head makes of the vector before it, whose window ends there."""
    weights = {parameter.name: trace.arrays[parameter.name] for parameter in trace.program.parameters}
    dtype, done = np.dtype(trace.precision).type, 1
    for vectors in _vectors(model, weights, tokens[:-1], dtype):
        yield from _surprises(model, weights, vectors, tokens[done : done + len(vectors)], dtype)
        done += len(vectors)
        advance(len(vectors))


def _vectors(model: ModelConfig, weights: Arrays, tokens: np.ndarray, dtype: type) -> Iterator[np.ndarray]:
    """What the head reads after each token [n, c], many windows at once: all of the first, then the last of each."""
    length = min(model.seq_length, len(tokens))
    windows, start = np.lib.stride_tricks.sliding_window_view(tokens, length), 0
    most = max(1, AT_ONCE // _widest(prediction(model, 1, length).only([_read_by_the_head(model)])))
    while start < len(windows):
        rows = windows[start : start + most]
        found = _body(model, len(rows), length, dtype)({**weights, "tokens": rows, "positions": np.arange(length)})
        vectors = found[_read_by_the_head(model)]
        yield vectors[:, -1] if start else np.concatenate([vectors[0], vectors[1:, -1]])
        start += len(rows)


def _surprises(
    model: ModelConfig, weights: Arrays, vectors: np.ndarray, targets: np.ndarray, dtype: type
) -> Iterator[Found]:
    """What the head makes of vectors [n, c], as many at once as have room for the scores of all words."""
    most = max(1, AT_ONCE // model.vocab_size)
    for start in range(0, len(vectors), most):
        piece, rows = vectors[start : start + most], targets[start : start + most]
        program, run = _head(model, len(piece), dtype)
        given = {_read_by_the_head(model): piece[:, None], "targets": rows[:, None]}
        yield from _read(program, run({**weights, **given}), rows)


@lru_cache(maxsize=4)
def _read_by_the_head(model: ModelConfig) -> str:
    """The name of the tensor of vectors that the scores are made from."""
    program = prediction(model, 1, 1)
    scores = program.about(concepts.LOGITS)
    assert scores is not None
    reads = (access.tensor for access in program.definitions[scores.name][0].reads())
    return next(tensor.name for tensor in reads if tensor.role is Role.ACTIVATION)


@lru_cache(maxsize=4)
def _body(model: ModelConfig, rows: int, length: int, dtype: type) -> Run:
    """From windows of tokens to the vectors that the head reads."""
    return _compiled(prediction(model, rows, length), [_read_by_the_head(model)], dtype)


@lru_cache(maxsize=4)
def _head(model: ModelConfig, rows: int, dtype: type) -> tuple[Program, Run]:
    """From vectors [b, 1, c] to the surprises at their targets."""
    program = evaluation(model, rows, 1).given(_read_by_the_head(model))
    return program, _compiled(program, [tensor.name for tensor in _wanted(program)], dtype)


def _compiled(program: Program, names: list[str], dtype: type) -> Run:
    from gpt_by_hand.engines.numpy import compile_numpy

    return compile_numpy(program, names, dtype)


def _widest(program: Program) -> int:
    """How many numbers the widest tensor has that each sequence has its own of, in all sequences."""
    return max(prod(tensor.shape) for tensor in program.tensors.values() if by_sequence(tensor))
