"""Lines that fit a terminal: broken between words, and not in the middle of a word or a number, as a terminal would.

`folded` breaks texts, also those that come in pieces; `wrapped` breaks lines that have columns. rich is not asked:
importing it takes longer than most answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

PIECE = re.compile(r"\n|[^\S\n]+|\S+")
WHOLE = re.compile(r"\[[^\[\]]{1,40}\]|'[^' ]* [^' ]*'")  # [b, h, i, j] and ' ' stay together
GAP = re.compile(r"(?<=\S) {2,}(?=\S)")  # between the columns of a line
EQUALS = re.compile(r"(?<=\S) = (?=\S)")
DEEPEST = 0.6  # of the width: what begins further to the right has too little room to go on below itself
IN = 4  # columns that a line goes on further in, where there is nothing to stand below


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
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    beside = category(character) in ("Mn", "Me", "Mc", "Cf")  # accents stand on what is before them
    return 0 if beside else 1 + (east_asian_width(character) in "WF")


def wrapped(line: str, width: int, hanging: bool = True) -> list[str]:
    """The line as several of at most this width; what goes on stands below the last column that leaves it room."""
    return [" " * indent + line[start:end] for indent, start, end in folds(line, width, hanging)]


def folds(line: str, width: int, hanging: bool = True) -> Iterator[tuple[int, int, int]]:
    """How far each part of a line is moved in, where it starts, and where it ends; a word is never cut.

    A line that begins too far to the right, such as one that goes on with `=` below a long name, begins further left;
    one that fits and stands below a column stays there.
    Where rows are scarce, it is not `hanging`: it goes on a little further in than it began, if it began further in.
    """
    glued = WHOLE.sub(lambda found: found[0].replace(" ", "_"), line)
    leading = len(line) - len(line.lstrip(" "))
    left = line.startswith("= ", leading) or cells(line) > width
    deep = left and leading + len("= ") > DEEPEST * width
    indent, start, end = (IN, leading, leading) if deep else (0, 0, 0)
    if indent + cells(line[start:]) <= width:
        yield indent, start, len(line)
        return
    below, far = leading and leading + 2, -1
    if hanging:
        below, far = _below(glued, indent or leading, width), _far(glued, width)
    for word in re.finditer(r"[^ ]+", glued):
        if end > leading and (word.start() == far or indent + cells(line[start : word.end()]) > width):
            yield indent, start, end
            indent, start = below, word.start()
        end = word.end()
    yield indent, start, end


def _below(line: str, leading: int, width: int) -> int:
    """Where a line goes on: below its last column that leaves room for the longest word, or a little further in."""
    if line.lstrip().startswith("= "):
        return leading + len("= ")
    most = min(DEEPEST * width, width - max(map(cells, line.split()), default=0))
    columns = [found.end() for found in (*EQUALS.finditer(line), *GAP.finditer(line)) if found.end() <= most]
    return max(columns, default=leading + IN)


def _far(line: str, width: int) -> int:
    """Where the last column of a line begins, if it is better told on a line of its own; else -1."""
    begins = [found.end() for found in GAP.finditer(line)]
    return begins[-1] if begins and begins[-1] > DEEPEST * width else -1
