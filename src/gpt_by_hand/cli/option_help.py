"""What `--help` prints: each option with its choices, what it is (the text below its field) and its default."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING
from itertools import groupby
from textwrap import wrap
from typing import Literal, get_args, get_origin

from gpt_by_hand.cli.option import Option, needed
from gpt_by_hand.meanings import meanings
from gpt_by_hand.terminal import USUAL, Printer, columns, page_width

LEAST, MOST = 60, 100  # columns
COLUMN = 24  # where the texts begin
STYLES = {"": "", "title": "bold"}
METAVARS = {"a whole number": "N", "a number": "X"}
FOOT = (
    "A value follows behind a blank or a =, and - in a name is the same as _. --NAME=False or --no_NAME turns off what "
    "--NAME turns on."
)
Line = tuple[str, str]


def print_help(kind: type, options: Sequence[Option], program: str, whole: bool) -> None:
    """Print it, as wide as the terminal, or 80 columns; the rare options only if it is to be `whole`."""
    width = min(max(columns(sys.stdout) or page_width(USUAL), LEAST), MOST)
    Printer(STYLES).print([line] for line in page(kind, options, program, width, whole))


def page(kind: type, options: Sequence[Option], program: str, width: int, whole: bool = True) -> list[Line]:
    """The whole help as lines, each with the name of its style."""
    positional = [option for option in options if option.argument.positional]
    asked = (option.called if option.default is MISSING else f"[{option.called}]" for option in positional)
    usage = " ".join([f"usage: {program} [OPTIONS]", *asked])
    lines = [(usage, "title"), ("", ""), *((line, "") for line in _paragraphs(kind, width))]
    if positional:
        lines += [("", ""), ("arguments:", "title"), *_listed(positional, width)]
    others = [option for option in options if not option.argument.positional and (whole or not option.rare)]
    left_out = [] if whole else [option.called for option in options if option.rare]
    foot = [f"{program} --help-all also shows {', '.join(left_out)}."] * bool(left_out)
    for owner, group in groupby(others, key=lambda option: option.owner):
        title = "options:" if owner is kind else f"{(inspect.getdoc(owner) or '').splitlines()[0].rstrip('.')}:"
        lines += [("", ""), *((line, "title") for line in wrap(title, width)), *_listed(group, width)]
    return [*lines, ("", ""), *((line, "") for text in [FOOT, *foot] for line in wrap(text, width))]


def _paragraphs(kind: type, width: int) -> Iterator[str]:
    """The dataclass's own text, wrapped; what is indented stays as it is."""
    paragraphs = (inspect.getdoc(kind) or "").split("\n\n")
    for n, paragraph in enumerate(paragraphs):
        yield from [""] if n else []
        if paragraph.startswith(" "):
            yield from paragraph.split("\n")
        else:
            yield from wrap(" ".join(paragraph.split()), width)


def _listed(options: Iterable[Option], width: int) -> Iterator[Line]:
    for option in options:
        said, default = meanings(option.owner).get(option.name, ""), option.default
        worth_saying = default not in ("", ()) and not any(default is off for off in (MISSING, None, False))
        yield from _entry(_head(option), said + f" (default:\xa0{default})" * worth_saying, width)


def _entry(head: str, said: str, width: int) -> list[Line]:
    """The option, and beside it, or below it where it is long, what it is."""
    heads = wrap(head, width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
    below = [" " * COLUMN + line.replace("\xa0", " ") for line in wrap(said, width - COLUMN, break_on_hyphens=False)]
    if len(heads) == 1 and len(heads[0]) < COLUMN - 1 and below:
        heads, below = [heads[0] + below[0][len(heads[0]) :]], below[1:]
    return [(line, "") for line in [*heads, *below]]


def _head(option: Option) -> str:
    """How it is written: `-o, --output FILE`, or with what there is to choose from."""
    choices = get_origin(option.kind) is Literal
    value = option.argument.metavar or METAVARS.get(needed(option.kind), "TEXT")
    if choices:
        value = f"{{{', '.join(map(str, get_args(option.kind)))}}}"
    if option.argument.positional:
        return f"{option.called} {value}" if choices else option.called
    names = ", ".join(filter(None, [option.argument.short, option.called]))
    return names if option.kind is bool else f"{names} {value}"
