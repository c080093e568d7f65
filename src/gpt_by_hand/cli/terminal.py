"""What the terminal can do: colours only where they are wanted, pictures of progress only where somebody looks."""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from rich.console import Console

PIPE_WIDTH = 100


def page_console(page: IO[str], coloured: bool) -> Console:
    """A console on a page that will be shown at this terminal, as wide as it is."""
    colours: Any = "auto" if coloured else None
    return Console(file=page, force_terminal=True, color_system=colours, highlight=False, emoji=False)


def console(stream: IO[str] | None = None, width: int | None = None) -> Console:
    """A console on the stream (standard output by default); rich itself heeds NO_COLOR, COLUMNS and TERM."""
    stream = stream or sys.stdout
    found = Console(file=stream, width=width, highlight=False, emoji=False)
    if width is None and not stream.isatty() and "COLUMNS" not in os.environ:
        found.width = _behind_the_pipe()
    return found


def _behind_the_pipe() -> int:
    """The width of the terminal that errors go to, as when a pager shows what is printed; else a usual one."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return PIPE_WIDTH
