"""Lines that are too long for a terminal, broken at words: never inside of a name or a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gpt_by_hand.study.tables import width_of

WHOLE = re.compile(r"\[[^\[\]]{1,40}\]|'[^' ]* [^' ]*'")  # [b, h, i, j] and ' ' stay together
GAP = re.compile(r"(?<=\S) {2,}(?=\S)")  # between the columns of a line
EQUALS = re.compile(r"(?<=\S) = (?=\S)")
DEEPEST = 0.6  # of the width: what begins further to the right has too little room to go on below itself
IN = 4  # columns that a line goes on further in, where there is nothing to stand below


def wrapped(line: str, width: int) -> list[str]:
    """The line as several of at most this width; what goes on stands below the last column that leaves it room."""
    return [" " * indent + line[start:end] for indent, start, end in folds(line, width)]


def folds(line: str, width: int) -> Iterator[tuple[int, int, int]]:
    """How far each part of a line is moved in, where it starts, and where it ends; a word is never cut.

    A line that begins too far to the right, such as one that goes on with `=` below a long name, begins further left.
    """
    glued = WHOLE.sub(lambda found: found[0].replace(" ", "_"), line)
    leading = len(line) - len(line.lstrip(" "))
    deep = leading + len("= ") > DEEPEST * width
    indent, start, end = (IN, leading, leading) if deep else (0, 0, 0)
    if indent + width_of(line[start:]) <= width:
        yield indent, start, len(line)
        return
    below, far = _below(glued, indent or leading, width), _far(glued, width)
    for word in re.finditer(r"[^ ]+", glued):
        if end > leading and (word.start() == far or indent + width_of(line[start : word.end()]) > width):
            yield indent, start, end
            indent, start = below, word.start()
        end = word.end()
    yield indent, start, end


def _below(line: str, leading: int, width: int) -> int:
    """Where a line goes on: below its last column that leaves room for the longest word, or a little further in."""
    if line.lstrip().startswith("= "):
        return leading + len("= ")
    most = min(DEEPEST * width, width - max(map(width_of, line.split()), default=0))
    columns = [found.end() for found in (*EQUALS.finditer(line), *GAP.finditer(line)) if found.end() <= most]
    return max(columns, default=leading + IN)


def _far(line: str, width: int) -> int:
    """Where the last column of a line begins, if it is better told on a line of its own; else -1."""
    begins = [found.end() for found in GAP.finditer(line)]
    return begins[-1] if begins and begins[-1] > DEEPEST * width else -1
