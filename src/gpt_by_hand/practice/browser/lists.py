"""Lists of codes, as teachers have them: one code on each line, with a name before or behind it, if they like."""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Sequence

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import decoded
from gpt_by_hand.layout.tables import short
from gpt_by_hand.practice.browser import codes
from gpt_by_hand.records import dataclass

COMMENT = "#"
DELIMITERS = "\t;,"  # the first that a line has parts it
HEADS = ("code", "codes"), ("name", "names", "namen")  # what the columns of codes and of names may be called
LONGEST = 60  # characters of a line that cannot be read, in what is said of it
BINARY = frozenset(range(32)) - frozenset(b"\t\n\r")  # bytes that no text has, in no encoding of one byte a letter
MOST_WORDS = 30  # of a line that are looked at from each end


@dataclass(frozen=True)
class Entry:
    """A code that was handed in, with the name beside it, and where that was: "line 3", or nothing.

    `readings` are what its letters can be, the likeliest first: a name may look like letters of a code.
    """

    where: str
    text: str
    readings: tuple[tuple[str, codes.Code], ...]
    problem: str = ""


def saved(content: bytes) -> str:
    """The text of a list, as UTF-8 or as spreadsheets on Windows save it: in UTF-16, or in Windows-1252.

    Raises: UserError where it is none of these.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return decoded(content)
    except UserError:
        if not BINARY.isdisjoint(content):
            raise
        return content.decode("cp1252", "replace")


def entries(text: str, where: str = "line {}") -> list[Entry]:
    """The codes of a list, line by line: without blank ones, comments, and a first one that names columns.

    What cannot be read has a problem. `where` says where a line is, by its number.
    """
    found, columns = list[Entry](), list[int]()
    for number, line in enumerate(text.splitlines(), 1):
        kept = _printable(_without_comment(line))
        head = [] if found or columns else _columns(kept)
        columns = columns or head
        if kept and not head:
            found.append(entry(kept, where.format(number), columns))
    return found


def entry(text: str, where: str = "", columns: Sequence[int] = ()) -> Entry:
    """What one line holds; in a table, the `columns` of the code and of the name are known, or that of the code."""
    problems: list[str] = []
    readings: dict[tuple[str, str], codes.Code] = {}
    for name, written in (*_in_columns(text, columns), *_parted(text)):
        try:
            code = codes.read(written)
        except UserError as error:
            problems.append(f"{short(written, LONGEST)!r} cannot be read: {error}" if _like_a_code(written) else "")
        else:
            readings.setdefault((name, code.letters), code)
    if readings:
        return Entry(where, text, tuple((name, code) for (name, _), code in readings.items()))
    problem = next(filter(None, problems), f"there is no code in {short(text, LONGEST)!r}")
    return Entry(where, text, (), problem)


def _columns(line: str) -> list[int]:
    """Which columns have the codes and the names, if the line says so, as the first one of a table does."""
    fields = [field.lower() for field in _fields(line)]
    found = [next((at for at, field in enumerate(fields) if field in names), -1) for names in HEADS]
    return [] if found[0] < 0 else [at for at in found if at >= 0]


def _in_columns(text: str, columns: Sequence[int]) -> Iterator[tuple[str, str]]:
    fields = _fields(text)
    if columns and len(fields) > max(columns):
        code, *name = columns
        others = name or [at for at in range(len(fields)) if at != code]
        yield _joined(fields[at] for at in others), fields[code]


def _fields(text: str) -> list[str]:
    """The cells of a line of a table; all of it, where nothing parts it."""
    delimiter = next((one for one in DELIMITERS if one in text), "")
    if not delimiter:
        return [text]
    try:
        fields = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:  # no cell is so long
        fields = text.split(delimiter)
    return [field.strip() for field in fields]


def _parted(text: str) -> Iterator[tuple[str, str]]:
    """All that may be the code of a line, with the name that is left: the likeliest first."""
    fields = _fields(text)
    for at in sorted(range(len(fields)), key=lambda at: not _like_a_code(fields[at])):
        yield _joined(fields[:at] + fields[at + 1 :]), fields[at]
    words = text.split()
    ends = [(words[:n], words[n:]) for n in range(max(0, len(words) - MOST_WORDS), len(words))]  # the code behind
    starts = [(words[n:], words[:n]) for n in range(1, min(len(words), MOST_WORDS + 1))]  # the code before
    # Of words that look like parts of a code, all, and no others.
    for rest, code in sorted((*ends, *starts), key=_odd):
        yield _joined(rest).strip(DELIMITERS), " ".join(code).strip(DELIMITERS)


def _odd(parted: tuple[Sequence[str], Sequence[str]]) -> int:
    """How many words stand where they seem not to belong."""
    rest, code = parted
    return sum(map(_like_a_code, rest)) + sum(not _like_a_code(word) for word in code)


def _like_a_code(text: str) -> bool:
    """Has it a figure, as names have not? Or no small letters and a dash?"""
    return any(map(str.isdigit, text)) or (text.isupper() and ("-" in text or len(text) == codes.GROUP))


def _joined(words: Iterable[str]) -> str:
    return " ".join(filter(None, words))


def _without_comment(line: str) -> str:
    line = line.strip()
    return "" if line.startswith(COMMENT) else line.partition(f" {COMMENT} ")[0].strip()


def _printable(text: str) -> str:
    """Without what could make a terminal do something; tabs stay."""
    return "".join(one for one in text if one.isprintable() or one in DELIMITERS).strip()
