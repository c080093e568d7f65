"""The numbers of a trace: what a program is given, and the rest, computed when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from gpt_by_hand.notation import Program

Precision = Literal["float64", "float32"]
PARTS = 2  # that are computed for themselves; who asks for more gets all the rest at once


class Values(Mapping[str, Any]):
    """The arrays of a program's tensors by name, computed by the NumPy engine with numbers of a `precision`.

    What is `given` stays as it is: weights and moments are float32, as training left them, and none is copied. The
    first two tensors that are asked for are computed with what they need and nothing else, which in a large model
    saves memory and in a small one time; whoever asks for a third will want all.
    """

    def __init__(self, program: Program, given: Mapping[str, Any], precision: Precision) -> None:
        self.program, self.precision = program, precision
        self._known: dict[str, Any] = {}
        self._take(given)
        self._parts = 0

    def __getitem__(self, name: str) -> Any:
        if name not in self._known and name in self.program.tensors:
            self.compute(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.program.tensors, **self._known})

    def __len__(self) -> int:
        return len({**self.program.tensors, **self._known})

    def of(self, program: Program) -> Values:
        """The numbers of a longer program, from those that are known."""
        return Values(program, self._known, self.precision)

    def compute(self, name: str = "") -> None:
        """Compute a tensor, and what it needs; without a name, or if it is the third one, all that there are."""
        from gpt_by_hand.engines.numpy import compile_numpy, matrix_threads

        known = self.program.given(*(self.program.definitions.keys() & self._known.keys()))
        part = known.only([name]) if name and self._parts < PARTS else known
        self._parts += 1
        with matrix_threads(self.program), np.errstate(all="ignore"):
            self._take(compile_numpy(part, None, np.dtype(self.precision).type)(self._known))

    def _take(self, values: Mapping[str, Any]) -> None:
        """Whole numbers that stand for real ones become those."""
        tensors = self.program.tensors
        for name, value in values.items():
            real = isinstance(value, int) and name in tensors and tensors[name].kind == "real"
            self._known[name] = float(value) if real else value
