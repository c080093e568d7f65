"""How and where a command writes: never over a file that is there, unless somebody says so."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_atomically
from gpt_by_hand.nearest import alternatives
from gpt_by_hand.terminal import remark, watched

SEEDS = 2**32  # that a random stream can have
MOST_DIGITS = 17  # more than a float64 has


def check_output(path: Path, force: bool) -> None:
    """Ask before a file is replaced, where somebody can answer; an empty one holds nothing that could be lost.

    Raises: UserError if it must stay.
    """
    with explained("read", path):
        there = path.is_file() and path.stat().st_size > 0
    if there and not force and not _may_replace(path):
        raise UserError(f"{path} is there already: choose another name, or replace it with --force")


def hand_over(content: str | bytes, path: Path | None, what: str = "") -> None:
    """Print the text, or write it to the path if there is one, and say that (and `what` it is)."""
    if path is None:
        print(content if isinstance(content, str) else content.decode(), end="")
        return
    write_atomically(path, content.encode() if isinstance(content, str) else content)
    remark(f"{what} written to {path}".lstrip())


def hand_over_json(data: object, path: Path | None, what: str = "") -> None:
    """The same for plain data, as JSON."""
    hand_over(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n", path, what)


def check_ending(path: Path, endings: Sequence[str]) -> str:
    """The ending of the file's name, such as `.svg`, which says what to write. Raises: UserError for another one."""
    ending = path.suffix.lower()
    if ending not in endings:
        found = repr(path.suffix) if path.suffix else "nothing"
        raise UserError(f"{path} ends in {found}: choose a name ending in {alternatives(endings)}")
    return ending


def check_range(name: str, value: int, least: int, most: int) -> None:
    """Refuse what an option must not be. Raises: UserError."""
    if not least <= value <= most:
        raise UserError(f"{name} is {value}: it must be from {least} to {most}")


def check_digits(digits: int | None, least: int = 0) -> None:
    """Refuse what is no number of significant digits. Raises: UserError."""
    if digits is not None and not least <= digits <= MOST_DIGITS:
        or_all = "" if least else ", or 0 for all of them"
        raise UserError(f"digits is {digits}: give 1 to {MOST_DIGITS} significant digits{or_all}")


def _may_replace(path: Path) -> bool:
    if not watched(sys.stdin, sys.stderr):
        return False
    print(f"{path} is there already. Replace it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
