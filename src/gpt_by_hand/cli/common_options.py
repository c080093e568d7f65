"""Options that several commands have, each said once; a command's own dataclass has them as bases.

No object is made of a base alone, so it needs no methods: making those takes its time at each start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_by_hand.cli.options import Argument

Small = Literal["demo", "pocket", "pencil", "shakespeare"]
Large = Literal["shakespeare-char", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"]


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Settings:
    """Several settings at once."""

    preset: Literal[Small, Large] = "demo"
    """Sizes, data and settings that go together: demo (6,864 parameters), pocket (1,112), pencil (252, for a
    sheet of paper), shakespeare (804,096; prepare the data first); and for a GPU shakespeare-char (11M), gpt2 (124M),
    gpt2-medium (355M), gpt2-large (774M), gpt2-xl (1558M)."""
    recipe: Literal["documented", "quick"] = "documented"
    """quick trains the demo to its best in 2,000 iterations: learning rate 1e-2 falling to 1e-3."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Start:
    """The weights that training starts from."""

    init_from: str = "scratch"
    """scratch starts with fresh weights, resume goes on from the checkpoint in out_dir, and anything else is a model to
    start from: a folder (ours or Hugging Face's), nanoGPT's ckpt.pt, gpt2, gpt2-medium, gpt2-large, gpt2-xl, which
    are fetched, or a preset and a seed, such as demo:7, which is untrained."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Trained:
    """A trained model to look into."""

    checkpoint: str = ""
    """Look into the trained model in this folder, such as out; also into a GPT-2 folder of Hugging Face's, or another
    model that --init_from takes."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Words:
    """What a model's tokens stand for."""

    tokenizer: Annotated[str, Argument("WHERE")] = ""
    """The words of a model that brings none: gpt2 (which is fetched), a tokenizer.json, a meta.pkl, or a folder with
    one of them."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Computed:
    """How the numbers that are shown are computed."""

    precision: Literal["float64", "float32"] = "float64"
    """How to compute with the weights, which are float32: float64, or float32, as in training."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Forced:
    """What is there already is not written over."""

    force: bool = False
    """Replace a file that is there already."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Output(Forced):
    """Where the result goes."""

    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Write to this file instead of the screen."""
