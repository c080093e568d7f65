"""`gpt-by-hand cache`."""

from __future__ import annotations

from collections.abc import Sequence

from gpt_by_hand.cli.options import parse
from gpt_by_hand.engines import cache
from gpt_by_hand.engines.cache import Summary
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import say


@dataclass(frozen=True)
class Options:
    """Say where compiled programs are kept, how many there are and how much room they take, or remove them.

    The formulas are printed as C and compiled once, with this machine's own compiler; the next start finds them here.
    The environment variable GPT_BY_HAND_CACHE names another folder, CC another compiler, CFLAGS more flags for it.
    """

    clear: bool = False
    """Remove them. What is needed again is compiled again."""


def run(arguments: Sequence[str]) -> int:
    """Say what is kept, or remove it."""
    options = parse(Options, arguments, "cache")
    if options.clear:
        removed = cache.clear()
        say(f"{removed.folder}: removed {amount(removed)}")
    else:
        found = cache.summary()
        say(f"{found.folder}: {amount(found)}")
    return 0


def amount(found: Summary) -> str:
    """How much there is, in words."""
    programs = "1 compiled program" if found.programs == 1 else f"{found.programs:,} compiled programs"
    return f"{programs}, {found.size / 1000:,.1f} kB"
