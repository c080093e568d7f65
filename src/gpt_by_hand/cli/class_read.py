"""`gpt-by-hand worksheet --read`: what a class made of its sheets, from the codes that it handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from gpt_by_hand.cli.output import check_ending, check_output, hand_over, hand_over_json
from gpt_by_hand.cli.pager import Page
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import STANDARD_INPUT, about, explained, read_bytes, read_given
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model.size import counted
from gpt_by_hand.practice.browser.class_page import as_csv, as_data, document
from gpt_by_hand.practice.browser.contents import copy
from gpt_by_hand.practice.browser.lists import Entry, entries, entry, saved
from gpt_by_hand.practice.browser.results import Answered, answered, by_sheet
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import progress, remark
from gpt_by_hand.views import page
from gpt_by_hand.views.text import STYLES, TextView

FORMS = {".csv": "csv", ".html": "html", ".md": "markdown"}
LISTS = (".txt", ".csv", ".tsv", ".md")  # what names of lists end in, where there is no such file
LONGEST_NAME = 255  # characters that a file's name can have
MOST_BYTES = 2**20


@dataclass(frozen=True)
class Reading:
    """What is to be read: codes, or files with codes; of these topics alone, if there are any; and where it goes."""

    words: tuple[str, ...]
    topics: tuple[Topic | None, ...]
    output: Path | None
    force: bool
    json: bool


def read_class(reading: Reading) -> int:
    """Show or write what the codes say; what cannot be read is said, and then the exit code is 2.

    Raises: UserError where there is nothing to read.
    """
    _check_output(reading)
    handed_in = _handed_in(reading.words)
    pupils, unread = _answered(handed_in, reading.topics)
    pupils = list(_without_twice(pupils))
    for where, problem in unread:
        remark(f"error: {where}{': ' * bool(where)}{problem}")
    if pupils or reading.json:
        _put(pupils, unread, reading)
    return 2 if unread else 0


def _check_output(reading: Reading) -> None:
    if reading.output is not None:
        check_ending(reading.output, [".json"] if reading.json else list(FORMS))
        check_output(reading.output, reading.force)


def _handed_in(words: Sequence[str]) -> list[Entry]:
    """The codes that the words are, or that are in the files that they name."""
    found = list[Entry]()
    for word in words:
        alone = entry(word)
        if alone.readings or not _is_list(word):
            found.append(alone)
            continue
        name = "standard input" if Path(word) == STANDARD_INPUT else word
        listed = entries(_text(Path(word)), f"{name}, line {{}}")
        if not listed:
            raise UserError(f"{name}: there is no code in it; write one on each line, with a name before it")
        found += listed
    return found


def _is_list(word: str) -> bool:
    """Is it the name of a list, or was it meant to be?"""
    path = Path(word)
    return path == STANDARD_INPUT or path.suffix.lower() in LISTS or (0 < len(word) <= LONGEST_NAME and _is_there(path))


def _is_there(path: Path) -> bool:
    """Is there a file, or a folder, of which it is said that it is one?"""
    with explained("read", path):
        return path.exists()


def _text(path: Path) -> str:
    if path == STANDARD_INPUT:
        return read_given(path)
    with about(path):
        return saved(read_bytes(path, MOST_BYTES, "a list of codes"))


def _answered(
    handed_in: Sequence[Entry], topics: tuple[Topic | None, ...]
) -> tuple[list[Answered], list[tuple[str, str]]]:
    """The codes with their copies, of which each is made once; and those that cannot be read: where, and why."""
    remake, pupils, unread = cache(copy), list[Answered](), list[tuple[str, str]]()
    with progress("codes", len(handed_in), "", slow=len(handed_in) > 1) as advance:
        for one in handed_in:
            try:
                found = answered(one, remake)
                _check_topics(found, topics)
                pupils.append(found)
            except UserError as error:
                unread.append((one.where, str(error)))
            advance(1)
    return pupils, unread


def _check_topics(found: Answered, topics: tuple[Topic | None, ...]) -> None:
    """Raise UserError for the code of another sheet than that about these topics."""
    order = found.code.order
    if topics and (order.kind != "worksheet" or Counter(topics) != Counter(order.topics)):
        raise UserError(f"{found.code.written} is of another sheet: {order.again}")


def _without_twice(pupils: Sequence[Answered]) -> Iterator[Answered]:
    """Each code of a name once; a code by another name, or without names where all have the same copy, is counted.

    All of that is said: it may be a list that has somebody twice, or a copied code.
    """
    copies = {letters: len(results.seeds) for results in by_sheet(pupils) for letters in results.letters}
    first = dict[str, Answered]()
    names, alike = set[tuple[str, str]](), Counter[str]()
    for pupil in pupils:
        letters, name = pupil.code.letters, pupil.name.lower()
        before, again = first.setdefault(letters, pupil), (letters, name) in names
        counts = before is pupil or not again or not (name or copies[letters] > 1)
        if before is not pupil and counts and copies[letters] == 1:
            alike[pupil.code.written] += 1
        elif before is not pupil:
            how = "both are counted" if counts else "counted once"
            remark(f"{_whose(pupil)}: the same code as {_whose(before)}; {how}")
        names.add((letters, name))
        if counts:
            yield pupil
    for code, more in alike.items():
        remark(f"{code} is there {more + 1} times, as may be where all have the same copy; each is counted")


def _whose(pupil: Answered) -> str:
    beside = f" ({pupil.name})" if pupil.name else ""
    return f"{pupil.where or pupil.code.written}{beside}"


def _put(pupils: Sequence[Answered], unread: Sequence[tuple[str, str]], reading: Reading) -> None:
    results, what = by_sheet(pupils), counted(len(pupils), "code")
    if reading.json:
        hand_over_json(as_data(results, unread), reading.output, what)
    elif reading.output is None:
        printer = Page(STYLES)
        printer.print(TextView(width=printer.width).lines(document(results)))
        printer.close()
    else:
        form = FORMS[reading.output.suffix.lower()]
        content = as_csv(results) if form == "csv" else page(document(results), form, said("class.title"))
        hand_over(content, reading.output, what)
