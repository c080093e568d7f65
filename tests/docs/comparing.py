"""Is what a page shows what the program prints? Words must agree, and numbers in the digits that machines agree on.

Another machine adds in another order, so the seventh digit of a float32 can be another one there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import repeat

from tests.docs.aligning import AmbiguousError, aligned
from tests.support.compilers import REAL
from tests.support.confirmed import LEEWAY

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*\d)")
ELISION = "…"
ANYTHING = [
    (re.compile(r"[\d,]+ tokens/s"), "(some) tokens/s"),  # as fast as the machine is
    (re.compile(r'"seconds": [\d.e-]+'), '"seconds": (some)'),
    (re.compile(r"compiled in [\d.]+ s"), "compiled in (some) s"),
]
if REAL is None:  # the reason why it is NumPy is another one then
    ANYTHING.append((re.compile(r"^engine: .*"), "engine: (what there is)"))
UNIT = re.compile(r" +× 1(e[-+]\d+)")  # in the corner of a table: what its numbers are counted in
LOSS_LINE = re.compile(r"^iteration +\d+: train")
TINY = 5e-9  # the distance between neighbouring float32 numbers near 0.04: what a change of a weight is measured in
LOSS = 2e-3  # losses after hundreds of iterations, in nats


def assert_shown(shown: str, printed: str, where: str = "", *, part: bool = False) -> None:
    """Raise AssertionError unless the lines `shown` are the ones `printed`.

    A line of its own that holds … stands for any number of lines. With `part`, more may be printed before and after.
    """
    try:
        correct = corrected(shown, printed, part=part)
    except AmbiguousError as error:
        raise AssertionError(f"{where}: {error}") from None
    if correct != shown:
        raise AssertionError(f"{where}: the page shows\n\n{shown}\nbut printed is, there:\n\n{correct}")


def corrected(shown: str, printed: str, *, part: bool = False) -> str:
    """What should be shown: the same where it agrees, and otherwise the printed lines that stand in their place.

    Elisions stay: each shown run of lines becomes the printed lines from the one that is most like its first line to
    the one that is most like its last. Raises: AmbiguousError where a run is like nothing that is printed.
    """
    wanted, found = shown.rstrip("\n").split("\n"), printed.rstrip("\n").split("\n")
    edges = [ELISION] if part else []
    runs = chunks(edges + wanted + edges)
    if len(runs) == 1:
        return shown if _all_same(wanted, found) else "".join(f"{line}\n" for line in _steady(wanted, found))
    if _agree(runs, found):
        return shown
    result = _with_elisions(list(map(_steady, runs, aligned(runs, found))))
    return "".join(f"{line}\n" for line in result[len(edges) : -1 if part else None])


def _steady(shown: list[str], printed: list[str]) -> list[str]:
    """The printed lines; those that differ in nothing but in how fast it was stay as they are shown."""
    known = {_anything(line): line for line in shown}
    return [known.get(_anything(line), line.rstrip()) for line in printed]


def _anything(line: str) -> str:
    for pattern, name in ANYTHING:
        line = pattern.sub(name, line)
    return line


def _agree(runs: list[list[str]], found: list[str]) -> bool:
    """Is each run printed, one behind the other, the first at the beginning and the last at the end?"""
    at = 0
    for number, run in enumerate(runs):
        end = len(found) - len(run)
        starts = [0] if number == 0 else [end] if run and number == len(runs) - 1 else range(at, end + 1)
        first = next((s for s in starts if s >= at and _all_same(run, found[s : s + len(run)])), None)
        if first is None:
            return False
        at = first + len(run)
    return True


def same_line(shown: str, printed: str, losses: float = LOSS, unit: float = 1.0) -> bool:
    """Do two lines agree in their words, and in their numbers to the digits that are shown, or losses to `losses`?

    `unit` is what the numbers are counted in.
    """
    shown, printed = _anything(shown), _anything(printed)
    if _words(shown) != _words(printed):
        return False
    pairs = list(zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True))
    largest = max((abs(_value(a)) for a, _ in pairs if _has_a_fraction(a)), default=0.0)
    usual = max(TINY / unit, LEEWAY * largest)
    loose = (1, 2) if LOSS_LINE.match(shown) else ()  # behind the iteration: the two losses
    return all(same_number(a, b, losses if n in loose else usual) for n, (a, b) in enumerate(pairs))


def same_number(shown: str, printed: str, tolerance: float = 0.0) -> bool:
    """Is the number the one that is shown, but for its last digit or for `tolerance`? Whole numbers must be equal."""
    if shown == printed:
        return True
    if not (_has_a_fraction(shown) or _has_a_fraction(printed)):
        return False
    last_digit = 1.01 * 10.0 ** -max(4, _decimals(shown))
    return abs(_value(shown) - _value(printed)) <= max(last_digit, tolerance)


def _has_a_fraction(number: str) -> bool:
    return "." in number or "e" in number


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _decimals(number: str) -> int:
    mantissa, _, exponent = number.partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def _words(line: str) -> list[str]:
    """What is between the numbers; how many spaces or strokes there are depends on the numbers' width."""
    return re.sub(r"─+", "─", NUMBER.sub("#", line)).split()


def _all_same(shown: list[str], printed: list[str]) -> bool:
    return len(shown) == len(printed) and all(map(same_line, shown, printed, repeat(LOSS), units(shown)))


def units(lines: Iterable[str]) -> Iterator[float]:
    """What the numbers of each line are counted in: 1, or what stands in the corner of their table, indented."""
    unit = 1.0
    for line in lines:
        corner = UNIT.match(line)
        unit = float(f"1{corner[1]}") if corner else unit if line.startswith(" ") else 1.0
        yield unit


def chunks(lines: list[str]) -> list[list[str]]:
    """The runs of lines between elisions; an elision at an end leaves an empty run there."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == ELISION:
            found.append([])
        else:
            found[-1].append(line)
    return found


def _with_elisions(runs: list[list[str]]) -> list[str]:
    return [line for n, run in enumerate(runs) for line in ([ELISION] if n else []) + run]
