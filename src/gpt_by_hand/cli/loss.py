"""`gpt-by-hand loss`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated, ClassVar, Literal

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Argument, Changed, Start
from gpt_by_hand.cli.options import chosen
from gpt_by_hand.cli.output import check_digits, hand_over_json
from gpt_by_hand.cli.tracing import Looking, asked, put
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.loss import Ask, Loss, document
from gpt_by_hand.files import read_given
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import progress, watched
from gpt_by_hand.trace.recording import Goal
from gpt_by_hand.trace.surprise import tokens_of
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.training.choice import STEP, steps

SLOW = 0.5  # seconds, by a rough guess, from which on somebody wants to know how many words are left
# Options that `explain` needs not, or has another way.
OWN = {"prompt", "file", "format", "full", "digits", "output", "force"}


@dataclass(frozen=True)
class Options(Looking, Changed, Start):
    """How surprised a model is by each word of a text, and on average: its loss.

    Each word is predicted from those before it, as far back as the model looks. The surprise is -log(p), where p is
    the probability that the model gave the word that came; in nats and in bits.

        gpt-by-hand loss 'to be or not to be'
        gpt-by-hand loss 'to be or not to be' --checkpoint out
        gpt-by-hand loss --file story.txt --checkpoint out --format json
    """

    iteration: ClassVar[None] = None  # type: ignore[misc]  # no option: a text is not one
    prompt: Annotated[str | None, Argument("TEXT", positional=True)] = None
    """The words; or give --file."""
    file: Annotated[Path | None, Argument("FILE")] = None
    """Read the text from this file, or, as -, from standard input; a line break at its end is no part of it."""
    format: Literal["text", "json", "html", "markdown", "latex"] = "text"
    """text: a table. json: for tools, at full precision. html: for a browser. markdown, latex: for a document. With
    -o, the name says it: FILE.html."""
    full: bool = False
    """Show every word; else a terminal, markdown and latex show the most surprising ones of many."""
    digits: int | None = None
    """Show so many significant digits, 0 for all of them; else 6."""

    @property
    def goal(self) -> Goal:
        """As far as the loss."""
        return "loss"


def run(arguments: Sequence[str]) -> int:
    """Print the loss that the command line asks for."""
    options, trace = asked(Options, arguments, "loss", _checked)
    assert options.prompt is not None  # it was checked
    loss = _loss(trace, options.prompt)
    if options.format == "json":
        hand_over_json(loss.to_dict(), options.output)
    else:
        narrow = options.format in ("markdown", "latex") or (watched(sys.stdout) and not options.output)
        put(
            document(loss, narrow and not options.full, options.digits, _ask(options, arguments)),
            options,
            said("title.loss"),
        )
    return 0


def _loss(trace: Trace, text: str) -> Loss:
    tokens = tokens_of(trace, text)
    windows = len(tokens) - 1
    seconds = windows * STEP * steps(trace.program) if len(tokens) > 1 + trace.tokens.size else 0
    with progress(f"{windows:,} words", windows, f"predicting {windows:,} words", slow=seconds > SLOW) as advance:
        return Loss.of(trace, tokens, advance)


def _checked(options: Options) -> Options:
    """With the text of the file. Raises: UserError."""
    check_digits(options.digits)
    if options.prompt is not None and options.file is not None:
        raise UserError(f"TEXT and --file {options.file} are two texts: give one of them")
    if options.file is not None:
        return replace(options, prompt=read_given(options.file).removesuffix("\n"))
    if options.prompt is None:
        raise UserError(f"TEXT is missing: {command('loss TEXT')}, or --file FILE (see {command('loss --help')})")
    return options


def _ask(options: Options, arguments: Sequence[str]) -> Ask:
    """How to have a number of the same model explained."""
    parts = (options, options.model, options.train)
    same = {
        name: next(getattr(part, name) for part in parts if hasattr(part, name)) for name in chosen(arguments) - OWN
    }
    same["checkpoint"] = same.pop("init_from", same.get("checkpoint", ""))
    given = "".join(_spelt(name, value) for name, value in sorted(same.items()) if value != "")

    def ask(where: str, prompt: str) -> str:
        return command(f"explain {quote(where)} --prompt {quote(prompt)} --gradients{given}")

    return ask


def _spelt(name: str, value: object) -> str:
    """An option with its value, or each of its values, as it is typed."""
    if isinstance(value, tuple):
        return "".join(_spelt(name, one) for one in value)
    return f" --{name}={value}" if isinstance(value, bool) else f" --{name} {quote(str(value))}"
