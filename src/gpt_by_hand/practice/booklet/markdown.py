"""Worksheets as Markdown, with formulas in LaTeX's mathematics."""

from __future__ import annotations

from gpt_by_hand.practice.booklet.author import pages
from gpt_by_hand.practice.booklet.page import Booklet
from gpt_by_hand.views.markdown import page as printed


def markdown(booklet: Booklet) -> str:
    """The booklet: all sheets, and then all keys."""
    return "".join(f"{printed(page.document)}\n---\n\n" for page in pages(booklet))
