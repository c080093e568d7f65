"""`gpt-by-hand trace`."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_by_hand.cli.arguments import Preset, Recipe, base, defaults
from gpt_by_hand.cli.options import Argument, chosen, parse
from gpt_by_hand.cli.output import check_digits, check_output
from gpt_by_hand.cli.pager import pager, show, shows_colours
from gpt_by_hand.cli.terminal import console, page_console
from gpt_by_hand.cli.tracing import check_wanted, start_flags, traced
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import write_atomically
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.size import counted
from gpt_by_hand.study.report import Report
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.training.config import TrainConfig


@dataclass(frozen=True)
class Options:
    """Every number of a forward pass (--prompt) or of a training iteration (--iteration), by its address.

    An iteration is traced by hand: batch_size 1 and 2 micro-steps, unless you say otherwise or go on from a checkpoint.
    """

    model: ModelConfig
    train: TrainConfig
    prompt: Annotated[str | None, Argument("TEXT")] = None
    """Trace the forward pass over these words, or over the last ones, if they are more than the model looks at."""
    iteration: Annotated[int | None, Argument("N")] = None
    """Train up to this iteration and trace it: forward, gradients, clipping and update (0, if nothing is said)."""
    only: str = "*"
    """Only the tensors whose address matches this pattern, such as 'h.0.attn.*' or 'd.*', or one number, such as
    'h.0.attn.scores[0,1,3,1]'. Words are indices too, and : is all: 'logits[0,2,world]', 'logits[0,2,:]'."""
    format: Literal["text", "json", "npz"] = "text"
    """text: tables. json: each tensor with its question, formula, indices and values. npz: NumPy arrays."""
    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Write to this file instead of the screen."""
    force: bool = False
    """Replace a file that is there already."""
    preset: Preset = "demo"
    """Sizes, data and settings that belong together."""
    recipe: Recipe = "documented"
    """quick: learning rate 1e-2 falling to 1e-3."""
    init_from: str = "scratch"
    """scratch: fresh weights. resume: the checkpoint in out_dir. Else a model: a folder (ours or Hugging Face's),
    nanoGPT's ckpt.pt, gpt2, gpt2-medium, gpt2-large, gpt2-xl, which are fetched, or demo:7, untrained with seed 7."""
    checkpoint: str = ""
    """Trace the trained model in this folder, such as out, or another model that --init_from takes."""
    tokenizer: str = ""
    """The words of a model that brings none: a meta.pkl, a tokenizer.json, a folder with one of them, or gpt2, which is
    fetched."""
    full: bool = False
    """With text: print every row and column instead of folding long tables, and all digits."""
    digits: Annotated[int | None, Argument("N")] = None
    """With text: print so many significant digits, 0 for all of them; else as many as fit, 6 at most."""


def run(arguments: Sequence[str]) -> int:
    """Trace what the command line asks for."""
    flags = start_flags(arguments)
    if flags and "init_from" in chosen(arguments):
        raise UserError("--checkpoint and --init_from both say where to start: give one of them")
    arguments = [*arguments, *flags]
    found = base(["--gpt_by_hand", *arguments])
    model, train = defaults(found)
    start = Options(model, train, init_from=found.init_from)
    options = parse(Options, arguments, "gpt-by-hand trace", start)
    _check(options)
    hints = options.format == "text" and options.output is None
    trace = traced(options.model, options.train, options.prompt, options.iteration, found, chosen(arguments), hints)
    try:
        wanted = trace.only(options.only)
    except UserError as error:
        there = options.prompt is None or options.only.partition("[")[0] in trace.names
        hint = "" if there else " (a prompt has no targets, so no loss and no gradients: use --iteration)"
        raise UserError(f"{error}{hint}") from None
    _write(wanted, options)
    return 0


def _check(options: Options) -> None:
    check_wanted(options.prompt, options.iteration)
    check_digits(options.digits)
    if options.format == "npz" and options.output is None:
        raise UserError("npz is not for the screen: say where to write it, with -o FILE.npz")
    if options.output is not None:
        check_output(options.output, options.force)  # now, and not after thousands of iterations


def _write(trace: Trace, options: Options) -> None:
    if options.format == "npz":
        content = trace.to_npz()
    elif options.format == "json":
        content = (trace.to_json() + "\n").encode()
    elif options.output is None:
        _show(trace, options)
        return
    else:
        content = _text(trace, options).encode()
    if options.output is None:
        print(content.decode(), end="")
    else:
        write_atomically(options.output, content)
        print(f"{counted(len(trace), 'tensor')} written to {options.output}", file=sys.stderr)


def _show(trace: Trace, options: Options) -> None:
    """Print it, or on a terminal that is too short for it, show it in the pager."""
    command, page = pager(), io.StringIO()
    screen = console() if command is None else page_console(page, shows_colours(command))
    Report(screen, options.model, options.full, options.digits).tensors(trace)
    show(page.getvalue(), command)


def _text(trace: Trace, options: Options) -> str:
    page = io.StringIO()
    Report(console(page), options.model, options.full, options.digits).tensors(trace)
    return page.getvalue()
