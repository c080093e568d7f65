"""The commands, as `gpt-by-hand COMMAND` or `python -m gpt_by_hand COMMAND`."""

from __future__ import annotations

import codecs
import errno
import gc
import io
import os
import re
import sys
from collections.abc import Sequence
from contextvars import copy_context
from importlib import import_module
from types import ModuleType

from gpt_by_hand.advice import command
from gpt_by_hand.errors import UserError
from gpt_by_hand.terminal import USUAL, columns, remark, say

COMMANDS = {
    "prepare": "make a data set: the demo's, Shakespeare, or your own text",
    "train": "train a model; --gpt_by_hand shows every number of the first two iterations",
    "generate": "write text with a trained model",
    "trace": "every number of a forward pass or an iteration, as text, JSON or NumPy arrays",
    "explain": "where a number comes from: its formula with its numbers put in, down to a weight or a word",
    "show": "numbers as a picture: heat maps with words on both axes, or words' vectors as points in a plane",
    "explore": "a page for the browser: click any number, change anything, and train it there",
    "why": "why a model predicts a word: what each word, head and layer adds to its score, and what heads look at",
    "loss": "how surprised a model is by each word of a text, and on average",
    "diff": "two prompts, models, iterations or seeds: which numbers differ most",
    "worksheet": "questions on paper with boxes to fill in, and their key, as PDF, HTML or Markdown",
    "print": "every formula of a model, as text, a LaTeX document, a NumPy module or a C program that trains",
    "convert": "checkpoints from and to Hugging Face's GPT-2, and from nanoGPT",
    "exercise": "practise: compute a number yourself, and be told what went wrong",
    "plot": "the loss curve of a training run, in the terminal or as SVG or PNG",
    "cache": "the programs compiled from the formulas: where they are kept, how many, or remove them",
}
NAMES = 13  # columns of the help that the names of the commands stand in
CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f]")  # what could make a terminal do something, in a name or a file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 2 for input that makes no sense, or 130 after Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _print_anything()
    try:
        return copy_context().run(_dispatch, given)  # a command speaks its own language, and leaves that of others
    except UserError as error:
        line = " ".join(["error:", *str(error).splitlines()])
        _say_once(CONTROL.sub(lambda found: repr(found[0])[1:-1], line))
        return 2
    except MemoryError:
        _say_once("error: there is not enough memory for this: choose smaller sizes or batches")
        return 2
    except KeyboardInterrupt:
        _say_once("interrupted")
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # as a shell reports a program that SIGPIPE has ended: not everything was done
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        remark("error: cannot write the output: no space left")
        return 2


def _say_once(line: str) -> None:
    """One line for the user, also where many processes have the same to say."""
    from gpt_by_hand.engines.together import first_to_say

    if first_to_say(line):
        remark(line)


def _print_anything() -> None:
    """Where the terminal's or file's encoding lacks a character, such as `…` in ASCII, print a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")
        elif isinstance(stream, io.TextIOWrapper) and stream.errors == "surrogateescape":  # as in the C locale
            codecs.register_error("escape_or_replace", _escape_or_replace)
            stream.reconfigure(errors="escape_or_replace")


def _escape_or_replace(error: UnicodeError) -> tuple[str | bytes, int]:
    """The bytes of a file name that could not be decoded, as they were; a question mark for all else."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.replace_errors(error)


def _dispatch(given: list[str]) -> int:
    if not given or given[0] in ("-h", "--help", "--help-all"):
        say(_help(columns(sys.stdout) or USUAL))
        return 0
    if given[0] == "help":
        return _dispatch([*given[1:2], "--help"])
    if given[0] == "--version":
        from gpt_by_hand import __version__

        say(f"gpt-by-hand {__version__}")
        return 0
    if given[0] not in COMMANDS:
        raise UserError(_no_command(given[0]))
    code: int = _imported(given[0]).run(given[1:])
    sys.stdout.flush()
    return code


def _imported(name: str) -> ModuleType:
    """The command's module, without looking for garbage meanwhile: all that is imported stays."""
    gc.disable()
    try:
        return import_module(f"gpt_by_hand.cli.{name}")
    finally:
        gc.freeze()
        gc.enable()


def _no_command(asked: str) -> str:
    from gpt_by_hand.nearest import nearest, perhaps

    near = nearest(asked.lower(), COMMANDS)
    meant = f"{perhaps(near)}; there are" if near else "choose"
    return f"there is no command {asked!r}: {meant} {', '.join(COMMANDS)} (see {command('--help')})"


def _help(width: int) -> str:
    """What each command is for, beside its name, in lines of so many columns."""
    from textwrap import wrap

    lines = [f"usage: {command('COMMAND [OPTIONS]')}", "", "A GPT small enough to compute with a pencil.", ""]
    for name, what in COMMANDS.items():
        text = wrap(what, max(width - NAMES, NAMES))
        lines += [f"{f'  {name}' * (n == 0):<{NAMES}}{line}" for n, line in enumerate(text)]
    lines += ["", f"Start with:  {command('train --recipe quick')}   and then:  {command('generate')}"]
    return "\n".join([*lines, f"Each command explains its options: {command('train --help')}"])
