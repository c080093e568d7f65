"""From topics and seeds to a booklet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from gpt_by_hand.layout.document import Block, Heading, Line, Reference
from gpt_by_hand.layout.sentences import line, said
from gpt_by_hand.practice.booklet.asking import Ask, Question, question
from gpt_by_hand.practice.booklet.choosing import QUESTIONS, choose
from gpt_by_hand.practice.booklet.key import Desk
from gpt_by_hand.practice.booklet.page import Booklet, Copy, Page, PaperSize
from gpt_by_hand.practice.booklet.six_sheets import PRESET, TITLE, six_sheets
from gpt_by_hand.practice.sources import LATER, RULE, Source
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.trace.labels import words_of
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.training.config import BY_HAND
from gpt_by_hand.training.session import preset

SIX_SHEETS = "six-sheets"
Sheet: TypeAlias = tuple[Page, Sequence[Question]]  # the questions have the answers, too
ITERATIONS = {"first": 0, "masked": 0, "later": LATER}  # which iteration a topic's numbers come from


@dataclass(frozen=True)
class Order:
    """What is to be printed: topics (None stands for the six sheets), a model, seeds, and a paper size."""

    topics: tuple[Topic | None, ...]
    preset: str = PRESET
    seed: int = 1337
    copies: int = 1
    paper: PaperSize = "a4"
    answers: bool = False
    precision: Precision = "float64"

    @property
    def title(self) -> str:
        """What the booklet is about."""
        titles = [TITLE if topic is None else topic.title for topic in self.topics]
        return titles[0] if len(titles) == 1 else "Worksheets of GPT-by-Hand"


def make(order: Order, made: Callable[[], object] = lambda: None) -> Booklet:
    """The booklet; `made` is called after each copy."""
    copies = []
    for seed in range(order.seed, order.seed + order.copies):
        copies.append(_copy(order, seed))
        made()
    return Booklet(order.title, order.paper, tuple(copies), order.answers)


def _copy(order: Order, seed: int) -> Copy:
    """The sheets for a seed, and the key with the answers to all of them."""
    sheets = [sheet for topic in order.topics for sheet in _sheets(order, topic, seed)]
    keys = dict.fromkeys(topic.key if topic else SIX_SHEETS for topic in order.topics)
    commands = [Reference(_command(key, order.preset, seed, order.precision)) for key in keys]
    again: tuple[Line, ...] = (line("sheet.again", seed=str(seed), command=commands[0]),)
    several = (line("sheet.seed", seed=str(seed)), *((command,) for command in commands))
    answers: list[Block] = []
    for page, questions in sheets:
        answers += [Heading((page.title,), 2), *(question.answered for question in questions)]
    title, foot = said("key.title", title=order.title, seed=seed), again if len(commands) == 1 else several
    key = Page(title, said("key.about"), tuple(answers), foot, key=True)
    return Copy(seed, tuple(page for page, _ in sheets), key)


def _sheets(order: Order, topic: Topic | None, seed: int) -> Iterator[Sheet]:
    if topic is not None:
        yield _sheet_on(topic, Source(order.preset, seed, precision=order.precision))
        return
    source = Source(PRESET, seed, sequences=1, precision=order.precision)
    trace = source.first
    for n, (title, asks) in enumerate(six_sheets(trace), start=1):
        start = f"{TITLE}. {about(trace)}"
        yield _sheet(f"{n}  {title}", start, _questions(trace, asks), SIX_SHEETS, source, 0, one_page=True)


def _sheet_on(topic: Topic, source: Source) -> Sheet:
    random = Random(f"{source.seed} {topic.key} worksheet")
    if topic.source not in ITERATIONS:
        return _sheet(topic.title, "", _drawn(topic, source, random), topic.key, source)
    trace = source.trace(topic.source, random)
    questions = _questions(trace, choose(topic, trace, random))
    return _sheet(topic.title, about(trace), questions, topic.key, source, ITERATIONS[topic.source])


def _sheet(
    title: str,
    start: str,
    questions: Sequence[Question],
    key: str,
    source: Source,
    iteration: int | None = None,
    one_page: bool = False,
) -> Sheet:
    """A sheet for somebody to fill in, with the commands for it and, if there is one, for the trace of its numbers."""
    command = Reference(_command(key, source.preset, source.seed, source.precision))
    foot = [line("sheet.again", seed=str(source.seed), command=command)]
    if iteration is not None:
        foot.append(line("sheet.trace", command=Reference(_traced(source, iteration))))
    asked = tuple(question.asked for question in questions)
    return Page(title, start, asked, tuple(foot), one_page=one_page), questions


def _drawn(topic: Topic, source: Source, random: Random) -> list[Question]:
    """Questions whose settings are drawn anew for each of them."""
    traces = [source.trace(topic.source, random) for _ in range(QUESTIONS)]
    asks = [choose(topic, trace, random)[0] for trace in traces]
    return [question(Desk(trace), ask, n) for n, (trace, ask) in enumerate(zip(traces, asks, strict=True), start=1)]


def _questions(trace: Trace, asks: Sequence[Ask]) -> list[Question]:
    """The questions of one sheet; everything that they need and do not ask for themselves is given."""
    desk = Desk(trace)
    return [question(desk, ask, n) for n, ask in enumerate(asks, start=1)]


def about(trace: Trace) -> str:
    """The words that a sheet is about."""
    words = "; ".join(" ".join(words_of(trace, row)) for row in range(trace.sequences))
    return said("sheet.words", words=words) if words else ""


def _command(key: str, preset: str, seed: int, precision: Precision) -> str:
    flag = "" if precision == Source.precision else f" --precision {precision}"
    return f"gpt-by-hand worksheet {key} --preset {preset} --seed {seed}{flag}"


def _traced(source: Source, iteration: int) -> str:
    """The command that traces the same numbers: what it does differently without being told."""
    _, train = preset(source.preset)
    usual = {name: getattr(train, name) for name in RULE} | BY_HAND
    wanted = {**RULE, "gradient_accumulation_steps": source.sequences}
    flags = "".join(f" --{name} {value}" for name, value in wanted.items() if value != usual[name])
    flags += f" --iteration {iteration}" if iteration else ""
    flags += f" --precision {source.precision}"
    return f"gpt-by-hand trace --preset {source.preset} --seed {source.seed}{flags}"
