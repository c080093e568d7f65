"""One option: a field of a dataclass, how it is written, and what a word stands for that is given for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from gpt_by_hand.errors import UserError
from gpt_by_hand.nearest import alternatives, nearest, perhaps

TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
NEEDED = {int: "a whole number", float: "a number", bool: "True or False"}
RARE = {"gpu"}  # what a field's metadata say it is of `use` for: shown by --help-all alone
LONGEST = 60  # characters of a wrong value that are shown


@dataclass(frozen=True)
class Argument:
    """How a field is given, in its annotation: `Annotated[Path | None, Argument("FILE", short="-o")] = None`.

    `metavar` stands for its value in the help. A positional one is given without its name; it must be there unless the
    field has a default, and takes all words that are left if it is a tuple.
    """

    metavar: str = ""
    short: str = ""
    positional: bool = False


@dataclass(frozen=True)
class Option:
    """A field as an option: its type, its default (MISSING if it must be given) and the dataclass that it is in.

    One that is `rare` does little for those who use the command in the common way.
    """

    name: str
    kind: Any
    default: Any
    owner: type
    argument: Argument
    rare: bool = False

    @property
    def called(self) -> str:
        """What the user knows it by: `--max_iters`, or `FILE`."""
        return (self.argument.metavar or self.name.upper()) if self.argument.positional else f"--{self.name}"

    @property
    def many(self) -> bool:
        """Does it take several words?"""
        return get_origin(self.kind) is tuple

    def value(self, text: str) -> Any:
        """What a word stands for. Raises: UserError for a word of another kind."""
        try:
            return _converted(self.kind, text)
        except ValueError:
            shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
            near = nearest(text.lower(), map(str, get_args(self.kind))) if get_origin(self.kind) is Literal else []
            meant = perhaps(near) + "; " * bool(near)
            raise UserError(f"{self.called} is {shown!r}: {meant}it must be {needed(self.kind)}") from None


def options_of(kind: type, default: object = None, rare: Collection[str] | None = None) -> list[Option]:
    """The options that a dataclass stands for: its own, its bases', and those of the dataclasses inside of it.

    Its attribute RARE names the uses, in the fields' metadata, that a command seldom has.
    """
    hints = get_type_hints(kind, include_extras=True)
    rare = getattr(kind, "RARE", RARE) if rare is None else rare
    own, inner = [], []
    for entry in sorted(fields(kind), key=lambda entry: entry.name not in kind.__annotations__):
        hint, value = hints[entry.name], getattr(default, entry.name, entry.default)
        if is_dataclass(hint):
            inner += options_of(hint, value, rare)  # type: ignore[arg-type]
            continue
        extras = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Argument)]
        argument = extras[0] if extras else Argument()
        plain = get_args(hint)[0] if extras else hint
        value = entry.default if argument.positional else value
        own.append(Option(entry.name, plain, value, kind, argument, entry.metadata.get("use") in rare))
    return own + inner


def needed(kind: Any) -> str:
    """What a value of that type must be, in words."""
    if get_origin(kind) is Literal:
        return alternatives(list(map(str, get_args(kind))))
    return NEEDED.get(_without_none(kind), "text")


def _without_none(kind: Any) -> Any:
    """`int` of `int | None`: an option that is left out is None, and no word stands for that."""
    others = [inner for inner in get_args(kind) if inner is not type(None)]
    return others[0] if type(None) in get_args(kind) else kind


def _converted(kind: Any, text: str) -> Any:
    """Raises ValueError for what is not of that kind."""
    kind = _without_none(kind)
    if kind is bool:
        if text.lower() not in TRUTH:
            raise ValueError
        return TRUTH[text.lower()]
    if get_origin(kind) is Literal:
        return get_args(kind)[list(map(str, get_args(kind))).index(text)]
    if get_origin(kind) is tuple:
        return (_converted(get_args(kind)[0], text),)
    return kind(text) if kind in (int, float, Path) else text
