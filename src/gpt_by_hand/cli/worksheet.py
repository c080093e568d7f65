"""`gpt-by-hand worksheet`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from gpt_by_hand.cli.option import Argument, Computed, Forced
from gpt_by_hand.cli.options import parse
from gpt_by_hand.cli.output import SEEDS, check_ending, check_output, check_range, hand_over
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.size import counted
from gpt_by_hand.nearest import nearest, perhaps
from gpt_by_hand.practice.booklet.html import html
from gpt_by_hand.practice.booklet.making import SIX_SHEETS, Order, make
from gpt_by_hand.practice.booklet.page import Booklet, PaperSize, markdown
from gpt_by_hand.practice.booklet.pdf import pdf, require_typst
from gpt_by_hand.practice.booklet.six_sheets import PRESET, TITLE
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic, find
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import progress

MOST_COPIES = 500
PAPERS: dict[str, PaperSize] = {"a4": "a4", "us-letter": "us-letter"}
WRITERS: dict[str, Callable[[Booklet, Callable[[], object]], bytes]] = {
    ".pdf": pdf,
    ".html": lambda booklet, done: html(booklet).encode(),
    ".md": lambda booklet, done: markdown(booklet).encode(),
}


@dataclass(frozen=True)
class Options(Forced, Computed):
    """Worksheets: questions with boxes to fill in, made from the formulas; the same seed gives the same sheets.

    For example, a whole GPT by hand, and thirty different sheets about attention for a class, with their keys:

        gpt-by-hand worksheet six-sheets -o gpt.pdf
        gpt-by-hand worksheet score softmax mix --copies 30 --answers -o class.pdf
    """

    topics: Annotated[tuple[str, ...], Argument("TOPIC ...", positional=True)] = ()
    """What the sheets are about, such as score or softmax (--list shows all), or six-sheets: a whole GPT, one
    gradient and one update."""
    output: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """Where to write: FILE.pdf (with the [worksheets] extra), FILE.html or FILE.md."""
    preset: Literal["pencil", "pocket", "demo"] = "pencil"
    """The model that the numbers come from."""
    seed: int = 1337
    """The same seed gives the same numbers and questions."""
    copies: int = 1
    """How many different sheets: the second has the next seed, and so on."""
    paper: str = "a4"
    """The size of the paper: a4 or us-letter."""
    answers: bool = False
    """Add a key to each copy: every intermediate result, and what to accept where rounding matters."""
    list: bool = False
    """Print the topics."""


def run(arguments: Sequence[str]) -> int:
    """Print the sheets that the command line asks for."""
    options = parse(Options, arguments, "worksheet")
    if options.list:
        print("\n".join(f"{key:<14} {title}" for key, title in _titles().items()))
        return 0
    order = _order(options)
    path = _path(options)
    works = order.copies * (2 + order.answers if path.suffix.lower() == ".pdf" else 1)  # made, and then laid out
    with progress("sheets", works, "", slow=works > 1) as advance:
        booklet = make(order, lambda: advance(1))
        content = WRITERS[path.suffix.lower()](booklet, lambda: advance(1))
    sheets = counted(sum(len(copy.sheets) for copy in booklet.copies), "sheet")
    keys = f" and {counted(len(booklet.copies), 'key')}" if booklet.answers else ""
    hand_over(content, path, f"{sheets}{keys}")
    return 0


def _titles() -> dict[str, str]:
    return {SIX_SHEETS: TITLE, **{topic.key: topic.title for topic in TOPICS}}


def _order(options: Options) -> Order:
    """What is asked for. Raises: UserError for what there is not, and for numbers that make no sense."""
    if not options.topics:
        raise UserError(f"say what the sheets are about: {', '.join(_titles())}")
    check_range("seed", options.seed, 0, SEEDS - 1)
    check_range("copies", options.copies, 1, min(MOST_COPIES, SEEDS - options.seed))
    topics = tuple(map(_topic, options.topics))
    if None in topics and options.preset != PRESET:
        raise UserError(f"{SIX_SHEETS} is made for --preset {PRESET}: leave out --preset {options.preset}")
    paper = _paper(options.paper)
    return Order(topics, options.preset, options.seed, options.copies, paper, options.answers, options.precision)


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
    path = options.output
    if path is None:
        raise UserError("say where to write the sheets: -o sheet.pdf, -o sheet.html or -o sheet.md")
    if check_ending(path, list(WRITERS)) == ".pdf":
        require_typst()
    check_output(path, options.force)
    return path
