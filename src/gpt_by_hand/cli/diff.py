"""`gpt-by-hand diff`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Literal

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Changed, Settings, Start, options_of
from gpt_by_hand.cli.options import HELP, HELP_ALL, Reader, parse
from gpt_by_hand.cli.tracing import Looking, asked, show_difference
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.difference import Difference
from gpt_by_hand.records import dataclass
from gpt_by_hand.training import checkpoint

ONCE = ("only", "format", "full", "output", "force", "language")  # how to show it: the same for both
EXAMPLES = (
    "--prompt 'gpt by hand' --prompt 'hand by gpt', --checkpoint out --checkpoint other, --iteration 0 --iteration 5 "
    "or --seed 1 --seed 2"
)


@dataclass(frozen=True)
class Options(Looking, Changed, Start, Settings):
    """Which numbers of two forward passes or two training iterations differ most, by address.

    One option is given twice, with two values, and that is what differs; all others are the same for both:

        gpt-by-hand diff --prompt 'gpt by hand' --prompt 'hand by gpt'
        gpt-by-hand diff --checkpoint demo:1337 --checkpoint out --prompt 'hello '
        gpt-by-hand diff --iteration 0 --iteration 5
        gpt-by-hand diff --seed 1 --seed 2
        gpt-by-hand diff --learning_rate 3e-4 --learning_rate 6e-4 --iteration 5

    Positions are compared where both sequences have them.
    """

    prompt: str | None = None
    """Compare the forward passes over these words, or over the last ones, if they are too many."""
    iteration: int | None = None
    """Train up to this iteration and compare it: forward, gradients, clipping and update (0, if nothing is said)."""
    only: str = "*"
    """Only the tensors whose address matches this pattern, such as 'h.0.attn.*' or 'd.*', or what is at an address,
    such as 'logits[0,2,:]'; words in it are looked up in the second of the two."""
    format: Literal["text", "json", "html", "markdown", "latex"] = "text"
    """text: tables. json: all numbers that differ, at full precision. html: for a browser. markdown, latex: for a
    document. With -o, the name says it: FILE.html."""
    full: bool = False
    """Show all numbers that differ, not only those that differ most."""


def run(arguments: Sequence[str]) -> int:
    """Compare what the command line asks for."""
    if not (HELP | HELP_ALL).isdisjoint(arguments):
        parse(Options, arguments, "diff")
    first, second, called = two(arguments)
    options, one = asked(Options, first, "diff", _check)
    _, other = asked(Options, [*second, "--force"], "diff", _check)  # whether to replace a file has been asked already
    show_difference(Difference(one, other.only(options.only), called), options, options.full)
    return 0


def _check(options: Options) -> None:
    """Nothing is refused that a trace would not refuse."""


def two(arguments: Sequence[str]) -> tuple[list[str], list[str], tuple[str, str]]:
    """The command lines of the two that are compared, and the two values that tell them apart.

    Raises: UserError unless one option is given twice.
    """
    reader = Reader(options_of(Options), command("diff"))
    found = reader.each(arguments)
    if alone := [words[0] for option, words in found if option is None]:
        raise UserError(
            f"{alone[0]!r} has no option in front of it: say what the two are, such as {_meant(alone)}, or --iteration "
            f"or --seed (see {command('diff --help')})"
        )
    reader.read(arguments)  # what makes no sense in itself is said first
    given = [(option.name, words) for option, words in found if option is not None]
    counts = Counter(option.name for option, _ in found if option is not None and not option.many)
    twice = [name for name, count in counts.items() if count > 1]
    _check_twice(counts, twice)
    first, second = (words for name, words in given if name == twice[0])
    rest = [word for name, words in given if name != twice[0] for word in words]
    return [*first, *rest], [*second, *rest], (_value(first), _value(second))


def _meant(alone: Sequence[str]) -> str:
    """The options that may be missing in front of some words: of models, where the first is one, or else of prompts."""
    name, other = ("checkpoint", "demo:1337") if checkpoint.exists(Path(alone[0])) else ("prompt", "gpt by hand")
    return " ".join(f"--{name} {quote(word)}" for word in [*alone, other][:2])


def _check_twice(counts: Mapping[str, int], twice: Sequence[str]) -> None:
    """Raise UserError unless just one option is given twice, and is one that says what the numbers are."""
    if shown := next((name for name in twice if name in ONCE), None):
        raise UserError(f"--{shown} is given {counts[shown]} times: it is the same for both, so give it once")
    if not twice:
        raise UserError(f"diff compares two of something: give one option twice, such as {EXAMPLES}")
    if len(twice) > 1:
        names = " and ".join(f"--{name}" for name in twice)
        raise UserError(f"{names} are given twice: only one may differ, so that it is what the difference comes from")
    if counts[twice[0]] > 2:
        raise UserError(f"--{twice[0]} is given {counts[twice[0]]} times: two are compared, so give it twice")


def _value(words: Sequence[str]) -> str:
    """What an option is set to, which may be in one word with its name."""
    return words[-1] if len(words) > 1 else words[0].partition("=")[2]
