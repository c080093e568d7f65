"""Documents as something to look at: for a terminal, a browser, a paper, another program."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gpt_by_hand.layout.document import Block


def page(document: Iterable[Block], form: str, title: str) -> str | bytes:
    """The document as a file of one of the forms that have a view for files: html, latex, markdown, png, svg, typst.

    Raises: UserError for png without matplotlib.
    """
    printed: str | bytes = import_module(f"gpt_by_hand.views.{form}").page(list(document), title)
    return printed
