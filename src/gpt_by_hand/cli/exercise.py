"""`gpt-by-hand exercise`."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Literal

from gpt_by_hand.cli.option import Argument, Computed, Forced, Spoken
from gpt_by_hand.cli.options import parse
from gpt_by_hand.cli.output import SEEDS, check_range
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.practice import page
from gpt_by_hand.practice import progress as kept
from gpt_by_hand.practice.choosing import mixture, series
from gpt_by_hand.practice.page import as_data
from gpt_by_hand.practice.quiz import Quiz, opening, remember, summary
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import TOPICS, Topic, find
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import Printer, ask, columns, page_width, remark, rows, watched

MOST = 1000
STYLES = {"": "", "title": "bold", "right": "green", "wrong": "red", "quiet": "dim"}


@dataclass(frozen=True)
class Options(Forced, Computed, Spoken):
    """Exercises made from the formulas, which know what went wrong: gpt-by-hand exercise score. And as a page for the
    browser: gpt-by-hand exercise score --page -o score.html.

    Answers may be numbers, with a point or a decimal comma, fractions or arithmetic, such as (0.2*0.5+0.1)/sqrt(8).
    "hint" shows a step, "again" the exercise, "skip" the answer, and "quit" ends with what to practise. Answers that
    are piped in are taken one line per exercise.
    """

    topic: Annotated[tuple[str, ...], Argument(positional=True)] = ()
    """What to practise, such as score or softmax; without it a mixture, starting where practice is needed."""
    preset: Literal["pencil", "pocket", "demo"] = "pencil"
    """The model that the numbers come from."""
    seed: int | None = None
    """The same seed gives the same weights and exercises; another one each time, if it is left out."""
    count: int = 5
    """How many exercises."""
    use_bias: bool = False
    """A model whose linear layers and LayerNorms add a bias."""
    page: bool = False
    """Write the exercises to FILE.html, a page for the browser that checks what is typed; nothing is asked here."""
    output: Annotated[str | None, Argument("FILE", short="-o")] = None
    """Where to write the page: FILE.html."""
    json: bool = False
    """Print the exercises with answers, tolerances and mistakes as JSON, and ask nothing."""
    list: bool = False
    """Print the topics."""


def run(arguments: Sequence[str]) -> int:
    """Ask what the command line asks for."""
    options = parse(Options, arguments, "exercise")
    _check(options)
    if options.list:
        print("\n".join(f"{topic.key:<14} {told(topic.title)}" for topic in TOPICS))
        return 0
    topics = [find(" ".join(options.topic))] if options.topic else []
    seed = int.from_bytes(os.urandom(3), "little") if options.seed is None else options.seed
    if options.page:
        _write_page(topics, seed, options)
        return 0
    source = Source(options.preset, seed, options.use_bias, precision=options.precision)
    if options.json:
        _print_json(topics or mixture(seed), source, options)
        return 0
    _quiz(topics, source, options)
    return 0


def _check(options: Options) -> None:
    check_range("count", options.count, 1, MOST)
    if options.seed is not None:
        check_range("seed", options.seed, 0, SEEDS - 1)
    if options.page and options.json:
        raise UserError("--page writes a page, and --json prints data: leave out one of them")
    if options.output is not None and not options.page:
        raise UserError(f"-o {options.output} is where to write a page: add --page")
    if options.topic and not "".join(options.topic).strip():
        raise UserError("the topic is empty: --list shows all topics")


def _write_page(topics: Sequence[Topic], seed: int, options: Options) -> None:
    from gpt_by_hand.cli.pages import write_pages
    from gpt_by_hand.practice.browser.order import PageOrder

    order = PageOrder(
        tuple(topics),
        options.preset,
        seed,
        precision=options.precision,
        kind="exercise",
        use_bias=options.use_bias,
        count=options.count,
    )
    write_pages(order, options.output, options.force)


def _print_json(topics: Sequence[Topic], source: Source, options: Options) -> None:
    exercises = [as_data(question) for question in series(topics, source, options.count)]
    model = {"preset": options.preset, "seed": source.seed, "precision": options.precision}
    data = {**model, "exercises": exercises}
    print(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False))


def _quiz(topics: Sequence[Topic], source: Source, options: Options) -> None:
    records, said = kept.load(kept.progress_file())
    printer, typed = Printer(STYLES), watched(sys.stdin)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")

    width = columns(sys.stdin) or columns(sys.stdout) or page_width()

    def say(line: str, style: str) -> None:
        printer.print([(piece, style)] for piece in (page.wrapped(line, width) if typed else [line]))

    if said:
        say(said, "quiet")
    seeded = options.seed is not None
    again = bool(topics) or seeded  # else what was practised before says which topics these are
    say(opening(source.seed, source.precision, again), "quiet")
    say("", "")
    chosen_topics = topics or (mixture(source.seed) if seeded else records.by_need())
    quiz = Quiz(say, ask if typed else lambda prompt: sys.stdin.readline() or None, width, typed, rows(sys.stdin))
    outcomes = quiz.run(series(chosen_topics, source, options.count), options.count)
    for line in summary(outcomes):
        say(line, "title")
    remember(records, outcomes)
    try:
        records.save()
    except UserError as error:
        remark(f"progress is not kept: {error}")
