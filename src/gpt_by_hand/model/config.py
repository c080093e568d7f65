"""The sizes of a model, and the presets: a few sets of sizes with a name."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal

from gpt_by_hand.errors import UserError
from gpt_by_hand.records import dataclass

LARGEST, MOST_WORDS = 2**16, 2**18  # the vocabularies of large models have some 130,000 to 262,144 words
MOST_DECIMALS = 16  # a float32 has no more that count


@dataclass(frozen=True)
class ModelConfig:
    """The sizes of a GPT, and how its weights start."""

    vocab_size: int = 32
    """How many different tokens there are (V)."""
    seq_length: int = 8
    """How many tokens the model sees at once (T)."""
    num_layers: int = 2
    """How many transformer blocks follow each other."""
    num_heads: int = 2
    """How many attention heads each block has (H); it must divide dim_embedding."""
    dim_embedding: int = 16
    """How many numbers describe a token (C)."""
    dropout_rate: float = 0.0
    """The share of activations set to zero while training, from 0 up to but not including 1."""
    use_bias: bool = False
    """Whether linear layers and LayerNorms add a bias."""
    gelu: Literal["exact", "tanh"] = "exact"
    """The GELU's form: exact (with erf), or GPT-2's approximation with tanh."""
    init_std: float = 0.02
    """The standard deviation of the normal distribution that initial weights are drawn from."""
    init_decimals: int = -1
    """Round initial weights to so many decimals, to be kind to pencils; -1 keeps all digits."""

    def __post_init__(self) -> None:
        """Raise UserError when the sizes don't fit together."""
        for name in ("vocab_size", "seq_length", "num_layers", "num_heads", "dim_embedding"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
            largest = MOST_WORDS if name == "vocab_size" else LARGEST
            self._require(name, getattr(self, name) <= largest, f"at most {largest}")
        if self.dim_embedding % self.num_heads:
            heads = ", ".join(str(n) for n in range(1, min(self.dim_embedding, 16) + 1) if self.dim_embedding % n == 0)
            raise UserError(
                f"num_heads {self.num_heads} does not divide dim_embedding {self.dim_embedding}: try {heads} heads"
            )
        self._require("dropout_rate", 0 <= self.dropout_rate < 1, "at least 0 and below 1")
        self._require("init_std", 0 <= self.init_std < float("inf"), "a number, 0 or more")
        decimals = f"from 0 to {MOST_DECIMALS}, or -1 for all"
        self._require("init_decimals", -1 <= self.init_decimals <= MOST_DECIMALS, decimals)
        self._require("gelu", self.gelu in ("exact", "tanh"), "exact or tanh")

    def _require(self, name: str, holds: bool, needed: str) -> None:
        if not holds:
            raise UserError(f"{name} is {getattr(self, name)!r}: it must be {needed}")

    @property
    def sizes(self) -> dict[str, object]:
        """The fields that the formulas, and so a checkpoint's weights, depend on."""
        return {name: getattr(self, name) for name in SIZE_FIELDS}

    @property
    def head_size(self) -> int:
        """How many numbers a query, key or value has in one head (D = C / H).

        >>> ModelConfig(num_heads=4).head_size
        4
        """
        return self.dim_embedding // self.num_heads

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand import notebook

        return notebook.settings(self)


def _gpt2(num_layers: int, num_heads: int, dim_embedding: int) -> ModelConfig:
    """GPT-2 as it was published (Radford et al. 2019, table 2; sizes as of its released weights)."""
    return ModelConfig(50257, 1024, num_layers, num_heads, dim_embedding, use_bias=True, gelu="tanh")


MODEL_PRESETS: dict[str, ModelConfig] = {
    "demo": ModelConfig(),
    "pocket": ModelConfig(num_layers=1, dim_embedding=8),
    "pencil": ModelConfig(
        vocab_size=8, seq_length=4, num_layers=1, num_heads=1, dim_embedding=4, init_std=0.5, init_decimals=1
    ),
    "shakespeare": ModelConfig(vocab_size=65, seq_length=64, num_layers=4, num_heads=4, dim_embedding=128),
    "shakespeare-char": ModelConfig(65, 256, num_layers=6, num_heads=6, dim_embedding=384, dropout_rate=0.2),
    "gpt2": _gpt2(12, 12, 768),
    "gpt2-medium": _gpt2(24, 16, 1024),
    "gpt2-large": _gpt2(36, 20, 1280),
    "gpt2-xl": _gpt2(48, 25, 1600),
}

SIZE_FIELDS = tuple(f.name for f in fields(ModelConfig) if not f.name.startswith(("init_", "dropout_")))
