"""`gpt-by-hand convert`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from gpt_by_hand.cli.arguments import say_notes
from gpt_by_hand.cli.option import Argument, Words
from gpt_by_hand.cli.options import parse
from gpt_by_hand.errors import UserError
from gpt_by_hand.interop.places import Form, check_free, form_of, open_model, write
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import say


@dataclass(frozen=True)
class Options(Words):
    """Make a Hugging Face folder, which transformers loads, from a checkpoint of ours, and the other way round.

    A checkpoint of ours becomes a Hugging Face folder; everything else becomes a checkpoint of ours, for generate,
    trace, explain and train --init_from. Nothing is overwritten.
    """

    source: Annotated[str, Argument(positional=True)]
    """The folder of a checkpoint or of a GPT-2 of Hugging Face's, nanoGPT's ckpt.pt, a name to fetch (gpt2,
    gpt2-medium, gpt2-large, gpt2-xl), or a preset and a seed, such as demo:7, which is untrained."""
    destination: Annotated[Path, Argument("DEST", positional=True)]
    """The folder to write."""
    to: Literal["auto", "hf", "gpt-by-hand"] = "auto"
    """The form to write; auto: the other one."""
    drop_zero_bias: bool = False
    """Leave out biases that are all 0, as those are that were added for Hugging Face."""
    force: bool = False
    """Replace the model of the same form that is in DEST."""


def run(arguments: Sequence[str]) -> int:
    """Convert what the command line names, and say what was made."""
    options = parse(Options, arguments, "convert")
    model = open_model(options.source, options.tokenizer)
    form: Form = "hf" if model.path and form_of(model.path) == "gpt-by-hand" else "gpt-by-hand"
    if options.to != "auto":
        form = options.to
    if model.folder is not None and options.destination.resolve() == model.folder.resolve():
        raise UserError(f"{options.destination} is where the model comes from: choose another folder to write to")
    check_free(options.destination, form, options.force)
    if options.drop_zero_bias:
        model = model.without_zero_biases()
    write(model, form, options.destination, options.force)
    what = {"hf": "a Hugging Face folder", "gpt-by-hand": "a checkpoint"}[form]
    after = f", after {model.iteration:,} iterations" if model.iteration else ""
    count = sum(parameter_counts(model.config).values())
    say(f"{options.destination}: {what}, {count:,} parameters{after}")
    say_notes(model)
    return 0
