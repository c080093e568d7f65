"""Two traces, number by number: which differ, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isfinite, isnan, prod

import numpy as np

from gpt_by_hand.data.tokenizers import same_entries
from gpt_by_hand.layout.tables import has_layout
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import Index, Layout, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.changed import constants, is_setting
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision

ROUNDING = 64  # units in the last place


@dataclass(frozen=True)
class Change:
    """A number that differs; one that `counts` has a size: a word's number, or a whole one like it, has none."""

    address: str
    before: float
    after: float
    counts: bool = True

    @property
    def differs(self) -> bool:
        """Are they two? What is no number before and after is no change."""
        return self.before != self.after and not (isnan(self.before) and isnan(self.after))

    @property
    def size(self) -> float:
        """How far apart the two are: infinitely, where one of them is, or is no number, and where it is a word."""
        size = abs(self.after - self.before)
        return size if isfinite(size) and self.counts else inf


@dataclass(frozen=True)
class Compared:
    """What two traces have at one address: how many numbers of `total` are `changed`, and the largest changes.

    `rounded` are those that sequences of another length have rounded in another way, and that do not count as changed.
    `alone` are those that only one of the two has, `example` one of these. Of a tensor that cannot be compared, both
    `total` and `alone` are 0.
    """

    tensor: Tensor
    total: int = 0
    changed: int = 0
    rounded: int = 0
    largest: tuple[Change, ...] = ()
    alone: int = 0
    example: str = ""


def compare(one: Trace, other: Trace, most: int | None = None) -> Iterator[Compared]:
    """Each tensor that is among the names of `other`, with its `most` largest changes, or all.

    Positions are compared where both sequences have them, numbers of words where these mean the same.
    """
    for name in other.names:
        tensor = other.tensor(name)
        if is_setting(other, tensor):
            continue
        one = one.extended(tensor.name)
        yield _compared(one, other, name, most)


def losses(one: Trace, other: Trace) -> tuple[float, float] | None:
    """The loss of both, in nats per token, if both have one."""
    before, after = (trace.about(concepts.LOSS) for trace in (one, other))
    return None if before is None or after is None else (float(before), float(after))


def settings_that_differ(one: Trace, other: Trace) -> Iterator[Change]:
    """The numbers that formulas call by a name, such as `beta1`, where both have them."""
    before, after = constants(one.program), constants(other.program)
    for name in after:
        if name in before and before[name] != after[name]:
            yield Change(name, before[name], after[name])


def _compared(one: Trace, other: Trace, name: str, most: int | None) -> Compared:
    tensor = other.tensor(name)
    like = one.program.tensors.get(tensor.name)
    both = None if like is None else _both(like, tensor, same_entries(one.tokenizer, other.tokenizer))
    if like is None or both is None:
        return Compared(tensor)
    asked = _asked(other, name)
    before, after = (np.asarray(trace.arrays[tensor.name])[both] for trace in (one, other))
    differs = (before != after) & ~(np.isnan(before) & np.isnan(after))
    if asked is not None:
        differs &= asked[both]
    found = np.flatnonzero(differs)
    if np.shape(one.tokens) != np.shape(other.tokens):
        found = found[_size(before, after, found) > _rounding(before, one.precision)]
    total = differs.size if asked is None else int(asked[both].sum())
    largest = tuple(_changes(tensor, before, after, found, most))
    alone, example = _alone(like, tensor, asked, total)
    return Compared(tensor, total, len(found), int(differs.sum()) - len(found), largest, alone, example)


def _alone(one: Tensor, other: Tensor, asked: np.ndarray | None, both: int) -> tuple[int, str]:
    """How many numbers only one of two tensors has, and the last of them; of what is asked for, only the other."""
    longer = max((one, other), key=lambda found: prod(found.shape))
    last = tuple(extent - 1 for extent in longer.shape)
    count = prod(one.shape) + prod(other.shape) - 2 * both
    if asked is not None:
        last, count = tuple(map(int, np.argwhere(asked)[-1])), int(asked.sum()) - both
    return count, address.of(longer.name, last) if count else ""


def _both(one: Tensor, other: Tensor, same_words: bool) -> tuple[slice, ...] | None:
    """Which part of a tensor both have; None where its numbers have nothing to do with each other."""
    if [index.axis for index in one.indices] != [index.axis for index in other.indices]:
        return None
    words = other.kind == "integer" or any(has_layout(index, Layout.VOCABULARY) for index in other.indices)
    if words and not same_words:
        return None
    pairs = list(zip(one.indices, other.indices, strict=True))
    if any(a.extent != b.extent and not _of_sequences(a) for a, b in pairs):
        return None
    return tuple(slice(min(a.extent, b.extent)) for a, b in pairs)


def _of_sequences(index: Index) -> bool:
    return index.axis == SEQUENCE or has_layout(index, Layout.WORDS)


def _asked(trace: Trace, name: str) -> np.ndarray | None:
    """Which numbers of its tensor an address means; None for all of them."""
    part = trace.part(name)
    if part.whole:
        return None
    asked = np.zeros(part.tensor.shape, bool)
    asked.reshape([index.extent for index in part.indices])[part.chosen] = True  # a view
    return asked


def _changes(
    tensor: Tensor, before: np.ndarray, after: np.ndarray, differing: np.ndarray, most: int | None
) -> Iterator[Change]:
    """The largest changes of a tensor, or all of them, the largest first."""
    old, new = before.ravel()[differing], after.ravel()[differing]
    sizes = _size(before, after, differing)
    first = np.arange(len(sizes))
    if most is not None and most < len(sizes):  # sorting millions takes its time
        first = np.flatnonzero(sizes >= np.partition(sizes, -most)[-most])
    for n in first[np.argsort(-sizes[first], kind="stable")[:most]]:
        at = tuple(map(int, np.unravel_index(differing[n], before.shape)))
        yield Change(address.of(tensor.name, at), old[n].item(), new[n].item(), tensor.kind == "real")


def _size(before: np.ndarray, after: np.ndarray, at: np.ndarray) -> np.ndarray:
    """How far apart numbers at flat positions are; infinitely, where one is infinite or no number."""
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.abs(after.ravel()[at].astype(np.float64) - before.ravel()[at])
    return np.where(np.isfinite(sizes), sizes, inf)


def _rounding(values: np.ndarray, precision: Precision) -> float:
    """By how much numbers may differ that are summed up in another order: a few units in the last place of the largest.

    How matrices are multiplied, and so how sums are rounded, depends on how long the sequence is.
    """
    largest = np.abs(values[np.isfinite(values)]).max(initial=0) if values.dtype.kind == "f" else 0
    return float(ROUNDING * np.finfo(precision).eps * largest)
