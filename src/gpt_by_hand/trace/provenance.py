"""Where the numbers come from that no formula of a program defines: the random stream and the training text."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.sources import NormalSource, NormalSources
from gpt_by_hand.layout.sentences.explanations import BEGUN
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import Index, Role, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.start import draws

AT_ONCE = 2**16  # random numbers that are drawn together


@dataclass(frozen=True)
class Batch:
    """The rows of a batch: where in the training tokens each one starts, and which draw of the stream says so.

    `draws` is None where that is not known any more: before a checkpoint was saved.
    """

    data: np.ndarray
    starts: tuple[int, ...]
    draws: tuple[int | None, ...]


@dataclass(frozen=True)
class Onward:
    """How training goes on from an iteration whose batch is drawn, but which is not computed yet.

    `draws` is how many 32-bit values the stream has given by now. The rows in `starts` are those of the next
    iteration's first micro-step, drawn already, by the draws in `start_draws` (None where that is not known any more).
    `evaluation` is the first draw of the evaluation before this iteration, if there was one; where that was made
    already, before a checkpoint was saved, `evaluated` is what it has found.
    """

    train: TrainConfig
    val: np.ndarray
    draws: int
    starts: tuple[int, ...]
    start_draws: tuple[int | None, ...]
    evaluation: int | None = None
    evaluated: Metrics | None = None


@dataclass(frozen=True, eq=False)
class Origin:
    """What a trace starts from: the seed, the sizes, the iteration (None for a prompt), and the batch.

    `fresh` says that the weights are those that were drawn, so each can be followed to its draws; `saved` that they
    are those of a checkpoint, so that no iteration before this one can be asked for. `parameters` are those that were
    drawn. `onward` says how an iteration is followed by the next.
    """

    seed: int
    model: ModelConfig
    fresh: bool
    iteration: int | None = None
    batch: Batch | None = None
    saved: bool = False
    parameters: tuple[Tensor, ...] = ()
    onward: Onward | None = None
    _raw: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def raw(self, position: int) -> int:
        """The 32-bit value at a position of the stream."""
        block, at = divmod(position, AT_ONCE)
        if block not in self._raw:
            stream = RandomStream(self.seed)
            for _ in range(block):
                stream.raw(AT_ONCE)
            self._raw[block] = stream.raw(AT_ONCE)
        return int(self._raw[block][at])

    def normal(self, parameter: Tensor, at: int) -> tuple[NormalSource, float] | None:
        """The source of the number at a flat position of a parameter, and the standard deviation it is drawn with.

        None for a parameter that is not drawn: gains and biases.
        """
        found = self._normals.get(parameter.name)
        return found and (found[0][at], found[1])

    @cached_property
    def _normals(self) -> dict[str, tuple[list[NormalSource], float]]:
        sources, found = NormalSources(), {}
        for draw in draws(self.parameters):
            if draw.parameter:
                found[draw.parameter] = sources.normals(draw.count), draw.std
            else:
                sources.skip(draw.count)
        return found


def _pseudo(name: str, kind: str = "integer") -> Tensor:
    return Tensor(name, (Index("n", 2**32),), kind, title=BEGUN[name], role=Role.INPUT, concept=name)


RANDOM, UNIFORM, DOUBLE = _pseudo("random"), _pseudo("uniform", "real"), _pseudo("uniform53", "real")
STARTS, DATA = _pseudo("starts"), _pseudo("data")
BEGINNINGS = {tensor.name: tensor for tensor in (RANDOM, UNIFORM, DOUBLE, STARTS, DATA)}
