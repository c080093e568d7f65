"""Sentences of worksheets and their keys."""

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
