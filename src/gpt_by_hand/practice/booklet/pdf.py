"""Worksheets as PDF, by Typst. What is printed goes there as data, and no text of it is ever read as a program."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from importlib.util import find_spec
from typing import Any

from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.booklet.page import Booklet, Cell, Copy, FromAbove, Grid, Help, Line, Question
from gpt_by_hand.practice.booklet.words import ABOUT_KEY, HELP, given_value, minus
from gpt_by_hand.printers.typst import element, formula, typst

NEEDED = ("typst", "pypdf")
LONG = 40  # boxes and numbers: a question with more of them may go on on the next page


def pdf(booklet: Booklet, done: Callable[[], object] = lambda: None) -> bytes:
    """The booklet as PDF, the same bytes for the same booklet; `done` is called after each copy, and each key.

    Raises: UserError where typst is not installed.
    """
    require_typst()
    jobs = [json.dumps(data(part)) for part in _parts_of(booklet)]
    if len(jobs) == 1:
        return compiled(jobs[0])
    # Typst keeps what it has laid out, nearly a gigabyte for a copy, so each is laid out by a process of its own.
    processes = multiprocessing.get_context("spawn").Pool(min(len(jobs), cores()), maxtasksperchild=1)
    found = []
    with processes as pool:
        for one in pool.imap(compiled, jobs):
            found.append(one)
            done()
    return _joined(found, booklet.title)


def require_typst() -> None:
    """Raise UserError, saying how to get it, where Typst is not installed."""
    if not all(map(find_spec, NEEDED)):
        how = install("worksheets")
        raise UserError(f"a PDF needs typst: {how}; without it, choose a name ending in .html or .md")


def compiled(job: str) -> bytes:
    """The pages of some data, as PDF."""
    import typst as compiler

    template = resources.files(__package__).joinpath("worksheet.typ").read_bytes()
    found: bytes = compiler.compile(template, sys_inputs={"data": job})
    return found


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _parts_of(booklet: Booklet) -> list[Booklet]:
    """The copies one by one, and behind them the keys one by one."""
    one_by_one = [replace(booklet, copies=(copy,), answers=False) for copy in booklet.copies]
    return one_by_one + [replace(one, answers=True, keys_only=True) for one in one_by_one if booklet.answers]


def _joined(documents: list[bytes], title: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for document in documents:
        writer.append(PdfReader(io.BytesIO(document)))
    writer.metadata = {"/Title": title}
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


def data(booklet: Booklet) -> dict[str, Any]:
    """The booklet as plain data, formulas as Typst's mathematics."""
    parts = [_sheet(booklet, copy, n) for copy in booklet.copies for n in range(len(copy.sheets))]
    if booklet.keys_only:
        parts = []
    if booklet.answers:
        parts += [_key(booklet, copy) for copy in booklet.copies]
    return {"title": booklet.title, "paper": booklet.paper, "parts": parts}


def _sheet(booklet: Booklet, copy: Copy, n: int) -> dict[str, Any]:
    sheet = copy.sheets[n]
    return {
        **_part(copy, "page", f"sheets {copy.seed}"),
        "command": sheet.command,
        "trace": sheet.trace,
        "heading": sheet.title,
        "about": sheet.about,
        "first": n == 0,
        "fit": sheet.one_page,
        "questions": [_question(question) for question in sheet.questions],
    }


def _key(booklet: Booklet, copy: Copy) -> dict[str, Any]:
    return {
        **_part(copy, "key, page", f"key {copy.seed}"),
        "command": copy.commands[0] if len(copy.commands) == 1 else "",
        "heading": f"Key: {booklet.title}, seed {copy.seed}",
        "about": ABOUT_KEY,
        "key": True,
        "sheets": [
            {"title": sheet.title, "questions": [_answers(q) for q in sheet.questions]} for sheet in copy.sheets
        ],
    }


def _part(copy: Copy, what: str, group: str) -> dict[str, Any]:
    return {
        "key": False, "first": True, "fit": False, "group": group, "what": what,
        "seed": copy.seed, "command": "", "trace": "",
    }  # fmt: skip


def _question(question: Question) -> dict[str, Any]:
    cells = sum(len(grid.cells) * len(grid.cells[0]) for grid in (*question.given, *question.boxes))
    return {
        "number": question.number,
        "words": question.words,
        "formula": formula(question.formula) if question.formula else "",
        "where": question.where,
        "constants": [
            f"{typst(constant)} = {typst(Constant(given_value(constant)))}" for constant in question.constants
        ],
        "above": [_above(above) for above in question.from_above],
        "given": [_grid(grid) for grid in question.given],
        "boxes": [_grid(grid) for grid in question.boxes],
        "help": None if question.help is None else _help(question.help),
        "note": question.note,
        "long": cells > LONG * 3,
    }


def _above(above: FromAbove) -> dict[str, Any]:
    return {"name": element(above.tensor, above.subscripts), "question": above.question}


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "name": element(grid.tensor, grid.subscripts),
        "rows": grid.rows,
        "width": len(grid.blocks[0][0]),
        "blocks": [_block(labels, rows) for labels, rows in grid.blocks],
        "down": grid.down.name if grid.down else "",
        "across": grid.across.name if grid.across else "",
    }


def _block(labels: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> dict[str, Any]:
    return {"columns": labels, "cells": [[_cell(cell) for cell in row] for row in rows]}


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": minus(cell.text), "question": cell.question}


def _help(help_: Help) -> dict[str, Any]:
    return {
        "said": HELP,
        "operand": element(help_.operand.tensor, help_.operand.subscripts),
        "rows": [minus(row) for row in help_.rows],
        "columns": help_.columns,
        "cells": help_.cells,
    }


def _answers(question: Question) -> dict[str, Any]:
    return {"number": question.number, "words": question.words, "key": [_line(line) for line in question.key]}


def _line(line: Line) -> dict[str, Any]:
    name = element(line.element.tensor, line.element.subscripts)
    return {"name": name, "stages": [typst(stage) for stage in line.stages], "note": minus(line.note)}
