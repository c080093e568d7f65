"""NumPy's numbers and arrays as they stand in a pickle, made without calling what NumPy itself would call there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from gpt_by_hand.errors import UserError

_NUMBERS = re.compile(r"b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,6}")


class NumberType:
    """A dtype: a letter and a number of bytes; the order of the bytes is told afterwards."""

    def __init__(self, code: object, *more: object) -> None:
        self.code, self.order = str(code) if isinstance(code, str) else "?", "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1] if state[1] in ("<", ">", "|", "=") else "|"


class Array:
    """Stands for an array: nobody has asked for its numbers."""

    def __init__(self, *parts: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...


def number(kind: NumberType, content: bytes) -> Any:
    """NumPy's number of that kind as Python's. Raises: UserError for other kinds, ValueError for damage."""
    if not isinstance(kind, NumberType) or not isinstance(content, bytes):
        raise ValueError("no kind of numbers")
    if not _NUMBERS.fullmatch(kind.code):
        raise UserError(
            f"it holds a number of NumPy's of the kind {kind.code[:20]!r}: save it as a plain number or text"
        )
    dtype = np.dtype(kind.order + kind.code)
    if len(content) != dtype.itemsize:
        raise ValueError(f"{len(content)} bytes for a number of {dtype.itemsize}")
    return np.frombuffer(content, dtype, count=1)[0].item()


# What a pickle calls these, in NumPy 1 and 2.
NUMPY: dict[str, Callable[..., Any]] = {
    "numpy.dtype": NumberType,
    "numpy.ndarray": Array,
    **{f"numpy.{core}.multiarray.scalar": number for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray._reconstruct": Array for core in ("core", "_core")},
    "numpy._core.numeric._frombuffer": Array,
}
