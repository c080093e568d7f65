"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def nearest(word: str, known: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The names most like the word, the likest first; none where nothing is alike."""
    import difflib  # for mistakes alone

    return difflib.get_close_matches(word, list(known), n=most, cutoff=cutoff)


def perhaps(names: Sequence[str]) -> str:
    """The names as a guess; nothing if there are none.

    >>> perhaps(["loss"]), perhaps(["a", "b", "c"])
    ('perhaps you meant loss', 'perhaps you meant a, b or c')
    """
    return f"perhaps you meant {alternatives(names)}" if names else ""


def alternatives(names: Sequence[str]) -> str:
    """`a, b or c`."""
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)
