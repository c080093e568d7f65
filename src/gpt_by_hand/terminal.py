"""The one door to the terminal: what it can do, what is said and asked there, and in which colours.

What goes through a pipe or into a file stays as it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import cells, folded, folds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, TypeAlias

    Spans: TypeAlias = Sequence[tuple[str, str]]

USUAL, USUAL_ROWS, PIPE_WIDTH = 80, 24, 100
LOOKS = {"bold": 1, "dim": 2, "italic": 3, "red": 31, "green": 32, "yellow": 33}  # as terminals number them
CUBE = (0, 95, 135, 175, 215, 255)  # of red, of green and of blue, in a terminal's 256 colours


def watched(*streams: IO[str]) -> bool:
    """Does somebody sit there: is each of the streams a terminal's?"""
    return all(stream.isatty() for stream in streams)


def can_draw(stream: IO[str]) -> bool:
    """Does it go to a terminal on which the cursor can be moved, and text have a look?"""
    return watched(stream) and os.environ.get("TERM") != "dumb"


def columns(stream: IO[str]) -> int | None:
    """How many characters a line has on the terminal that the stream goes to; None where it goes elsewhere.

    The environment variable COLUMNS says it in the terminal's place.
    """
    return (_said("COLUMNS") or _size(stream)[0] or USUAL) if watched(stream) else None


def rows(stream: IO[str]) -> int | None:
    """How many lines it has, or as LINES says; None where the stream goes elsewhere."""
    return (_said("LINES") or _size(stream)[1] or USUAL_ROWS) if watched(stream) else None


def depth() -> int:
    """How many colours the terminal has beside its own few, as COLORTERM and TERM say: 2**24, 256, or none."""
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return 2**24
    return 256 if "256color" in os.environ.get("TERM", "") else 0


def scheme() -> str:
    """What the terminal shows text on, "light" or "dark", as far as COLORFGBG says it."""
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in ("7", "15") else "dark"


def nearest_of_256(red: int, green: int, blue: int) -> int:
    """The number of the colour among a terminal's 256 that is nearest: in its cube of 6 x 6 x 6, or a grey.

    >>> nearest_of_256(255, 0, 0), nearest_of_256(28, 30, 34)
    (196, 234)
    """
    wanted = (red, green, blue)
    steps = [min(range(6), key=lambda n: abs(CUBE[n] - part)) for part in wanted]
    grey = max(0, min(23, round((sum(wanted) / 3 - 8) / 10)))
    found = {16 + 36 * steps[0] + 6 * steps[1] + steps[2]: [CUBE[n] for n in steps], 232 + grey: [8 + 10 * grey] * 3}
    return min(found, key=lambda n: sum((a - b) ** 2 for a, b in zip(found[n], wanted, strict=True)))


def _background(colour: str, text: str) -> str:
    """A colour such as #1f6fb2 in place of a text, as wide; the text, where the terminal has no such colours."""
    colours, parts = depth(), tuple(bytes.fromhex(colour[1:]))
    if not colours:
        return text
    wanted = f"2;{';'.join(map(str, parts))}" if colours > 256 else f"5;{nearest_of_256(*parts)}"
    return f"\x1b[48;{wanted}m{' ' * cells(text)}\x1b[0m"


def _said(variable: str) -> int:
    said = os.environ.get(variable, "")
    return int(said) if said.isdigit() else 0


def _size(stream: IO[str]) -> tuple[int, int]:
    """Columns and lines; zeros where that is not known."""
    try:
        return os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return 0, 0


def say(line: str, stream: IO[str] | None = None) -> None:
    """Print a line, on standard output if nothing is said; on a terminal, it is folded."""
    stream = stream or sys.stdout
    print(folded(line, columns(stream)), file=stream, flush=True)


def remark(line: str) -> None:
    """Say it on standard error, beside what the command is asked for."""
    say(line, sys.stderr)


def ask(prompt: str) -> str | None:
    """The next line of the input, None at its end; `prompt` is shown where somebody types it.

    There are arrow keys, and the lines before it, where the system has readline. Raises: UserError for what is no text.
    """
    typed = watched(sys.stdin)
    with suppress(ImportError):
        if typed:
            import readline  # noqa: F401 - with it, input() edits its line and remembers those before
    try:
        return input(prompt if typed else "")
    except EOFError:
        if typed:
            print(file=sys.stderr)
        return None
    except UnicodeDecodeError as error:
        raise UserError(f"the input is not {error.encoding} text: {error.reason}") from None


@contextmanager
def progress(title: str, total: int | None, plain: str, slow: bool = True) -> Iterator[Callable[[int], None]]:
    """How far something has come that is `slow`, on standard error: a bar on a terminal; elsewhere the line `plain`.

    Gives what to call with each amount that is done.
    """
    if not slow or not watched(sys.stderr):
        if slow and plain:
            remark(plain)
        yield lambda amount: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    known = () if total is None else (TaskProgressColumn(), TimeRemainingColumn(), TextColumn("left"))
    shown = TextColumn("{task.description}", markup=False), BarColumn(20), *known
    with Progress(*shown, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)
        yield lambda amount: bar.advance(task, amount)


class Printer:
    """Prints lines in pieces, each with the name of its style; `styles` says what that looks like, by a name in LOOKS.

    A style may be a colour too, such as #1f6fb2: that is shown in place of the text, where the terminal has colours.

    They go to standard output or, for a pager, on a `page` that will be shown at this terminal, `coloured` if it shows
    colours. On a terminal, lines are broken at words where they are too long.
    """

    def __init__(self, styles: Mapping[str, str], page: IO[str] | None = None, coloured: bool = True) -> None:
        self.styles, self.stream = styles, page or sys.stdout
        self.room = columns(sys.stdout)
        self.coloured = coloured and can_draw(sys.stdout) and "NO_COLOR" not in os.environ

    @property
    def width(self) -> int:
        """How wide tables may be: as the terminal or, where there is none, as usual."""
        return self.room or page_width()

    def print(self, lines: Iterable[Spans]) -> None:
        """Print them."""
        for line in lines:
            for part in self._parts(line):
                print("".join(self._styled(*piece) for piece in part), file=self.stream)

    def close(self) -> None:
        """No more lines come."""

    def _parts(self, line: Spans) -> Iterator[Spans]:
        """The line as several, if it is too long for the terminal."""
        whole = "".join(text for text, _ in line)
        if not self.room:
            yield line
            return
        for indent, start, end in folds(whole, self.room):
            yield [(" " * indent, ""), *_cut(line, start, end)]

    def _styled(self, text: str, style: str) -> str:
        if style.startswith("#"):
            return _background(style, text) if self.coloured else text
        look = self.styles.get(style, "") if self.coloured else ""
        return f"\x1b[{LOOKS[look]}m{text}\x1b[0m" if look and text else text


def _cut(line: Spans, start: int, end: int) -> Iterator[tuple[str, str]]:
    """The pieces of a line between two of its characters."""
    at = 0
    for text, style in line:
        yield text[max(0, start - at) : max(0, end - at)], style
        at += len(text)


def page_width(usual: int = PIPE_WIDTH) -> int:
    """Of what goes to no terminal: as COLUMNS says, as the terminal of a pager behind the pipe, or as usual."""
    return _said("COLUMNS") or _size(sys.stderr)[0] or usual
