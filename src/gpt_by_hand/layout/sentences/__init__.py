"""All sentences, as templates by key: plain text with {placeholders}, for any language that fills them in.

A template knows no numbers' form and no grammar: what is put in is text already. Where one thing is spoken of in
another way than many, there are two templates, `.one` and `.many`, and `many` takes one of them.

English stands here; another language has a table with the same keys, and one for what the model's formulas say of
themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from gpt_by_hand.language import ENGLISH, in_words, spoken, whole
from gpt_by_hand.layout.sentences.commands import COMMANDS
from gpt_by_hand.layout.sentences.difference import DIFFERENCE
from gpt_by_hand.layout.sentences.explanations import EXPLANATIONS, TRACES
from gpt_by_hand.layout.sentences.loss import LOSS
from gpt_by_hand.layout.sentences.page import PAGE
from gpt_by_hand.layout.sentences.pictures import PICTURES, WATCHED
from gpt_by_hand.layout.sentences.plane import PLANE
from gpt_by_hand.layout.sentences.practice import PRACTICE
from gpt_by_hand.layout.sentences.sheet_page import SHEET_PAGE
from gpt_by_hand.layout.sentences.sheets import SHEETS
from gpt_by_hand.layout.sentences.why import WHY

if TYPE_CHECKING:
    from gpt_by_hand.layout.document import Line, Part
    from gpt_by_hand.layout.sentences.translation import Translation

SENTENCES = EXPLANATIONS | TRACES | PICTURES | WATCHED | PLANE | PRACTICE | SHEETS | WHY | LOSS | DIFFERENCE
SENTENCES |= PAGE | SHEET_PAGE | COMMANDS
PACKAGES = {"de": "german"}  # beside this, by languages' codes


def sentences() -> dict[str, str]:
    """The templates of the language that is spoken; English ones, where it has none."""
    return SENTENCES if spoken() == ENGLISH else _sentences(spoken().code)


def said(key: str, /, **values: object) -> str:
    """The sentence with the values in it. Raises: KeyError where there is none, or a value is missing.

    >>> said("given.drawn", seed=1337)
    'drawn with seed 1337'
    """
    return sentences()[key].format(**{name: in_words(value) for name, value in values.items()})


def many(key: str, count: int, /, **values: object) -> str:
    """The sentence about so many things.

    >>> many("sequences", 1), many("sequences", 2)
    ('1 sequence', '2 sequences')
    """
    return said(f"{key}.one" if count == 1 else f"{key}.many", **{"count": whole(count), **values})


def line(key: str, /, **parts: Part | Line) -> Line:
    """The sentence as a line, with parts, or other lines, in place of the names in braces.

    >>> line("sheet.seed", seed="7")
    ('seed ', '7')
    """
    pieces = re.split(r"\{(\w+)\}", sentences()[key])
    found = (parts[piece] if n % 2 else piece for n, piece in enumerate(pieces) if piece)
    return tuple(part for one in found for part in (one if isinstance(one, tuple) else (one,)))


def joined(lines: Iterable[Line], between: str) -> Iterator[Part]:
    """Lines as one, with a text between each two."""
    for n, one in enumerate(lines):
        yield from (between, *one) if n else one


def told(text: str) -> str:
    """What a formula, a tensor, an axis or a topic says of itself, in the language that is spoken.

    >>> told("What is {t|this word} looking for?")
    'What is {t|this word} looking for?'
    """
    return text if spoken() == ENGLISH or not text else _translation(spoken().code).told(text)


def problems() -> Mapping[str, str]:
    """What is wrong with what somebody typed on a page, in the language that is spoken, by the English text."""
    return {} if spoken() == ENGLISH else _translation(spoken().code).problems


@cache
def _sentences(code: str) -> dict[str, str]:
    return SENTENCES | _translation(code).sentences


@cache
def _translation(code: str) -> Translation:
    found: Translation = import_module(f"{__name__}.{PACKAGES[code]}").TRANSLATION
    return found


def sentence(text: str) -> str:
    """With a capital at its start, unless that is an address."""
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
