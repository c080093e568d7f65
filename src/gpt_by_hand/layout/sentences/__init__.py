"""All sentences, as templates by key: plain text with {placeholders}, for any language that fills them in.

A template knows no numbers' form and no grammar: what is put in is text already. Where one thing is spoken of in
another way than many, there are two templates, `.one` and `.many`, and `many` takes one of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gpt_by_hand.layout.sentences.difference import DIFFERENCE
from gpt_by_hand.layout.sentences.explanations import EXPLANATIONS, TRACES
from gpt_by_hand.layout.sentences.loss import LOSS
from gpt_by_hand.layout.sentences.page import PAGE
from gpt_by_hand.layout.sentences.pictures import PICTURES, WATCHED
from gpt_by_hand.layout.sentences.plane import PLANE
from gpt_by_hand.layout.sentences.practice import PRACTICE
from gpt_by_hand.layout.sentences.sheets import SHEETS
from gpt_by_hand.layout.sentences.why import WHY

if TYPE_CHECKING:
    from gpt_by_hand.layout.document import Line, Part

SENTENCES = EXPLANATIONS | TRACES | PICTURES | WATCHED | PLANE | PRACTICE | SHEETS | WHY | LOSS | DIFFERENCE | PAGE


def said(key: str, /, **values: object) -> str:
    """The sentence with the values in it. Raises: KeyError where there is none, or a value is missing.

    >>> said("given.drawn", seed=1337)
    'drawn with seed 1337'
    """
    return SENTENCES[key].format(**values)


def many(key: str, count: int, /, **values: object) -> str:
    """The sentence about so many things.

    >>> many("sequences", 1), many("sequences", 2)
    ('1 sequence', '2 sequences')
    """
    return said(f"{key}.one" if count == 1 else f"{key}.many", **{"count": f"{count:,}", **values})


def line(key: str, /, **parts: Part) -> Line:
    """The sentence as a line, with parts in place of the names in braces.

    >>> line("sheet.seed", seed="7")
    ('seed ', '7')
    """
    pieces = re.split(r"\{(\w+)\}", SENTENCES[key])
    return tuple(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces) if piece)


def sentence(text: str) -> str:
    """With a capital at its start, unless that is an address."""
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
