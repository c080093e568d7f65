"""Which printed lines stand in the place of the shown ones, when a page with elisions is written anew."""

from __future__ import annotations

import re

WORD = re.compile(r"\S+")
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
ADDED = 0.05  # what a printed line costs that no shown line stands for, inside of a run
SKIPPED, FAR = 0.02, 0.6  # what a printed line costs that an elision stands for, and what all of them cost at most
LOST = 0.3  # what a shown line costs that is not printed any more
ALIKE = 0.5  # two lines with less in common are not the same line
NEAR = 1e-3  # relative: so near are numbers that only round otherwise
NEVER = float("-inf")


class AmbiguousError(AssertionError):
    """A shown run of lines is like nothing that is printed: a person has to say what is to stand there."""


def aligned(runs: list[list[str]], printed: list[str]) -> list[list[str]]:
    """For each run the printed lines in its place: together most like the shown ones, in order, none twice.

    The first run begins where the printed lines do, and the last one ends where they end; an empty run, where an
    elision stands at the edge, takes none. Raises: AmbiguousError.
    """
    pairs = _pairs(runs, printed)
    result = []
    for number, run in enumerate(runs):
        at = [line for n, line in pairs if n == number]
        if run and not at and number in (0, len(runs) - 1):  # its place is clear all the same
            at = [len(run) - 1 if number == 0 else max(0, len(printed) - len(run))]
        if run and not at:
            raise AmbiguousError("nothing that is printed is like\n\n" + "\n".join(run) + "\n")
        first = 0 if run and number == 0 else min(at, default=0)
        end = len(printed) if run and number == len(runs) - 1 else max(at, default=-1) + 1
        result.append(printed[first:end] if run else [])
    return result


def _pairs(runs: list[list[str]], printed: list[str]) -> list[tuple[int, int]]:
    """The run of each shown line that is printed, and where that is: the best alignment (Needleman & Wunsch 1970)."""
    shown = [(number, line) for number, run in enumerate(runs) for line in run]
    words = [WORD.findall(line) for line in printed]
    above = [-ADDED * n for n in range(len(printed) + 1)]
    if not runs[0]:
        above, _ = _skipping([0.0, *[NEVER] * len(printed)])
    ways: list[tuple[list[str], list[int]]] = []
    for n, (number, line) in enumerate(shown):
        row, way = _row(above, WORD.findall(line), words)
        elision = number < len(runs) - 1 and (n + 1 == len(shown) or shown[n + 1][0] != number)
        above, source = _skipping(row) if elision else (row, [*range(len(row))])
        ways.append((way, source))
    return _back(shown, ways, len(printed))


def _row(above: list[float], mine: list[str], words: list[list[str]]) -> tuple[list[float], list[str]]:
    """How good it is at best to have come to this shown line and each printed one, and by which way."""
    row, way = [above[0] - LOST], ["lost"]
    for at, theirs in enumerate(words):
        like = likeness(mine, theirs)
        ranked = {"same": above[at] + like if like >= ALIKE else NEVER, "lost": above[at + 1] - LOST}
        ranked["added"] = row[at] - ADDED
        best = max(ranked, key=lambda name: ranked[name])
        row.append(ranked[best])
        way.append(best)
    return row, way


def _skipping(row: list[float]) -> tuple[list[float], list[int]]:
    """The same behind an elision, which passes over printed lines, best over few; and from where that came."""
    near, far = (row[0], 0), (row[0] - FAR, 0)
    found = [near]
    for at, here in enumerate(row[1:], 1):
        near = max((here, at), (near[0] - SKIPPED, near[1]), key=lambda pair: pair[0])
        far = max((here - FAR, at), far, key=lambda pair: pair[0])
        found.append(max(near, far, key=lambda pair: pair[0]))
    return [value for value, _ in found], [source for _, source in found]


def _back(shown: list[tuple[int, str]], ways: list[tuple[list[str], list[int]]], at: int) -> list[tuple[int, int]]:
    """From the end to the beginning by the ways that were best."""
    pairs = []
    for (number, _), (way, source) in zip(reversed(shown), reversed(ways), strict=True):
        at = source[at]
        while way[at] == "added":
            at -= 1
        if way[at] == "same":
            at -= 1
            pairs.append((number, at))
    return pairs[::-1]


def likeness(shown: list[str], printed: list[str]) -> float:
    """From 0 to 1: how many words of two lines agree, in their order; numbers that are near count nearly as much."""
    if shown == printed:
        return 1.0
    if abs(len(shown) - len(printed)) > max(len(shown), len(printed)) / 2:
        return 0.0
    return 0.99 * sum(map(_alike, shown, printed)) / max(len(shown), len(printed))


def _alike(shown: str, printed: str) -> float:
    if shown == printed:
        return 1.0
    if not (NUMBER.fullmatch(shown) and NUMBER.fullmatch(printed)):
        return 0.0
    a, b = float(shown.replace(",", "")), float(printed.replace(",", ""))
    return 0.9 if abs(a - b) <= NEAR * max(abs(a), abs(b)) else 0.5
