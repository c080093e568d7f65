"""The random numbers: PyTorch's CPU generator, number for number, without PyTorch.

One MT19937 generator (Matsumoto and Nishimura, 1998) gives every engine the same start weights and the same batches
for a seed. How its 32-bit values become floats, normals and integers follows PyTorch,
`aten/src/ATen/core/DistributionsHelper.h` and `aten/src/ATen/native/cpu/DistributionTemplates.h`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gpt_by_hand.data.box_muller import fused, normal_pairs
from gpt_by_hand.errors import UserError

if TYPE_CHECKING:
    import numpy.typing as npt

WORDS = 624  # 32-bit words in MT19937's state
AT_ONCE = 2**20  # so many numbers are made at a time: large models need little more memory than their weights
PART = 2**12  # of them at a time as one long integer, which the processor's caches hold
BLOCK = 16  # PyTorch makes normals 16 at a time, and fewer than 16 in another way


class RandomStream:
    """A seeded stream of random numbers, equal to `torch.manual_seed(seed)` on the CPU.

    `draws` counts the 32-bit values taken so far. Raises: UserError when the seed is not in [0, 2**32).
    """

    def __init__(self, seed: int) -> None:
        if not _is_integer(seed, 0, 2**32 - 1):
            raise UserError(f"seed is {seed!r}: give a whole number from 0 to {2**32 - 1}")
        self.seed = int(seed)
        self.draws = 0
        self._bits = _generator(_seeded(self.seed), WORDS)
        self._spare: float | None = None  # the sine half of the last double-precision pair

    def raw(self, n: int) -> npt.NDArray[np.uint32]:
        """The next `n` 32-bit values, uint32 `[n]`."""
        self.draws += n
        parts = (min(PART, n - start) for start in range(0, n, PART))
        content = b"".join(self._bits.getrandbits(32 * part).to_bytes(4 * part, "little") for part in parts)
        return np.frombuffer(content, "<u4").astype(np.uint32)

    def skip(self, n: int) -> None:
        """Take the next `n` 32-bit values, and make nothing of them."""
        for start in range(0, n, AT_ONCE):
            self.raw(min(AT_ONCE, n - start))

    def uniform(self, *shape: int) -> npt.NDArray[np.float32]:
        """Float32 uniforms in [0, 1) of the given shape: the low 24 bits of one draw each."""
        low = self.raw(math.prod(shape)) & np.uint32(0xFFFFFF)
        return (low.astype(np.float32) * np.float32(2**-24)).reshape(shape)

    def normal(self, *shape: int, std: float = 1.0, mean: float = 0.0) -> npt.NDArray[np.float32]:
        """Float32 normals of the given shape, as `torch.empty(shape).normal_(mean, std)`.

        Sixteen and more are made in blocks of sixteen; a last one that is not full covers the last 16 values afresh.
        """
        count = math.prod(shape)
        if count < BLOCK:
            few = [self._double_normal() * std + mean for _ in range(count)]
            return np.array(few, dtype=np.float32).reshape(shape)
        found = np.empty(count, np.float32)
        for start in range(0, count, AT_ONCE):
            uniforms = self.uniform(min(AT_ONCE, count - start))
            whole = len(uniforms) - len(uniforms) % BLOCK
            found[start : start + whole] = fused(_normal_blocks(uniforms[:whole]), std, mean)
        if count % BLOCK:
            found[-BLOCK:] = fused(_normal_blocks(self.uniform(BLOCK)), std, mean)
        return found.reshape(shape)

    def integers(self, below: int, *shape: int) -> npt.NDArray[np.int64]:
        """Int64 integers in [0, below) of the given shape, as `torch.randint(below, shape)`: one draw each.

        From 2**28 on PyTorch takes two draws each, to keep the skew of the remainder small.
        """
        if below < 1:
            raise UserError(f"no integer is in [0, {below}): the upper end must be at least 1")
        n = math.prod(shape)
        values = self.raw(n).astype(np.uint64) if below < 2**28 else self._raw64(n)
        return (values % np.uint64(below)).astype(np.int64).reshape(shape)

    def state(self) -> dict[str, Any]:
        """All that `from_state` needs to go on from here, as plain values that JSON keeps exactly."""
        *key, position = self._bits.getstate()[1]
        return {
            "seed": self.seed,
            "draws": self.draws,
            "key": key,
            "position": position,
            "spare_normal": self._spare,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> RandomStream:
        """The stream that `state` was taken from, at the same place. Raises: UserError when it is malformed."""
        _check_state(state)
        stream = cls(state["seed"])
        stream._bits = _generator(state["key"], state["position"])
        stream.draws = state["draws"]
        stream._spare = state["spare_normal"]
        return stream

    def _raw64(self, n: int) -> npt.NDArray[np.uint64]:
        pairs = self.raw(2 * n).astype(np.uint64).reshape(n, 2)
        return (pairs[:, 0] << np.uint64(32)) | pairs[:, 1]

    def _double_normal(self) -> float:
        """One standard normal in double precision; a pair is made at a time and its second value kept."""
        if self._spare is not None:
            value, self._spare = self._spare, None
            return value
        u1, u2 = (int(r) % 2**53 * 2**-53 for r in self._raw64(2))
        radius, angle = math.sqrt(-2.0 * math.log1p(-u2)), 2.0 * math.pi * u1
        self._spare = radius * math.sin(angle)
        return radius * math.cos(angle)


def values_of_normals(n: int) -> int:
    """How many 32-bit values so many normals take, 16 or more: one each, and 16 for a last block drawn afresh."""
    return n + (BLOCK if n % BLOCK else 0)


def _normal_blocks(uniforms: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return normal_pairs(uniforms.reshape(-1, BLOCK)).ravel()


def _generator(key: Sequence[int], position: int) -> random.Random:
    """Python's own MT19937 at the given state: NumPy's takes longer to import than a start needs to draw."""
    bits = random.Random()
    bits.setstate((3, (*map(int, key), int(position)), None))
    return bits


def _seeded(seed: int) -> list[int]:
    """MT19937's first state: `init_genrand` of its authors' mt19937ar.c, where Python's own seed does more."""
    key = [seed]
    for n in range(1, WORDS):
        key.append((1812433253 * (key[-1] ^ key[-1] >> 30) + n) & 0xFFFFFFFF)
    return key


def _is_integer(value: object, low: int, high: int) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and low <= int(value) <= high


def _check_state(state: Mapping[str, Any]) -> None:
    """Raise UserError, naming the entry, unless `state` has the form that `RandomStream.state` gives."""
    if not isinstance(state, Mapping):
        raise UserError(f"random state: expected a dictionary, found {type(state).__name__}")
    key, spare = state.get("key"), state.get("spare_normal", "missing")
    sound = {
        "seed": _is_integer(state.get("seed"), 0, 2**32 - 1),
        "draws": _is_integer(state.get("draws"), 0, 2**63),
        "position": _is_integer(state.get("position"), 0, WORDS),
        "key": isinstance(key, list) and len(key) == WORDS and all(_is_integer(w, 0, 2**32 - 1) for w in key),
        "spare_normal": spare is None or (isinstance(spare, float) and math.isfinite(spare)),
    }
    for name, fine in sound.items():
        if not fine:
            raise UserError(f"random state: {name!r} is missing or out of range; the checkpoint is damaged")
