"""A model that was opened, wherever it comes from: its sizes, its words, its weights, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path

from gpt_by_hand.data.tokenizers import Tokenizer, is_numbers
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.notation import Role
from gpt_by_hand.records import dataclass
from gpt_by_hand.training.start import Arrays

POSITIONS = "transformer.wpe.weight"


@dataclass(frozen=True)
class OpenedModel:
    """A model, and where it comes from.

    Its weights are read, by `load`, when somebody asks for them. `path` is where it lies, if anywhere; `iteration` how
    many updates it has seen, if that is known; `seed` what its weights were drawn with, if nothing has changed them
    since. `notes` are what there is to say of it, once the weights are read.
    """

    config: ModelConfig
    tokenizer: Tokenizer
    load: Callable[[], Arrays]
    source: str = ""
    path: Path | None = None
    iteration: int | None = None
    seed: int | None = None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def weights(self) -> Arrays:
        """Float32 arrays by our names, in the formulas' shapes. Raises: UserError if they are damaged or do not fit."""
        return self.load()

    @property
    def folder(self) -> Path | None:
        """Where it lies, or the file that it is, if anywhere."""
        return self.path.parent if self.path is not None and self.path.is_file() else self.path

    @property
    def has_words(self) -> bool:
        """Is its tokenizer known? Else its tokens are numbers."""
        return not is_numbers(self.tokenizer)

    def resized(self, config: ModelConfig) -> OpenedModel:
        """The same model with the sizes of `config`: fewer positions will do, other sizes will not.

        Raises: UserError for other sizes.
        """
        fewer = min(config.seq_length, self.config.seq_length)
        check_sizes(replace(self.config, seq_length=fewer), config, self.source)
        table = self.weights[POSITIONS][: config.seq_length]
        return replace(self, config=config, load=lambda: {**self.weights, POSITIONS: table.copy()})

    def without_zero_biases(self) -> OpenedModel:
        """The same model without biases, which must all be 0. Raises: UserError if one is not."""
        biases = {parameter.name for parameter in parameters(self.config) if parameter.role is Role.BIAS}
        for name in biases:
            if self.weights[name].any():
                raise UserError(f"{name} is not 0 everywhere: the model needs its biases (leave out --drop_zero_bias)")
        kept = {name: array for name, array in self.weights.items() if name not in biases}
        return replace(self, config=replace(self.config, use_bias=False), load=lambda: kept)


def check_sizes(model: ModelConfig, wanted: ModelConfig, source: str) -> None:
    """Raise UserError if the model in `source` has other sizes than those that are wanted."""
    for name, size in model.sizes.items():
        if wanted.sizes[name] != size:
            raise UserError(f"the model in {source} has {name} {size}, not {wanted.sizes[name]}: leave --{name} out")
