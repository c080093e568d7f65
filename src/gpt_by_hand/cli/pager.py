"""Long texts at a terminal, in the user's pager, as Git and man show theirs."""

from __future__ import annotations

import io
import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gpt_by_hand.folding import wrapped
from gpt_by_hand.terminal import USUAL_ROWS, Printer, rows, watched

HEAD = "Contents (in less: 120g goes to line 120, /scores searches, q leaves)"
COLOURED = ("less", "more", "bat", "moor", "ov")  # programs that pass colours on


def pager() -> list[str] | None:
    """The program that PAGER names, else less; None where nobody sits, or none is there or wanted (PAGER=cat)."""
    if not watched(sys.stdin, sys.stdout) or os.environ.get("TERM", "dumb") == "dumb":
        return None
    named = os.environ.get("PAGER", "less")
    try:
        wanted = shlex.split(named)
    except ValueError:
        wanted = [named]
    from shutil import which  # slow to import, and rarely asked

    found = next((words for words in (wanted, ["less"]) if not words or which(words[0])), [])
    if not found or Path(found[0]).stem == "cat":
        return None
    return [*found, "-R"] if Path(found[0]).stem == "less" else found


def show(text: str, command: Sequence[str] | None) -> None:
    """Show the text until the user has enough, who may press Ctrl-C there: that is the pager's to answer.

    What the screen has room for is printed, and so is everything where there is no pager (None). The pager reads a file
    without a name, so that it may end when it likes. One that does not start is done without.
    """
    if command is None or text.count("\n") < (rows(sys.stdout) or USUAL_ROWS):
        print(text, end="")
        return
    import subprocess
    from tempfile import TemporaryFile  # few texts are so long

    encoding = sys.stdout.encoding or "utf-8"
    utf8 = {"LESSCHARSET": "utf-8"} if encoding.lower() in ("utf-8", "utf8") else {}
    with TemporaryFile() as page:
        page.write(text.encode(encoding, "replace"))
        page.seek(0)
        sys.stdout.flush()
        # Not ignored, as the pager would inherit that.
        before = signal.signal(signal.SIGINT, lambda number, frame: None)
        try:
            subprocess.run(command, stdin=page, env={**utf8, **os.environ}, check=False)
        except OSError:
            print(text, end="")
        finally:
            signal.signal(signal.SIGINT, before)


class Page(Printer):
    """Lines that are shown in the pager in the end; printed at once, where there is none."""

    def __init__(self, styles: Mapping[str, str]) -> None:
        self.pager = pager()
        coloured = self.pager is None or Path(self.pager[0]).stem in COLOURED
        super().__init__(styles, None if self.pager is None else io.StringIO(), coloured)
        self.headings: list[tuple[int, int, str]] = []

    @property
    def text(self) -> str:
        """What the pager has to show as yet."""
        return self.stream.getvalue() if self.pager and isinstance(self.stream, io.StringIO) else ""

    def heading(self, title: str, depth: int) -> None:
        """Note one for the table of contents: it comes next, behind a blank line."""
        self.headings.append((self.stream.tell() + 1 if self.pager else 0, depth, title))

    def close(self) -> None:
        """Show the page, as far as it has come; what is printed from now on goes to the screen."""
        text, self.stream = self.text, sys.stdout
        if self.pager is not None:
            show((contents(self.headings, text, self.width) if self.headings else "") + text, self.pager)
        self.pager = None


def contents(headings: Sequence[tuple[int, int, str]], text: str, width: int) -> str:
    """A table of contents for the top of the text: of each heading, the character it begins at, its depth, its words.

    The line numbers count the table's own lines too. First come the main headings alone, to be seen at a glance.
    """
    main = [heading for heading in headings if heading[1] == 0]

    def listed(above: int) -> list[str]:
        lines = [HEAD, *_entries(main, text, above), "", *_entries(headings, text, above), "", ""]
        return [part for line in lines for part in wrapped(line, width)]

    return "\n".join(listed(len(listed(0)) - 1))


def _entries(headings: Sequence[tuple[int, int, str]], text: str, above: int) -> list[str]:
    return [
        f"{above + text.count(chr(10), 0, start) + 1:>7}  {'  ' * depth}{title}" for start, depth, title in headings
    ]
