"""Lines that fit a terminal: broken between words, and not in the middle of one, as a terminal would.

What goes through a pipe or into a file stays as it is. rich is not asked: importing it takes longer than most answers.
"""

from __future__ import annotations

import os
import re
import sys
from typing import IO
from unicodedata import east_asian_width

USUAL = 80
PIECE = re.compile(r"\n|[^\S\n]+|\S+")


def columns(stream: IO[str]) -> int | None:
    """How many characters a line has on the terminal that the stream goes to; None where it goes elsewhere.

    The environment variable COLUMNS says it in the terminal's place.
    """
    if not stream.isatty():
        return None
    said = os.environ.get("COLUMNS", "")
    try:
        return int(said) if said.isdigit() and int(said) else os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL


def say(line: str, stream: IO[str] | None = None) -> None:
    """Print a line, on standard output if nothing is said; on a terminal, it is folded."""
    stream = stream or sys.stdout
    print(folded(line, columns(stream)), file=stream, flush=True)


def remark(line: str) -> None:
    """Say it on standard error, beside what the command is asked for."""
    say(line, sys.stderr)


def folded(text: str, width: int | None) -> str:
    """The text in lines of at most `width` characters, where its words allow that; as it is, if there is no width."""
    if width is None:
        return text
    fold = Fold(width)
    return fold.add(text) + fold.end()


class Fold:
    """Breaks lines between words, also in a text that comes in pieces.

    Where a line goes on, it is indented by two more than its beginning. A word that is wider than the terminal has
    lines of its own.
    """

    def __init__(self, width: int) -> None:
        self.width, self.column, self.indent = width, 0, 2
        self._space, self._word, self._begun = "", "", False

    def add(self, text: str) -> str:
        """What can be shown when this has come: all but a last word that may yet be too long for its line."""
        return "".join(map(self._piece, PIECE.findall(text)))

    def end(self) -> str:
        """The last word: nothing more comes. Spaces behind it are left out."""
        return self._settled() if self._word else ""

    def _piece(self, piece: str) -> str:
        if not piece.isspace():
            self._word += piece
            sure = self._begun or not self.column or cells(self._word) > self.width
            return self._settled() if sure else ""
        shown = self.end()
        self._begun = False
        if piece == "\n":
            self.column, self._space = 0, ""
            return f"{shown}\n"
        self._space += piece
        return shown

    def _settled(self) -> str:
        """The word, or what there is of it, behind the one before it or on the next line."""
        space, wide = self._space, cells(self._word)
        if not self.column:
            self.indent = min(cells(space) + 2, self.width // 2)
        elif not self._begun and self.column + cells(space) + wide > self.width:
            space, self.column = "\n" + " " * self.indent, 0
        self.column += cells(space.removeprefix("\n")) + wide
        shown, self._space, self._word, self._begun = space + self._word, "", "", True
        return shown


def cells(text: str) -> int:
    """How many characters wide a terminal shows it: a Chinese one is as wide as two, and a tab as eight at most."""
    text = text.expandtabs()
    return len(text) if text.isascii() else sum(1 + (east_asian_width(character) in "WF") for character in text)
