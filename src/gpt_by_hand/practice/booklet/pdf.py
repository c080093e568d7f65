"""Worksheets as PDF, by Typst, with strings and formulas alone; none of their text is read as a program."""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.document import Display, Item, Paragraph, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.practice.booklet.page import Booklet, Page, name
from gpt_by_hand.printers.typst import quoted
from gpt_by_hand.views.typst import TypstView, array, call, definitions, flag, part_of

NEEDED = ("typst", "pypdf")
LONG = 120  # boxes and numbers: a question with more of them may go on on the next page
BESIDE = 4  # boxes: so many have room beside their formula


def pdf(booklet: Booklet, done: Callable[[], object] = lambda: None) -> bytes:
    """The booklet as PDF, the same bytes for the same booklet; `done` is called after each copy, and each key.

    Raises: UserError where typst is not installed.
    """
    require_typst()
    jobs = [source(booklet, part) for part in booklet.parts]
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
    """The pages of a source, as PDF."""
    import typst as compiler

    found: bytes = compiler.compile(job.encode())
    return found


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _joined(documents: list[bytes], title: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for document in documents:
        writer.append(PdfReader(io.BytesIO(document)))
    writer.metadata = {"/Title": title}
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


class PaperView(TypstView):
    """Prints what is on sheets: a question's boxes apart, to stand beside its formula where there is room for them."""

    def item(self, block: Item) -> str:
        if block.kind == "answer":
            return super().item(block)
        tables = [one for one in block.blocks if isinstance(one, Table)]
        boxes = [one for one in tables if one.kind == "boxes"]
        numbers = sum(len(row.cells) - 1 for one in tables if one.kind != "help" for row in one.rows)
        parts = {
            "above": array(self.block(one) for one in block.blocks if isinstance(one, Display)),
            "said": array(self.block(one) for one in block.blocks if isinstance(one, Paragraph)),
            "tables": array(self.block(one) for one in tables if one not in boxes),
            "boxes": array(self.document(boxes)),
            "beside": flag(sum(len(one.head) - 1 for one in boxes if len(one.grid) > 1) <= BESIDE),
            "long": flag(numbers > LONG),
        }
        return call("question", str(block.number), self.content(block.line), **parts)


def source(booklet: Booklet, pages: Sequence[Page]) -> str:
    """Some of the booklet's pages, for Typst."""
    whole = f"#show: booklet.with({quoted(booklet.title)}, {quoted(booklet.paper)})\n"
    return "".join((definitions(), part_of(__package__, "worksheet.typ"), whole, *map(_part, pages)))


def _part(page: Page) -> str:
    """A sheet or a key; at the foot of each of its pages are the commands for it, unless they are many."""
    view = PaperView()
    label = said("key.page" if page.key else "sheet.page", page='" + page + "', pages='" + pages + "')
    named = {
        "about": view.content((page.about,)) if page.about else "none",
        "name": "none" if page.key else view.content(name()),
        "lines": array(map(view.content, page.foot[: 1 if page.key else 2])),
        "page-of": f'(page, pages) => "{label}"',
        "fit": flag(page.one_page),
        "key": flag(page.key),
    }
    return f"#{call('part', view.content((page.title,)), *view.document(page.blocks), **named)}\n"
