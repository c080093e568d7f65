"""Why a word is predicted: the parts that its score adds up from, where heads look, and what each layer would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.errors import UserError
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import FEATURE, HEAD
from gpt_by_hand.model.why import LENS, decomposed, residuals, with_lens
from gpt_by_hand.notation import Index, Program, Tensor
from gpt_by_hand.notation.decompose import Decomposition, Share
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.notation.pinned import pinned
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.missing import missing
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.words import Words


@dataclass(frozen=True)
class Part:
    """What one part adds: `of` which tensor (at `apart`, such as head 1), the `address` of its share, and how much.

    `rest` is how many parts it stands for, where small ones are counted together.
    """

    of: Tensor
    address: str
    value: float
    apart: tuple[tuple[Index, int], ...] = ()
    rest: int = 0


@dataclass(frozen=True)
class Parts:
    """A number, the parts that it adds up from, in the order of the formulas, what was held, and where it stopped.

    `read_at` has the positions that tensors are read at, None for several. With `less`, it is how much the number is
    more than the one there, in the same tensor. The `trace` has them all.
    """

    trace: Trace
    tensor: Tensor
    position: Position
    value: float
    parts: tuple[Part, ...]
    held: tuple[Tensor, ...]
    stopped: Mapping[str, str]
    read_at: Mapping[str, tuple[int | None, ...]]
    less: Position | None = None

    @property
    def address(self) -> str:
        """The address of the number."""
        return address.of(self.tensor.name, self.position)


def parts_of(
    trace: Trace,
    where: str,
    depth: int | None = None,
    features: int = 0,
    less: str | None = None,
    like: Parts | None = None,
) -> Parts:
    """The parts that the number at an address adds up from; they are those of `decomposed`.

    With a `depth`, what is so many formulas back; with `features`, so many of the strongest features of each
    feed-forward layer are parts of their own. With the address `less` of another number of the same tensor, they are
    those of the difference. With parts that they are to be `like`, they are of the same features. Raises: AddressError;
    UserError for a number that is given, and for fewer than no features.
    """
    if features < 0:
        raise UserError(f"features is {features}: it must be 0 or more")
    name, inside = address.split(where)
    trace = trace.extended(name)
    if name not in trace.program.tensors:
        raise missing(where, trace.names, trace.program)
    tensor = trace.program.tensors[name]
    position = address.position(inside, tensor, trace.words)
    if name not in trace.program.definitions:
        raise UserError(f"{address.of(name, position)} is given, not computed: it has no parts")
    apart = (HEAD, FEATURE) if features else (HEAD,)
    found = decomposed(trace.program, name, held=trace.held, apart=apart, depth=depth)
    shares, values = _numbers(trace, found, position), np.asarray(trace.arrays[name])
    value, other = float(values[position]), None
    if less is not None:
        other = address.position(address.split(less)[1], tensor, trace.words)
        shares = {share: shares[share] - number for share, number in _numbers(trace, found, other).items()}
        value -= float(values[other])
    same = None if like is None else {part.address for part in like.parts}
    listed = tuple(part for share in found.shares for part in _parts(share, shares, found, position, features, same))
    at: dict[Index | None, int] = dict(zip(found.target.indices, position, strict=True))
    read_at = {name: tuple(at.get(index) for index in indices) for name, indices in found.read_at.items()}
    return Parts(trace, tensor, position, value, listed, found.held, found.stopped, read_at, other)


def holding(trace: Trace, wanted: Collection[str]) -> Trace:
    """The trace that holds, in the parts of its numbers, also the tensors of these names or patterns as they are.

    Raises: UserError for what there is not, and for what is given and so never varies.
    """
    held: list[str] = []
    for pattern in wanted:
        matched = [name for name in trace.names if fnmatchcase(name, pattern)]
        if not matched:
            raise missing(pattern, trace.names, trace.program)
        computed = [name for name in matched if name in trace.program.definitions]
        if not computed:
            raise UserError(
                f"{pattern} is given, so it is held as it is in any case: leave it out of what is to be held"
            )
        held += computed
    return replace(trace, held=tuple(dict.fromkeys((*trace.held, *held))))


def _numbers(trace: Trace, found: Decomposition, position: Position) -> dict[str, Any]:
    """The shares of one number of the target: all numbers of them would be many."""
    names = [share.tensor.name for share in found.shares]
    if names == [found.target.name]:  # it has no parts but itself
        return {found.target.name: np.asarray(trace.arrays[found.target.name])[position]}
    at = dict(zip(found.target.indices, position, strict=True))
    return computed(trace, pinned(found.program, names, at), names)


def computed(trace: Trace, program: Program, names: Sequence[str]) -> dict[str, Any]:
    """Tensors of a longer program, from the numbers of the trace."""
    known, precision = program.given(*trace.program.definitions).only(names), np.dtype(trace.precision)
    times = Counter(name for a in known.assignments for name in {access.tensor.name for access in a.reads()})
    arrays = {tensor.name: trace.arrays[tensor.name] for tensor in (*known.inputs, *known.parameters)}
    for name, array in arrays.items():  # what each formula would convert for itself
        if times[name] > 1 and known.tensors[name].kind == "real":
            arrays[name] = np.asarray(array, precision)[()]
    with np.errstate(all="ignore"):
        return compile_numpy(known, names, precision.type)(arrays)


def _parts(
    share: Share,
    numbers: Mapping[str, Any],
    found: Decomposition,
    position: Position,
    features: int,
    same: Collection[str] | None = None,
) -> Iterator[Part]:
    """The parts of a share: one, or one for each position of what is apart; or those of the `same` addresses."""
    values, at = np.asarray(numbers[share.tensor.name]), dict(zip(found.target.indices, position, strict=True))
    apart = [index for index in share.tensor.indices if index in share.apart]
    places = list(np.ndindex(values.shape))
    shown = places
    if features and any(index.axis == FEATURE for index in apart):
        shown = sorted(sorted(places, key=lambda place: -abs(values[place]))[:features])

    def address_of(place: Position) -> str:
        chosen = {**at, **dict(zip(apart, place, strict=True))}
        return address.of(share.tensor.name, tuple(chosen[index] for index in share.tensor.indices))

    if same is not None:
        shown = [place for place in places if address_of(place) in same]
    for place in shown:
        yield Part(share.part, address_of(place), float(values[place]), tuple(zip(apart, place, strict=True)))
    left = [place for place in places if place not in set(shown)]
    if left:
        several: tuple[Any, ...] = tuple(":" if i in share.apart else at[i] for i in share.tensor.indices)
        where = address.of(share.tensor.name, several)
        yield Part(share.part, where, float(sum(values[place] for place in left)), (), len(left))


@dataclass(frozen=True)
class Said:
    """What the model would have said after `tensor`, a residual: probabilities [v] of the next word.

    They are numbers of the tensor `name`.
    """

    tensor: Tensor
    name: str
    probabilities: np.ndarray

    def rank(self, word: int) -> int | None:
        """Which of all words it is, the likeliest first: 1, 2, ...; None where its probability is no number."""
        if np.isnan(self.probabilities[word]):
            return None
        return int((self.probabilities > self.probabilities[word]).sum()) + 1

    def likeliest(self, count: int) -> list[int]:
        """The words with the highest probabilities, highest first; none whose probability is no number."""
        ordered = np.argsort(-self.probabilities, kind="stable")[:count]
        return [int(word) for word in ordered if not np.isnan(self.probabilities[word])]


def lens(trace: Trace, row: int, position: int) -> list[Said]:
    """What the last norm and the head make of the residual before the first layer and after each, at one position.

    Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
    """
    *earlier, last = residuals(trace.program)
    probabilities = trace.program.about(concepts.PROBABILITIES)
    assert probabilities is not None
    names = [f"{LENS}{tensor.name}.{probabilities.name}" for tensor in earlier]
    at = dict(zip(probabilities.indices[:2], (row, position), strict=True))
    found = computed(trace, pinned(with_lens(trace.program), names, at), names) if names else {}
    said = [Said(tensor, name, np.asarray(found[name])) for tensor, name in zip(earlier, names, strict=True)]
    return [*said, Said(last, probabilities.name, np.asarray(trace.arrays[probabilities.name])[row, position])]


def looks(trace: Trace, row: int, position: int) -> list[tuple[Tensor, np.ndarray]]:
    """How much each head [h, j] of each layer looks at each word, seen from one position."""
    found = [tensor for tensor in trace.program.tensors.values() if tensor.concept == concepts.WEIGHTS]
    return [(tensor, np.asarray(trace.arrays[tensor.name])[row, :, position]) for tensor in found]


@dataclass(frozen=True)
class Why:
    """Why a model gives a `word` the score that it has behind a prompt: the parts of its logit, and what is around it.

    `against` is another word: then the parts are those of the difference of the two logits. `said` is what the model
    would have said after each layer, `looks` what each head looks at.
    """

    trace: Trace
    prompt: str
    word: int
    parts: Parts
    said: tuple[Said, ...]
    looks: tuple[tuple[Tensor, np.ndarray], ...]
    against: int | None = None
    before: Why | None = None  # where numbers are set: without that


def why(
    trace: Trace,
    prompt: str,
    word: int,
    against: int | None = None,
    features: int = 0,
    like: Parts | None = None,
) -> Why:
    """Why the trace of a prompt has this score for a word at its end; `features` and `like` as in `parts_of`.

    Raises: UserError for a trace that is of no prompt, and for a word against itself.
    """
    logits = trace.program.about(concepts.LOGITS)
    if logits is None or trace.sequences != 1 or trace.program.about(concepts.TARGETS) is not None:
        raise UserError("this is no trace of a prompt, so there is no single next word: trace a prompt")
    if against == word:
        raise UserError(f"{trace.words.quoted(word)} against itself makes no difference: name another word")
    at = (0, trace.tokens.shape[1] - 1)
    less = None if against is None else address.of(logits.name, (*at, against))
    found = parts_of(trace, address.of(logits.name, (*at, word)), features=features, less=less, like=like)
    before = None
    if trace.before is not None:
        before = why(holding(trace.before, trace.held), prompt, word, against, features, found)
    return Why(trace, prompt, word, found, tuple(lens(trace, *at)), tuple(looks(trace, *at)), against, before)


def following(tokenizer: Tokenizer, prompt: str, word: str) -> tuple[str, int]:
    """The prompt that a word can follow, which may have a space at its end, and the word's number.

    Where spaces belong to words, it is the number of the word with one, if only that can follow. Raises: UserError for
    a word that is none of the vocabulary.
    """
    words = Words(tokenizer)

    def follows(given: str, token: int) -> bool:
        try:
            return tokenizer.encode(given + tokenizer.decode([token])) == [*tokenizer.encode(given), token]
        except UserError:
            return False

    try:
        spaced = tokenizer.encode(f" {word}")
    except UserError:
        spaced = []
    if len(spaced) == 1 and follows(prompt, spaced[0]):
        return prompt, spaced[0]
    token = words.token(word)
    return (f"{prompt} " if not follows(prompt, token) and follows(f"{prompt} ", token) else prompt), token
