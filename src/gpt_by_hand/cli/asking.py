"""A line that a person types, with arrow keys and the lines before it where the system has readline."""

from __future__ import annotations

import sys
from contextlib import suppress


def ask(prompt: str) -> str:
    """The next line of the input; `prompt` is shown where somebody types it. Raises: EOFError at the end."""
    if not sys.stdin.isatty():
        return input()
    with suppress(ImportError):
        import readline  # noqa: F401 - with it, input() edits its line and remembers those before
    return input(prompt)
