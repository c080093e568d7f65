"""What the project says, as templates: no sentence is put together anywhere else."""

from __future__ import annotations

import re

from gpt_by_hand.layout.document import Line, Part

SHEETS = {
    "sheet.name": "Name: ",
    "sheet.date": "  Date: ",
    "sheet.words": "The words: {words}",
    "sheet.vocabulary": "The vocabulary: {words}",
    "sheet.for": "for {where}",
    "sheet.have": "you have: ",
    "sheet.help": "Help: the same formula, worked out for round numbers {operand}; in between, take a part; "
    "beyond, the last number",
    "sheet.answer": "Your answer:",
    "sheet.seed": "seed {seed}",
    "sheet.again": "seed {seed}: {command}",
    "sheet.trace": "The same numbers: {command}",
    "sheet.page": "page {page} of {pages}",
    "key.page": "key, page {page} of {pages}",
    "key.title": "Key: {title}, seed {seed}",
    "key.about": "Each answer is computed from the exact numbers, and all numbers of its working are then rounded. "
    "Where the rounded numbers of a sheet may lead to other digits, it says what to accept.",
    "key.gives": "the sheet's rounded numbers give {number}",
    "key.accept": "accept {low} to {high}",
    "key.blurred": "depends on rounding too much to say what is right",
}
SENTENCES = {**SHEETS}


def said(key: str, **values: object) -> str:
    """The sentence, with values in place of the names in braces.

    >>> said("key.accept", low="0.1", high="0.2")
    'accept 0.1 to 0.2'
    """
    return SENTENCES[key].format(**values)


def line(key: str, **parts: Part) -> Line:
    """The sentence as a line, with parts in place of the names in braces.

    >>> line("sheet.seed", seed="7")
    ('seed ', '7')
    """
    pieces = re.split(r"\{(\w+)\}", SENTENCES[key])
    return tuple(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces) if piece)
