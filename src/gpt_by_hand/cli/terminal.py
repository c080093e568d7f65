"""What the terminal can do: colours only where they are wanted, pictures of progress only where somebody looks."""

from __future__ import annotations

import sys
from typing import IO

from rich.console import Console

PIPE_WIDTH = 100


def console(stream: IO[str] | None = None, width: int | None = None) -> Console:
    """A console on the stream (standard output by default); rich itself heeds NO_COLOR, COLUMNS and TERM."""
    stream = stream or sys.stdout
    found = Console(file=stream, width=width, highlight=False, emoji=False)
    if width is None and not stream.isatty() and "COLUMNS" not in found._environ:
        found.width = PIPE_WIDTH
    return found
