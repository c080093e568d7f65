"""Whose numbers a trace shows: of which model, as far as it is trained, and over which sequences."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gpt_by_hand.language import several
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.records import dataclass
from gpt_by_hand.training.config import BY_HAND, TrainConfig
from gpt_by_hand.training.opened import OpenedModel
from gpt_by_hand.training.session import preset

Rows = tuple[int, int]  # micro-steps, and sequences in each of them
ROWS = ("gradient_accumulation_steps", "batch_size")
ONE_BY_ONE = tuple(BY_HAND[field] for field in ROWS)


@dataclass(frozen=True)
class Whose:
    """The model, and what it looks at; what nobody knows is None or empty.

    `source` is where its weights were read, `seed` what they were drawn with otherwise. They had seen `before`
    iterations when they were read, and have seen `here` more since then. `iteration` is the one that is traced, if it
    is one, with its `rows`, and `usual` those that training takes. `window` says of a sentence that is too long how
    many of its tokens are looked at, and how many there are. `settings` are numbers that somebody has set. `targets`
    says that each word of a sentence has the next one as its target. `hint` says which other model could be asked.
    """

    source: str = ""
    seed: int | None = None
    before: int | None = None
    here: int = 0
    iteration: int | None = None
    rows: Rows | None = None
    usual: Rows | None = None
    window: tuple[int, int] | None = None
    precision: str = ""
    hint: str = ""
    settings: tuple[str, ...] = ()
    targets: bool = False

    @staticmethod
    def of(model: OpenedModel) -> Whose:
        """A model as it was opened; a preset's weights come from a seed alone."""
        return Whose("" if model.seed is not None else model.source, model.seed, model.iteration)

    def line(self) -> str:
        """One line for the top of a page.

        >>> print(Whose(seed=1337, iteration=0, rows=(2, 1), usual=(4, 4)).line())
        Model: untrained, seed 1337; iteration 0, by hand: 2 micro-steps of 1 sequence (train: 4 of 4)
        >>> print(Whose("out", before=0, here=2).line())
        Model: out, trained for 0 iterations, then here for 2 iterations
        """
        parts = [said("whose", model=self._model())]
        if self.iteration is not None and self.rows is not None:
            steps, sequences = self.rows
            rows = said("whose.rows", steps=many("micro-steps", steps), sequences=many("sequences", sequences))
            if self.usual not in (None, self.rows):
                rows = said("whose.usual", rows=rows, steps=self.usual[0], sequences=self.usual[1])
            parts.append(
                said("whose.by-hand" if self.by_hand else "whose.iteration", iteration=self.iteration, rows=rows)
            )
        if self.window is not None:
            parts.append(said("whose.window", seen=self.window[0], given=self.window[1]))
        if self.targets:
            parts.append(said("whose.targets"))
        if self.precision:
            as_trained = self.precision == "float32"
            parts.append(said("whose.as-trained" if as_trained else "whose.precision", precision=self.precision))
        if self.settings:
            parts.append(said("whose.set", settings=", ".join(map(_set, self.settings))))
        return "; ".join(filter(None, [*parts, self.hint]))

    def _model(self) -> str:
        parts = [self.source]
        if self.source and self.before is not None:
            parts += [many("whose.trained", self.before), many("whose.then", self.here) if self.here else ""]
        elif self.here:
            parts.append(many("whose.here", self.here))
        trained = ", ".join(filter(None, parts))
        if self.source or self.seed is None:
            return trained or said("whose.given")
        return said("whose.seed", trained=trained or said("whose.untrained"), seed=self.seed)

    @property
    def by_hand(self) -> bool:
        """Does the iteration take the rows that are taken by hand?"""
        return self.rows == ONE_BY_ONE

    @property
    def trained(self) -> int | None:
        """How many iterations the weights have seen; None where nobody knows."""
        return None if self.source and self.before is None else (self.before or 0) + self.here

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        rows, window = self.rows or (None, None), self.window or (None, None)
        return {
            "said": self.line(),
            "source": self.source or None,
            "seed": self.seed,
            "trained_iterations": self.trained,
            "iteration": self.iteration,
            "gradient_accumulation_steps": rows[0],
            "batch_size": rows[1],
            "tokens_seen": window[0],
            "tokens_given": window[1],
            "targets": said("whose.targets") if self.targets else None,
            "precision": self.precision or None,
            "set": list(self.settings),
        }


def _set(setting: str) -> str:
    """`h.0.attn.weights[0,1,3,:] = 0.25`, as the language that is spoken writes numbers."""
    where, _, value = setting.partition(" = ")
    return f"{where} = {several(value.split(', '))}"


def usual_rows(name: str, recipe: str, train: TrainConfig, given: Collection[str]) -> Rows:
    """What training takes with the same settings as `train`, of which those that are `given` are not by hand.

    So nobody takes an iteration by hand for one of that run.
    """
    usual = preset(name, recipe)[1]
    steps, sequences = (getattr(train if field in given else usual, field) for field in ROWS)
    return steps, sequences
