"""From the command line to dataclasses: every field is an option, `--max_iters` and `--max-iters` are the same.

This is not argparse, where no switch could say `--compile=False`, as nanoGPT's options do, and yet be followed by a
word of its own; and every mistake is said in one line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from itertools import takewhile
from shlex import quote
from typing import Any, TypeVar

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Option, needed, options_of
from gpt_by_hand.errors import UserError

T = TypeVar("T")
HELP = {"-h", "--help"}
# What nanoGPT or a habit calls an option of ours, where the two names are not alike; the first that a command has.
OTHER_NAMES = {
    "block_size": ("seq_length",),
    "n_embd": ("dim_embedding",),
    "bias": ("use_bias",),
    "max_new_tokens": ("max_tokens",),
    "lr": ("learning_rate",),
    "start": ("prompt",),
    "ckpt": ("checkpoint", "out_dir"),
    "checkpoint": ("out_dir",),
}


def is_option(word: str) -> bool:
    """Does it name an option? A negative number, or `-` alone, does not."""
    return re.match(r"-[^\d.]", word) is not None


def plain_name(word: str) -> str:
    """The name that an option's word holds, with underscores: `max_iters` of `--max-iters=5`."""
    return word.partition("=")[0].lstrip("-").replace("-", "_")


@dataclass
class Reader:
    """Reads words one after the other; `values` holds what they say, by the names of the fields.

    A `lenient` one reads only what it knows, and nothing without a name in front: another will look at the rest.
    """

    options: Sequence[Option]
    program: str = "gpt-by-hand"
    lenient: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.named = {option.name: option for option in self.options}
        self.short = {option.argument.short: option for option in self.options if option.argument.short}
        self.switch = ""  # the word before, if it is one

    def read(self, words: Sequence[str]) -> dict[str, Any]:
        """All of the words. Raises: UserError for an option that there is not, or a value that makes no sense."""
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if not is_option(word):
                self._place(word, rest)
                self.switch = ""
                continue
            option, text, off = self._find(word)
            if option is None:
                if not self.lenient:
                    raise UserError(self._unknown(word))
            elif option.kind is bool and text is None:
                self.values[option.name], self.switch = not off, word
                continue
            else:
                self._take(option, rest, text)
            self.switch = ""
        return self.values

    def _find(self, word: str) -> tuple[Option | None, str | None, bool]:
        """The option, the value that is in the same word, and whether it is switched off."""
        name, equals, text = word.partition("=")
        value = text if equals else None
        if not word.startswith("--"):  # -o FILE, -oFILE or -o=FILE, but not -output
            short = None if plain_name(word) in self.named else self.short.get(name[:2])
            return short, word[2:].removeprefix("=") if len(word) > 2 else None, False
        name = plain_name(name)
        option = self.named.get(name)
        off = self.named.get(name.removeprefix("no_")) if name.startswith("no_") else None
        if option is None and off is not None and off.kind is bool:
            if value is not None:
                raise UserError(f"--{name} takes no value: write --{off.name}=True or --{off.name}=False")
            return off, None, True
        return option, value, False

    def _take(self, option: Option, rest: list[str], text: str | None) -> None:
        if text is None:
            if not rest or is_option(rest[0]):
                wanted = needed(option.kind)
                if self._could_be(wanted, rest):
                    wanted += f", or --{option.name}={rest[0]} if that is the text"
                raise UserError(f"--{option.name} needs a value behind it: {wanted}")
            text = rest.pop(0)
        self.values[option.name] = option.value(text)

    def _could_be(self, wanted: str, rest: list[str]) -> bool:
        """Could the next word, which looks like an option, be a text?"""
        return wanted == "text" and bool(rest) and self._find(rest[0])[0] is None

    def _place(self, word: str, rest: Sequence[str]) -> None:
        """A word without a name in front belongs to the first positional field that has none yet."""
        if self.lenient:
            return
        if self.switch and word.lower() in ("true", "false"):
            raise UserError(f"{self.switch} stands for itself: write {self.switch}={word}, or leave {word} out")
        for option in self.options:
            if option.argument.positional and (option.many or option.name not in self.values):
                before = self.values.get(option.name, ()) if option.many else None
                self.values[option.name] = option.value(word) if before is None else before + option.value(word)
                return
        raise UserError(self._too_much(word, rest))

    def _unknown(self, word: str) -> str:
        name = plain_name(word)
        wanted = next((other for other in OTHER_NAMES.get(name, ()) if other in self.named), name)
        near = [wanted] if wanted in self.named else [n for n in self.named if wanted and n.startswith(wanted)]
        near = near or difflib.get_close_matches(wanted.removeprefix("no_"), self.named, n=2, cutoff=0.7)
        meant = f": perhaps you meant {' or '.join(self.named[n].called for n in near[:3])}" if near else ""
        return f"{word.partition('=')[0]}: there is no such option{meant} (see {self.program} --help)"

    def _too_much(self, word: str, rest: Sequence[str]) -> str:
        said = f"{word!r} has no option in front of it, such as --seed 5 has"
        if word.endswith(".py") and "max_iters" in self.named:
            said = f"{word!r} is not read: settings are options of the command line, such as --max_iters 5"
        elif "prompt" in self.named and not any(option.argument.positional for option in self.options):
            text = [self.values.get("prompt") or "", word, *takewhile(lambda other: not is_option(other), rest)]
            meant = quote(" ".join(filter(None, text)))
            said = f"{word!r} has no option in front of it: perhaps you meant --prompt {meant}"
        return f"{said} (see {self.program} --help)"


def made(kind: type[T], default: T | None, values: dict[str, Any]) -> T:
    """The dataclass with the values for its own fields and for those of inner ones, and `default`'s for all others."""
    new = {}
    for entry in fields(kind):  # type: ignore[arg-type]
        before = getattr(default, entry.name, entry.default)
        new[entry.name] = made(type(before), before, values) if is_dataclass(before) else values.get(entry.name, before)
    return kind(**new)


def parse(kind: type[T], arguments: Sequence[str], program: str, default: T | None = None) -> T:
    """An instance of `kind`, which is `default`, or its own defaults, changed by the command line.

    `--help` prints what there is and ends the program. Raises: UserError, in one line, for an option that there is not,
    a value that makes no sense or one that is missing.
    """
    options, program = options_of(kind, default), command(program.removeprefix("gpt-by-hand "))
    if HELP & set(arguments):
        from gpt_by_hand.cli.option_help import print_help

        print_help(kind, options, program)
        raise SystemExit(0)
    values = Reader(options, program).read(arguments)
    for option in options:
        if option.default is MISSING and option.name not in values:
            given = " ".join(other.called for other in options if other.default is MISSING)
            raise UserError(f"{option.called} is missing: {program} {given} (see {program} --help)")
    return made(kind, default, values)


def ahead(kind: type[T], arguments: Sequence[str]) -> T:
    """An instance of `kind` from what it knows among the words, before all of them are read.

    Raises: UserError for a value that makes no sense or is missing.
    """
    return made(kind, None, Reader(options_of(kind), lenient=True).read(arguments))


def chosen(arguments: Sequence[str]) -> set[str]:
    """The names of the options that the user gave, with underscores."""
    return {plain_name(word).removeprefix("no_") for word in arguments if word.startswith("--")}
