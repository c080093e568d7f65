"""Options are fields of dataclasses: how one is written, what a word means there, and those that commands share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from gpt_by_hand.errors import UserError
from gpt_by_hand.nearest import alternatives, nearest, perhaps
from gpt_by_hand.records import dataclass

TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
NEEDED = {int: "a whole number", float: "a number", bool: "True or False"}
RARE = {"gpu"}  # what a field's metadata say it is of `use` for: shown by --help-all alone
LONGEST = 60  # characters of a wrong value that are shown
Small = Literal["demo", "pocket", "pencil", "shakespeare"]
Large = Literal["shakespeare-char", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"]


class Argument(NamedTuple):
    """How a field is given, in its annotation: `Annotated[Path | None, Argument("FILE", short="-o")] = None`.

    `metavar` stands for its value in the help. A positional one is given without its name; it must be there unless the
    field has a default, and takes all words that are left if it is a tuple. An option that is a tuple may be repeated.
    `also` is another name, without its two dashes, which need not be a word of Python's: the one that the option is
    known by.
    """

    metavar: str = ""
    short: str = ""
    also: str = ""
    positional: bool = False


class Option(NamedTuple):
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
        if self.argument.positional:
            return self.argument.metavar or self.name.upper()
        return f"--{self.argument.also or self.name}"

    @property
    def many(self) -> bool:
        """Does it take several words?"""
        return get_origin(self.kind) is tuple

    def value(self, text: str) -> Any:
        """What a word stands for. Raises: UserError for a word of another kind."""
        try:
            return _converted(self.kind, text)
        except (KeyError, ValueError):
            shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
            near = nearest(text.lower(), map(str, get_args(self.kind))) if get_origin(self.kind) is Literal else []
            meant = perhaps(near) + "; " * bool(near)
            raise UserError(f"{self.called} is {shown!r}: {meant}it must be {needed(self.kind)}") from None


def options_of(kind: type, default: object = None, rare: Collection[str] | None = None) -> list[Option]:
    """The options that a dataclass stands for: its own, its bases', and those of the dataclasses inside of it.

    Its attribute RARE names the uses, in the fields' metadata, that a command seldom has, and WITHOUT those of its
    bases' fields that are no options of it.
    """
    hints = get_type_hints(kind, include_extras=True)
    rare = getattr(kind, "RARE", RARE) if rare is None else rare
    own, inner = [], []
    order = [*kind.__annotations__, *(entry.name for entry in fields(kind))]  # its own first, as they stand there
    kept = [entry for entry in fields(kind) if entry.name not in getattr(kind, "WITHOUT", ())]
    for entry in sorted(kept, key=lambda entry: order.index(entry.name)):
        hint, value = hints[entry.name], getattr(default, entry.name, entry.default)
        if is_dataclass(hint):
            inner += options_of(hint, value, rare)  # type: ignore[arg-type]
            continue
        extras = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Argument)]
        argument = extras[0] if extras else Argument()
        plain = _without_none(get_args(hint)[0] if extras else hint)
        value = entry.default if argument.positional else value
        own.append(Option(entry.name, plain, value, kind, argument, entry.metadata.get("use") in rare))
    return own + inner


def needed(kind: Any) -> str:
    """What a value of that type must be, in words."""
    if get_origin(kind) is Literal:
        return alternatives(list(map(str, get_args(kind))))
    return NEEDED.get(kind, "text")


def _without_none(kind: Any) -> Any:
    """`int` of `int | None`: an option that is left out is None, and no word stands for that."""
    others = [inner for inner in get_args(kind) if inner is not type(None)]
    return others[0] if type(None) in get_args(kind) else kind


def _converted(kind: Any, text: str) -> Any:
    """Raises KeyError or ValueError for what is not of that kind."""
    if kind is bool:
        return TRUTH[text.lower()]
    if get_origin(kind) is Literal:
        return {str(choice): choice for choice in get_args(kind)}[text]
    if get_origin(kind) is tuple:
        return (_converted(get_args(kind)[0], text),)
    return kind(text) if kind in (int, float, Path) else text


# What several commands have, each said once; a command's own dataclass has them as bases. No object is made of a base
# alone, so it needs no methods: making those takes its time at each start.


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Settings:
    """Several settings at once."""

    preset: Literal[Small, Large] = "demo"
    """Sizes, data and settings that go together: demo (6,864 parameters), pocket (1,112), pencil (252, for a
    sheet of paper), shakespeare (804,096; prepare the data first); and for a GPU shakespeare-char (11M), gpt2 (124M),
    gpt2-medium (355M), gpt2-large (774M), gpt2-xl (1558M)."""
    recipe: Literal["documented", "quick"] = "documented"
    """quick trains the demo to its best in 2,000 iterations: learning rate 1e-2 falling to 1e-3."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Start:
    """The weights that training starts from."""

    init_from: str = "scratch"
    """scratch starts with fresh weights, resume goes on from the checkpoint in out_dir, and anything else is a model to
    start from: a folder (ours or Hugging Face's), nanoGPT's ckpt.pt, gpt2, gpt2-medium, gpt2-large, gpt2-xl, which
    are fetched, or a preset and a seed, such as demo:7, which is untrained."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Trained:
    """A trained model to look into."""

    checkpoint: str = ""
    """Look into the trained model in this folder, such as out; also into a GPT-2 folder of Hugging Face's, or another
    model that --init_from takes."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Changed:
    """What if some numbers were others."""

    set: Annotated[tuple[str, ...], Argument("ADDRESS=VALUE")] = ()
    """Set a weight, a word, a setting or what is computed on the way, and compute anew what follows from it; once for
    each. An address may mean several numbers, with : for all of an index; a value is a number, a list of them, or for
    tokens a word: 'transformer.wte.weight[gpt,0]=0.5', 'h.0.attn.weights[0,1,3,:]=0.25', 'tokens[0,1]=world'."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Words:
    """What a model's tokens stand for."""

    tokenizer: Annotated[str, Argument("WHERE")] = ""
    """The words of a model that brings none: gpt2 (which is fetched), a tokenizer.json, a meta.pkl, or a folder with
    one of them."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Computed:
    """How the numbers that are shown are computed."""

    precision: Literal["float64", "float32"] = "float64"
    """How to compute with the weights, which are float32: float64, or float32, as in training."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Spoken:
    """The language."""

    language: Literal["en", "de"] | None = None
    """What is shown is in English or in German (Deutsch); if nothing is said, as the locale says (LC_ALL, LC_MESSAGES,
    LANG, LANGUAGE)."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Holding:
    """What the parts of a number take as it is."""

    hold: Annotated[tuple[str, ...], Argument("TENSOR")] = ()
    """Hold this tensor as it is in the parts of a number, beside the norms' scales and attention's shares, which always
    are: 'h.0.attn.k', or a pattern such as 'h.*.attn.k'. May be repeated."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Forced:
    """What is there already is not written over."""

    force: bool = False
    """Replace a file that is there already."""


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Output(Forced):
    """Where the result goes."""

    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Write to this file instead of the screen."""
