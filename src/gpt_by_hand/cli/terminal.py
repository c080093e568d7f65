"""The one door to the terminal: what it can do, what is said and asked there, and in which colours.

What goes through a pipe or into a file stays as it is. rich is asked for reports alone: importing it takes longer than
most answers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress

from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import folded, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

    from rich.console import Console

USUAL, PIPE_WIDTH = 80, 100
LOOKS = {"bold": 1, "dim": 2, "italic": 3, "red": 31, "green": 32, "yellow": 33}  # as terminals number them


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


def ask(prompt: str) -> str | None:
    """The next line of the input, None at its end; `prompt` is shown where somebody types it.

    There are arrow keys, and the lines before it, where the system has readline. Raises: UserError for what is no text.
    """
    watched = sys.stdin.isatty()
    with suppress(ImportError):
        if watched:
            import readline  # noqa: F401 - with it, input() edits its line and remembers those before
    try:
        return input(prompt if watched else "")
    except EOFError:
        if watched:
            print(file=sys.stderr)
        return None
    except UnicodeDecodeError as error:
        raise UserError(f"the input is not {error.encoding} text: {error.reason}") from None


class Printer:
    """Prints lines, each with the name of its style; `styles` says what that looks like, by a name in LOOKS."""

    def __init__(self, styles: Mapping[str, str]) -> None:
        self.styles = styles
        self.plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"

    def print(self, lines: Iterable[tuple[str, str]]) -> None:
        """Print them to standard output; on a terminal, broken at words where they are too long."""
        if width := columns(sys.stdout):
            lines = [(part, style) for line, style in lines for part in wrapped(line, width)]
        print("\n".join(self._styled(*line) for line in lines))

    def _styled(self, line: str, style: str) -> str:
        look = "" if self.plain else self.styles.get(style, "")
        return f"\x1b[{LOOKS[look]}m{line}\x1b[0m" if look and line else line


def page_console(page: IO[str], coloured: bool) -> Console:
    """A console on a page that will be shown at this terminal, as wide as it is."""
    from rich.console import Console

    colours: Any = "auto" if coloured else None
    return Console(file=page, force_terminal=True, color_system=colours, highlight=False, emoji=False)


def console(stream: IO[str] | None = None) -> Console:
    """A console on the stream (standard output by default); rich itself heeds NO_COLOR, COLUMNS and TERM."""
    from rich.console import Console

    stream = stream or sys.stdout
    found = Console(file=stream, highlight=False, emoji=False)
    if not stream.isatty() and "COLUMNS" not in os.environ:
        found.width = _behind_the_pipe()
    return found


def _behind_the_pipe() -> int:
    """The width of the terminal that errors go to, as when a pager shows what is printed; else a usual one."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return PIPE_WIDTH
