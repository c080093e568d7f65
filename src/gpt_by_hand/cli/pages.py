"""Pages that check what is typed: where they are written, for `worksheet --page` and `exercise --page`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gpt_by_hand.cli.output import check_ending, check_output, hand_over
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_atomically
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.browser.write import html
from gpt_by_hand.terminal import progress, remark


def write_pages(order: PageOrder, output: str | None, force: bool) -> None:
    """Write the page with all copies to a file, or to a folder a page for each copy: `01.html`, `02.html`, ...

    It is a folder where there is one already, or where the name ends in a slash. Raises: UserError where nothing may be
    written, before any work is done, and for more copies than a page can hold.
    """
    if output is None:
        folder = ", or -o class/ for a file for each copy" if order.kind == "worksheet" else ""
        raise UserError(f"say where to write the page: -o sheet.html{folder}")
    path = Path(output)
    if order.kind == "worksheet" and (output.endswith(("/", "\\")) or _is_folder(path)):
        _write_folder(order, path, force)
        return
    check_ending(path, [".html"])
    check_output(path, force)
    with progress("copies", order.copies, "", slow=order.copies > 1) as advance:
        content = html(order, lambda: advance(1))
    hand_over(content, path, "1 copy" if order.copies == 1 else f"{order.copies} copies")


def _is_folder(path: Path) -> bool:
    with explained("read", path):
        return path.is_dir()


def _write_folder(order: PageOrder, folder: Path, force: bool) -> None:
    orders = dict(_named(order, folder))
    with explained("read", folder):
        there = [path.name for path in orders if path.exists()]
    if there and not force:
        others = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UserError(f"{folder} has {there[0]}{others} already: choose another folder, or replace them with --force")
    with progress("copies", len(orders), "", slow=len(orders) > 1) as advance:
        for path, one in orders.items():
            write_atomically(path, html(one).encode())
            advance(1)
    first, *_, last = [*orders, *orders]
    remark(f"1 copy written to {first}" if first == last else f"{len(orders)} copies written: {first} to {last.name}")


def _named(order: PageOrder, folder: Path) -> Iterator[tuple[Path, PageOrder]]:
    """Each copy as a page of its own, and what it is called."""
    digits = max(2, len(str(order.copies)))
    for n in range(order.copies):
        yield folder / f"{n + 1:0{digits}}.html", replace(order, seed=order.seed + n, copies=1)
