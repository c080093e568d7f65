"""What a run starts from: the options that decide the others' defaults, and the model and settings that these mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from gpt_by_hand.cli.option import Settings, Start, Words
from gpt_by_hand.cli.options import ahead
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import remark
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.config import BY_HAND, TrainConfig, at_rate
from gpt_by_hand.training.opened import OpenedModel
from gpt_by_hand.training.session import preset

STARTS = ("scratch", "resume")  # and the name or the place of a model


@dataclass(frozen=True)
class Base(Settings, Start, Words):
    """What decides the defaults of all other options."""

    out_dir: str = "out"
    gpt_by_hand: bool = False
    device: str = "cpu"
    learning_rate: float | None = None

    @cached_property
    def model(self) -> OpenedModel:
        """The model that a run starts from, if it does not from scratch: opened once, with the words of `tokenizer`.

        Raises: UserError when there is none.
        """
        from gpt_by_hand.interop.places import open_model

        return open_model(self.out_dir if self.init_from == "resume" else self.init_from, self.tokenizer)


def base(arguments: Sequence[str]) -> Base:
    """Read ahead to the few options that decide the others' defaults."""
    return ahead(Base, arguments)


def say_notes(model: OpenedModel, say: Callable[[str], object] = remark, but: str = "") -> None:
    """Say what there is to say of a model, which is all known when its weights are read; without notes that hold `but`.

    Raises: UserError when the weights are damaged.
    """
    model.weights  # noqa: B018
    for note in model.notes:
        if not but or but not in note:
            say(f"note: {note}")


def start_of(found: Base, model: ModelConfig, say: Callable[[str], object]) -> OpenedModel | None:
    """What a run starts with that says --init_from: nothing for `scratch`, so weights are drawn.

    Raises: UserError when the model has other sizes.
    """
    if found.init_from in STARTS:
        return None
    from gpt_by_hand.interop.fitting import NUMBERS

    say_notes(found.model, say, NUMBERS)  # the data bring the words
    return found.model.resized(model)


def defaults(found: Base) -> tuple[ModelConfig, TrainConfig]:
    """The configurations that the user's options change: the checkpoint's when resuming, else the preset's.

    With a device that is no CPU, no engine is asked for: there is one that computes there. With a learning rate, min_lr
    follows it.

    Raises: UserError for a preset, a recipe or a checkpoint that there is not.
    """
    if found.init_from == "resume":
        saved = checkpoint.load(Path(found.out_dir), arrays=False)
        _refuse_beside_resume(found, saved)
        model, train = saved.model, replace(saved.train, out_dir=found.out_dir)
    else:
        model, train = preset(found.preset, found.recipe)
        model = model if found.init_from in STARTS else found.model.config
        train = replace(train, **BY_HAND) if found.gpt_by_hand else train
    train = at_rate(train, found.learning_rate)
    return model, train if found.device == "cpu" else replace(train, engine="auto")


def _refuse_beside_resume(found: Base, saved: Checkpoint) -> None:
    """What a checkpoint has decided already is not silently ignored: another preset's sizes, or a recipe."""
    if found.recipe != "documented":
        raise UserError(
            f"--recipe {found.recipe} does not go with --init_from resume: the checkpoint in {found.out_dir} brings "
            "its own settings; change single ones, such as --learning_rate"
        )
    model, _ = preset(found.preset)
    if found.preset != "demo" and replace(model, vocab_size=saved.model.vocab_size).sizes != saved.model.sizes:
        raise UserError(
            f"the checkpoint in {found.out_dir} has other sizes than --preset {found.preset}: leave that out"
        )
