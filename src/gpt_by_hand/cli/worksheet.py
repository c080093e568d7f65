"""`gpt-by-hand worksheet`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from gpt_by_hand.cli.option import Argument, Computed, Forced, Spoken
from gpt_by_hand.cli.options import chosen, is_option, parse, plain_name
from gpt_by_hand.cli.output import SEEDS, check_ending, check_output, check_range, hand_over
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.model.size import counted
from gpt_by_hand.nearest import nearest, perhaps
from gpt_by_hand.practice.booklet.html import html
from gpt_by_hand.practice.booklet.making import MOST_COPIES, SIX_SHEETS, make
from gpt_by_hand.practice.booklet.page import Booklet, PaperSize, markdown
from gpt_by_hand.practice.booklet.pdf import pdf, require_typst
from gpt_by_hand.practice.booklet.six_sheets import PRESET, TITLE
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic, find
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import progress

ALLOWED = {"read", "output", "json", "force", "language"}  # options beside --read
PAPERS: dict[str, PaperSize] = {"a4": "a4", "us-letter": "us-letter"}
WRITERS: dict[str, Callable[[Booklet, Callable[[], object]], bytes]] = {
    ".pdf": pdf,
    ".html": lambda booklet, done: html(booklet).encode(),
    ".md": lambda booklet, done: markdown(booklet).encode(),
}


@dataclass(frozen=True)
class Options(Forced, Computed, Spoken):
    """Worksheets: questions with boxes to fill in, made from the formulas; the same seed gives the same sheets.

    For example, a whole GPT by hand, and thirty different sheets about attention for a class, with their keys:

        gpt-by-hand worksheet six-sheets -o gpt.pdf
        gpt-by-hand worksheet score softmax mix --copies 30 --answers -o class.pdf

    And the same for the browser, which checks what is typed there, as one file, and as thirty:

        gpt-by-hand worksheet score softmax mix --copies 30 --page -o class.html
        gpt-by-hand worksheet score softmax mix --copies 30 --page -o class/

    And what the class made of a page, by the codes that it gave:

        gpt-by-hand worksheet --read codes.txt -o class.csv
    """

    topics: Annotated[tuple[str, ...], Argument("TOPIC ...", positional=True)] = ()
    """What the sheets are about, such as score or softmax (--list shows all), or six-sheets: a whole GPT, one
    gradient and one update."""
    output: Annotated[str | None, Argument("FILE", short="-o")] = None
    """Where to write: FILE.pdf (with the [worksheets] extra), FILE.html or FILE.md; with --page FILE.html, or a folder
    for a file for each copy: class/."""
    preset: Literal["pencil", "pocket", "demo"] = "pencil"
    """The model that the numbers come from."""
    seed: int = 1337
    """The same seed gives the same numbers and questions."""
    copies: int = 1
    """How many different sheets: the second has the next seed, and so on."""
    paper: str = "a4"
    """The size of the paper: a4 or us-letter."""
    answers: bool = False
    """Add a key to each copy: every intermediate result, and what to accept where rounding matters. A page (--page)
    needs none: it prints with or without its answers."""
    page: bool = False
    """A page for the browser in place of paper: the same questions, with fields that know the answers and the usual
    mistakes, hints, and one question more at the end of each topic, which solves backwards. With --copies it asks for
    the reader's number in the class."""
    read: Annotated[tuple[str, ...], Argument("CODE ...")] = ()
    """Show what was made of pages: who solved what, which mistakes were made most, and what to practise next. After it
    come the codes that the pages gave, or files with one on each line, with a name beside it (- is standard input);
    lines that cannot be read are said, and make the exit code 2. With topics, only codes of that sheet are taken. -o
    writes FILE.csv, for a spreadsheet, FILE.html or FILE.md."""
    json: bool = False
    """With --read: print all of it as JSON."""
    list: bool = False
    """Print the topics."""


def run(arguments: Sequence[str]) -> int:
    """Print the sheets that the command line asks for."""
    options = parse(Options, each_read(arguments), "worksheet")
    check_alone(arguments, bool(options.read))
    if options.read:
        return _read_class(options)
    if options.list:
        print("\n".join(f"{key:<14} {title}" for key, title in _titles().items()))
        return 0
    order = _order(options)
    if options.page:
        _write_page(order, options)
        return 0
    path = _path(options)
    works = order.copies * (2 + order.answers if path.suffix.lower() == ".pdf" else 1)  # made, and then laid out
    with progress("sheets", works, "", slow=works > 1) as advance:
        booklet = make(order, lambda: advance(1))
        content = WRITERS[path.suffix.lower()](booklet, lambda: advance(1))
    sheets = counted(sum(len(copy.sheets) for copy in booklet.copies), "sheet")
    keys = f" and {counted(len(booklet.copies), 'key')}" if booklet.answers else ""
    hand_over(content, path, f"{sheets}{keys}")
    return 0


def each_read(arguments: Sequence[str]) -> list[str]:
    """The command line with `--read` in front of each word behind it, up to the next option."""
    found, reading, bare = list[str](), False, False
    for word in arguments:
        if is_option(word):
            reading, bare = plain_name(word) == "read", "=" not in word
        else:
            found += ["--read"] if reading and not bare else []
            bare = False
        found.append(word)
    return found


def check_alone(arguments: Sequence[str], reads: bool) -> None:
    """Raise UserError for options that have no meaning beside `--read`, or without it."""
    given = chosen(arguments)
    if other := sorted(given - ALLOWED) if reads else []:
        raise UserError(f"--{other[0]} says how to make sheets, and --read says what came of them: leave one out")
    if "json" in given and not reads and "list" not in given:
        raise UserError("--json prints what --read has read: give codes, or a file of codes, with --read")


def _read_class(options: Options) -> int:
    from gpt_by_hand.cli.class_read import Reading, read_class

    topics, output = tuple(map(_topic, options.topics)), Path(options.output) if options.output else None
    return read_class(Reading(options.read, topics, output, options.force, options.json))


def _titles() -> dict[str, str]:
    return {SIX_SHEETS: told(TITLE), **{topic.key: told(topic.title) for topic in TOPICS}}


def _order(options: Options) -> PageOrder:
    """What is asked for. Raises: UserError for what there is not, and for numbers that make no sense."""
    if not options.topics:
        raise UserError(f"say what the sheets are about: {', '.join(_titles())}")
    check_range("seed", options.seed, 0, SEEDS - 1)
    check_range("copies", options.copies, 1, min(MOST_COPIES, SEEDS - options.seed))
    topics = tuple(map(_topic, options.topics))
    if None in topics and options.preset != PRESET:
        raise UserError(f"{SIX_SHEETS} is made for --preset {PRESET}: leave out --preset {options.preset}")
    paper = _paper(options.paper)
    return PageOrder(topics, options.preset, options.seed, options.copies, paper, options.answers, options.precision)


def _write_page(order: PageOrder, options: Options) -> None:
    from gpt_by_hand.cli.pages import write_pages

    if options.answers:
        raise UserError(
            "--answers is for paper: a page knows its answers, and prints with or without them; leave it out"
        )
    write_pages(order, options.output, options.force)


def _topic(asked: str) -> Topic | None:
    """The topic, or None for the six sheets."""
    wanted = "-".join(asked.lower().replace("_", "-").split())
    if wanted == SIX_SHEETS:
        return None
    if nearest(wanted, [SIX_SHEETS, *KEYS]) == [SIX_SHEETS]:
        raise UserError(f"there is no topic {asked!r}: {perhaps([SIX_SHEETS])}")
    return find(asked, "worksheet")


def _paper(asked: str) -> PaperSize:
    wanted = asked.lower().replace("_", "-")
    if wanted not in PAPERS:
        hint = perhaps(nearest(wanted, PAPERS, cutoff=0.4)) or f"choose {' or '.join(PAPERS)}"
        raise UserError(f"there is no paper size {asked!r}: {hint}")
    return PAPERS[wanted]


def _path(options: Options) -> Path:
    """Where to write. Raises: UserError where that cannot be, before any work is done."""
    if options.output is None:
        raise UserError("say where to write the sheets: -o sheet.pdf, -o sheet.html or -o sheet.md")
    path = Path(options.output)
    if check_ending(path, list(WRITERS)) == ".pdf":
        require_typst()
    check_output(path, options.force)
    return path
