"""A booklet: its sheets and its keys, each a document for every view to print."""

from __future__ import annotations

from typing import Literal

from gpt_by_hand.layout.document import Blank, Block, Heading, Line, Paragraph
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass
from gpt_by_hand.views import markdown as view

PaperSize = Literal["a4", "us-letter"]


def name() -> Line:
    """Room for who fills a sheet in, and when."""
    return (said("sheet.name"), Blank(20), said("sheet.date"), Blank(12))


@dataclass(frozen=True)
class Page:
    """A sheet, or the key to all sheets of a copy; `foot` has the commands that print it again.

    `about` says what the questions start from; `one_page` that all of them are to fit on one.
    """

    title: str
    about: str
    blocks: tuple[Block, ...]
    foot: tuple[Line, ...]
    key: bool = False
    one_page: bool = False

    @property
    def document(self) -> list[Block]:
        """All of it, one behind the other."""
        about = [Paragraph((self.about,), "caption")] if self.about else []
        above, foot = ([], []) if self.key else ([Paragraph(name())], [Paragraph(line) for line in self.foot])
        return [Heading((self.title,), 1), *about, *above, *self.blocks, *foot]


@dataclass(frozen=True)
class Copy:
    """The sheets for one person, the key to them, and their seed."""

    seed: int
    sheets: tuple[Page, ...]
    key: Page


@dataclass(frozen=True)
class Booklet:
    """The copies for a class, with their keys if `answers` are asked for."""

    title: str
    paper: PaperSize
    copies: tuple[Copy, ...]
    answers: bool

    @property
    def parts(self) -> list[tuple[Page, ...]]:
        """What is laid out by itself: the sheets of each copy, and then each key."""
        return [copy.sheets for copy in self.copies] + [(copy.key,) for copy in self.copies if self.answers]

    @property
    def pages(self) -> list[Page]:
        """All sheets, and then all keys."""
        return [page for part in self.parts for page in part]


def markdown(booklet: Booklet) -> str:
    """The booklet as Markdown, with formulas in LaTeX's mathematics."""
    return "".join(f"{view.page(page.document)}\n---\n\n" for page in booklet.pages)
