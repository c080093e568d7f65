"""From the command line to dataclasses: every field is an option, `--max_iters` and `--max-iters` are the same.

argparse reads them, but for what it cannot: a switch may say `--compile=False`, as nanoGPT's options do, and yet is
followed by a word of its own; and every mistake is said in one line of our words.
"""

from __future__ import annotations

import re
from argparse import SUPPRESS, ArgumentError, ArgumentParser, HelpFormatter
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import partial
from itertools import pairwise, takewhile
from shlex import quote
from typing import Any, TypeVar

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Option, Spoken, needed, options_of
from gpt_by_hand.errors import UserError
from gpt_by_hand.language import ENGLISH, preferred, speak_here
from gpt_by_hand.nearest import nearest, perhaps

T = TypeVar("T")
HELP, HELP_ALL = {"-h", "--help"}, {"--help-all", "--help_all"}
WIDE = partial(HelpFormatter, width=80)  # argparse asks for one with each option, and this one need not ask how wide
NUMBER = re.compile(r"-[\d.]")  # what begins so is no option
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
    return len(word) > 1 and word[0] == "-" and not NUMBER.match(word)


def plain_name(word: str) -> str:
    """The name that an option's word holds, with underscores: `max_iters` of `--max-iters=5`."""
    return word.partition("=")[0].lstrip("-").replace("-", "_")


class Reader:
    """Reads the words of a command with argparse, which is given one spelling of each option.

    A `lenient` one reads only what it knows, and nothing without a name in front: another will look at the rest.
    """

    def __init__(self, options: Sequence[Option], program: str = "gpt-by-hand", lenient: bool = False) -> None:
        self.options, self.program, self.lenient = options, program, lenient
        self.named = {option.name: option for option in options}
        self.spelt = {**{option.argument.also: option for option in options if option.argument.also}, **self.named}

    def read(self, words: Sequence[str]) -> dict[str, Any]:
        """What they say, by the names of the fields.

        Raises: UserError for an option that there is not, or a value that makes no sense.
        """
        plain = list(map(self._spelt, words))
        parser = ArgumentParser(
            add_help=False, allow_abbrev=False, exit_on_error=False, argument_default=SUPPRESS, formatter_class=WIDE
        )
        parser._negative_number_matcher = NUMBER
        for name in dict.fromkeys(map(plain_name, filter(is_option, plain))):  # many more would take their time
            if name in self.named:
                action = "extend" if self.named[name].many else "store"
                parser.add_argument(f"--{name}", type=self.named[name].value, action=action)
        try:
            found, rest = parser.parse_known_args(plain)
        except ArgumentError as error:
            raise UserError(self._needs(str(error.argument_name), plain)) from None
        values = {name: tuple(value) if self.named[name].many else value for name, value in vars(found).items()}
        return values if self.lenient else self._placed(values, rest, words)

    def each(self, words: Sequence[str]) -> list[tuple[Option | None, list[str]]]:
        """Each option on the command line with the words that it consists of; None has a word without one in front.

        Raises: UserError for an option that there is not.
        """
        left, found = list(map(self._spelt, words)), list[tuple[Option | None, list[str]]]()
        while left:
            own = [left.pop(0)]
            option = self.named.get(plain_name(own[0])) if is_option(own[0]) else None
            if option is None and is_option(own[0]):
                raise UserError(self._unknown(own[0]))
            if option is not None and "=" not in own[0] and left and not is_option(left[0]):
                own.append(left.pop(0))
            found.append((option, own))
        return found

    def _switch(self, name: str) -> Option | None:
        """The switch that is called so, or `no_` and so."""
        option = self.spelt.get(name) or self.spelt.get(name.removeprefix("no_"))
        return option if option and option.kind is bool else None

    def _spelt(self, word: str) -> str:
        """`--max_iters=5` of `--max-iters=5`, `--output=FILE` of `-oFILE`, and `--compile=False` of `--no-compile`."""
        name, (_, equals, text) = plain_name(word), word.partition("=")
        if not word.startswith("--"):  # -o FILE, -oFILE or -o=FILE, but not -output
            short = next((o for o in self.options if o.argument.short and o.argument.short == word[:2]), None)
            if short is None or name in self.named:
                return word
            return f"--{short.name}" + (f"={word[2:].removeprefix('=')}" if len(word) > 2 else "")
        if switch := self._switch(name):
            on = name in self.spelt
            if equals and not on:
                raise UserError(f"--{name} takes no value: write --{switch.name}=True or --{switch.name}=False")
            return f"--{switch.name}={text if equals else on}"
        return f"--{self.spelt[name].name}{equals}{text}" if name in self.spelt else word

    def _needs(self, name: str, words: Sequence[str]) -> str:
        """What is said of an option without a value, where the next word, which looks like an option, may be meant."""
        option = self.named[plain_name(name)]
        wanted = needed(option.kind)
        after = next(after for word, after in pairwise([*words, "-", ""]) if word == name and is_option(f"{after}-"))
        if wanted == "text" and len(after) > 1 and plain_name(after) not in self.named:
            wanted += f", or {name}={after} if that is the text"
        return f"{name} needs a value behind it: {wanted}"

    def _placed(self, values: dict[str, Any], rest: Sequence[str], words: Sequence[str]) -> dict[str, Any]:
        """With the words that have no name in front: each is the first positional field's that has none yet."""
        for word, after in pairwise(words):
            switch = is_option(word) and "=" not in word and self._switch(plain_name(word))
            if switch and after.lower() in ("true", "false"):
                raise UserError(f"{word} stands for itself: write {word}={after}, or leave {after} out")
        free = [option for option in self.options if option.argument.positional]
        for n, word in enumerate(rest):
            if is_option(word):
                raise UserError(self._unknown(word))
            option = next((option for option in free if option.many or option.name not in values), None)
            if option is None:
                raise UserError(self._too_much(rest[n:], values))
            value = option.value(word)
            values[option.name] = values.get(option.name, ()) + value if option.many else value
        return values

    def _unknown(self, word: str) -> str:
        name = plain_name(word)
        wanted = next((other for other in OTHER_NAMES.get(name, ()) if other in self.named), name)
        near = [wanted] if wanted in self.named else [n for n in self.named if wanted and n.startswith(wanted)]
        near = near or nearest(wanted, self.named, 2, 0.7) or nearest(wanted.removeprefix("no_"), self.named, 2, 0.7)
        meant = ": " * bool(near) + perhaps([self.named[n].called for n in near[:3]])
        return f"{word.partition('=')[0]}: there is no such option{meant} (see {self.program} --help)"

    def _too_much(self, rest: Sequence[str], values: Mapping[str, Any]) -> str:
        word = rest[0]
        said = f"{word!r} has no option in front of it, such as --seed 5 has"
        if word.endswith(".py") and "max_iters" in self.named:
            said = f"{word!r} is not read: settings are options of the command line, such as --max_iters 5"
        elif (prompt := self.named.get("prompt")) and [o for o in self.options if o.argument.positional] in (
            [],
            [prompt],
        ):
            text = [values.get("prompt") or "", *takewhile(lambda other: not is_option(other), rest)]
            meant = "--prompt " * (not prompt.argument.positional) + quote(" ".join(filter(None, text)))
            said = f"{word!r} has no option in front of it: perhaps you meant {meant}"
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

    From here on, a command that can speak a language does so, and another one speaks English. `--help` prints what
    there is, without what is rare, `--help-all` all of it; both end the program. Raises: UserError, in one line, for an
    option that there is not, a value that makes no sense or one that is missing.
    """
    options, program = options_of(kind, default), command(program)
    if not (HELP | HELP_ALL).isdisjoint(arguments):
        from gpt_by_hand.cli.option_help import print_help

        print_help(kind, options, program, bool(HELP_ALL & set(arguments)))
        raise SystemExit(0)
    values = Reader(options, program).read(arguments)
    for option in options:
        if option.default is MISSING and option.name not in values:
            given = " ".join(other.called for other in options if other.default is MISSING)
            raise UserError(f"{option.called} is missing: {program} {given} (see {program} --help)")
    found = made(kind, default, values)
    speak_here((found.language or preferred()) if isinstance(found, Spoken) else ENGLISH.code)
    return found


def ahead(kind: type[T], arguments: Sequence[str]) -> T:
    """An instance of `kind` from what it knows among the words, before all of them are read.

    Raises: UserError for a value that makes no sense or is missing.
    """
    return made(kind, None, Reader(options_of(kind), lenient=True).read(arguments))


def chosen(arguments: Sequence[str]) -> set[str]:
    """The names of the options that the user gave, with underscores."""
    return {plain_name(word).removeprefix("no_") for word in arguments if word.startswith("--")}
