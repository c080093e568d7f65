"""Lines in colour where somebody looks at them, and as they are where a pipe or a file takes them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping

from gpt_by_hand.cli.folding import columns


class Printer:
    """Prints lines, each with the name of its style; `styles` says what that looks like to rich.

    rich is asked only for a terminal that wants colours: importing it takes longer than most answers.
    """

    def __init__(self, styles: Mapping[str, str]) -> None:
        self.styles = styles
        self.plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"

    def print(self, lines: Iterable[tuple[str, str]]) -> None:
        """Print them to standard output; on a terminal, broken at words where they are too long."""
        if width := columns(sys.stdout):
            from gpt_by_hand.study.wrapping import wrapped

            lines = [(part, style) for line, style in lines for part in wrapped(line, width)]
        if self.plain:
            print("\n".join(line for line, _ in lines))
            return
        from rich.text import Text

        from gpt_by_hand.cli.terminal import console

        screen = console()
        for line, style in lines:
            screen.print(Text(line, self.styles.get(style, "")), soft_wrap=True)
