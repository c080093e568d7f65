"""From the command line to dataclasses: every field is a flag, `--max_iters` and `--max-iters` are the same."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from gpt_by_hand.cli.plain_options import plain_options
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.config import BY_HAND, TrainConfig
from gpt_by_hand.training.session import preset
from gpt_by_hand.training.start import Given

if TYPE_CHECKING:
    from gpt_by_hand.travel.traveller import Traveller

T = TypeVar("T")
Preset = Literal[
    "demo",
    "pocket",
    "pencil",
    "shakespeare",
    "shakespeare-char",
    "gpt2",
    "gpt2-medium",
    "gpt2-large",
    "gpt2-xl",
]
Recipe = Literal["documented", "quick"]
# What tyro says of mistakes, and what it comes from.
NEAR = re.compile(r"(Perhaps you meant:|Arguments similar to [^:]*:)")
OPTION = re.compile(r"^[\s│|]+(--[a-z][\w-]*)", re.M)
NUMBERS = {"invalid literal for int() with base 10": "a whole number", "could not convert string to float": "a number"}
NO_NUMBER = re.compile(
    rf"Error parsing (?P<option>--[\w-]+): .*?(?P<reason>{'|'.join(map(re.escape, NUMBERS))}): (?P<value>'.*')"
)
STARTS = ("scratch", "resume")  # and the name or the place of a model


@dataclass(frozen=True)
class Base:
    """What decides the defaults of all other options."""

    preset: str
    recipe: str
    init_from: str
    out_dir: str
    by_hand: bool
    device: str
    tokenizer: str


def parse(kind: type[T], arguments: Sequence[str], program: str, default: T | None = None, positional: str = "") -> T:
    """An instance of `kind` from the command line; the field `positional` is given without its name in front.

    Raises: UserError, in one line, for an option that there is not or a value that makes no sense.
    """
    plain = None if default is None else plain_options(default, arguments, positional)
    if plain is not None:
        return plain
    import tyro

    said = io.StringIO()
    if positional:
        default = replace(default, **{positional: tyro.MISSING})  # type: ignore[type-var]
        kind.__annotations__[positional] = Annotated[str, tyro.conf.arg(metavar=positional.upper())]
    options: Any = {} if default is None else {"default": default}
    try:
        with contextlib.redirect_stderr(said):
            flat = (tyro.conf.OmitArgPrefixes, tyro.conf.PositionalRequiredArgs)
            found: T = tyro.cli(kind, args=list(arguments), prog=program, config=flat, **options)
            return found
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise UserError(_one_line(said.getvalue())) from None


def chosen(arguments: Sequence[str]) -> set[str]:
    """The names of the options that the user gave, with underscores."""
    flags = (a.lstrip("-").split("=", 1)[0].replace("-", "_") for a in arguments if a.startswith("--"))
    return {flag.removeprefix("no_") for flag in flags}


def base(arguments: Sequence[str]) -> Base:
    """Read ahead to the few options that decide the others' defaults."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--recipe", default="documented")
    parser.add_argument("--init_from", "--init-from", default="scratch")
    parser.add_argument("--out_dir", "--out-dir", default="out")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--tokenizer", default="")
    parser.add_argument("--gpt_by_hand", "--gpt-by-hand", dest="by_hand", action="store_true")
    try:
        found, _ = parser.parse_known_args(list(arguments))
    except argparse.ArgumentError as error:
        raise UserError(str(error)) from None
    return Base(
        found.preset, found.recipe, found.init_from, found.out_dir, found.by_hand, found.device, found.tokenizer
    )


@lru_cache(maxsize=1)
def model_from(source: str, out_dir: str, tokenizer: str) -> Traveller:
    """The model that a run starts from: a path, or a name to fetch; with the words of another place, if one is given.

    Raises: UserError when there is none, or the run would write over it.
    """
    if Path(source).resolve() == Path(out_dir).resolve():
        raise UserError(f"a run from {source} would replace what it starts from: choose another --out_dir")
    from gpt_by_hand.travel.places import read_with

    return read_with(source, tokenizer)


def start_of(
    source: str, model: ModelConfig, out_dir: str, say: Callable[[str], object], tokenizer: str = ""
) -> Given | None:
    """What a run starts with that says --init_from: nothing for `scratch`, so weights are drawn.

    Raises: UserError when the model has other sizes.
    """
    if source in STARTS:
        return None
    from gpt_by_hand.travel.traveller import NUMBERS, start_from

    found = model_from(source, out_dir, tokenizer)
    for note in found.notes:
        if NUMBERS not in note:  # the data bring the words
            say(f"note: {note}")
    return start_from(found, model, source)


def defaults(found: Base) -> tuple[ModelConfig, TrainConfig]:
    """The configurations that the user's options change: the checkpoint's when resuming, else the preset's.

    With a device that is no CPU, no engine is asked for: there is one that computes there.

    Raises: UserError for a preset, a recipe or a checkpoint that there is not.
    """
    if found.init_from == "resume":
        saved = checkpoint.load(Path(found.out_dir), whole=False)
        _refuse_beside_resume(found, saved)
        return saved.model, _on(found.device, replace(saved.train, out_dir=found.out_dir))
    model, train = preset(found.preset, found.recipe)
    if found.init_from not in STARTS:
        model = model_from(found.init_from, found.out_dir, found.tokenizer).config
    return model, _on(found.device, replace(train, **BY_HAND) if found.by_hand else train)


def _on(device: str, train: TrainConfig) -> TrainConfig:
    return train if device == "cpu" else replace(train, engine="auto")


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


def _one_line(text: str) -> str:
    """What is inside of the box that tyro draws around an error, up to its first rule, and the nearest option."""
    head, _, near = NEAR.split(text, maxsplit=1) if NEAR.search(text) else (text, "", "")
    lines = [line.strip("╭╮╰╯│─┌┐└┘|+- \n") for line in head.splitlines()]
    parts = " ".join(lines[1:]).split("Argument helptext:")[0]
    said = " ".join(parts.split("For full helptext")[0].split("(default")[0].split())
    if wrong := NO_NUMBER.search(said):
        said = f"{wrong['option']} is {wrong['value']}: it must be {NUMBERS[wrong['reason']]}"
    if meant := [name.replace("-", "_").replace("__", "--", 1) for name in OPTION.findall(near)]:
        said = f"{said}: perhaps you meant {' or '.join(meant)}"
    return f"{said or 'these options make no sense'} (see --help)"
