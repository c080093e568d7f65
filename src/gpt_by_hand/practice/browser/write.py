"""Worksheets and exercises as an HTML file that checks what is typed, and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import read_text
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.page import file
from gpt_by_hand.page.file import BUILT
from gpt_by_hand.practice.browser import codes
from gpt_by_hand.practice.browser.box import Plain
from gpt_by_hand.practice.browser.contents import contents, copy
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.printers import mathml

MOST_BYTES = 8_000_000  # more would not be sent by mail, and a phone would be slow to open it
CLEARLY = 2  # times as much is said to be too large behind the first copy, and not when so many are made
LIKELY = 0.95  # of the copies that fit if all are as large as those that are there


def html(order: PageOrder, made: Callable[[], object] = lambda: None) -> str:
    """The page with all copies, the same each time; `made` is called after each of them.

    Raises: UserError as soon as it is larger than a page may be, or clearly will be.
    """
    script, style = (read_text(BUILT / name) for name in ("worksheet.js", "worksheet.css"))
    texts = said("sheet page.no-script"), said("sheet page.not-started")

    def page(holders: list[str]) -> str:
        return file.html(order.title, holders, script, file.colours() + style + mathml.style("body"), *texts)

    holders = [file.holder("contents", contents(order, script))]
    alone = size = len(page(holders).encode())
    for n in range(1, order.copies + 1):
        holders.append(file.packed(f"copy-{n}", _copy(order, n)))
        size += len(f"\n{holders[-1]}".encode())
        whole = alone + (size - alone) * order.copies / n
        if size > MOST_BYTES or whole > CLEARLY * MOST_BYTES:
            likely = int(LIKELY * n * (MOST_BYTES - alone) / (size - alone))
            raise UserError(_too_large(order, n - 1 if size > MOST_BYTES else max(1, likely), whole))
        made()
    return page(holders)


def _copy(order: PageOrder, n: int) -> Plain:
    """The copy with this number, from 1, and what its code begins with."""
    one = replace(order, seed=order.seed + n - 1, copies=1)
    return {"header": codes.header(one), **copy(one)}


def _too_large(order: PageOrder, fit: int, whole: float) -> str:
    most = f"{MOST_BYTES // 10**6} MB"
    if order.copies == 1:
        return f"a page with all of this has more than {most}: ask for less"
    fits = f"{fit} fit" if fit > 1 else "1 fits" if fit else "not even one fits"
    return (
        f"a page with {order.copies} copies would have about {whole / 10**6:.0f} MB, and may have {most}: of these "
        f"copies {fits}; or write a file for each of them, into a folder: -o class/"
    )
