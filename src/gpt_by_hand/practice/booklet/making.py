"""From topics and seeds to a booklet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from gpt_by_hand.layout.sentences import said
from gpt_by_hand.practice.booklet.asking import Ask, question
from gpt_by_hand.practice.booklet.choosing import QUESTIONS, choose
from gpt_by_hand.practice.booklet.desk import Desk
from gpt_by_hand.practice.booklet.page import Booklet, Copy, PaperSize, Question, Sheet
from gpt_by_hand.practice.booklet.six_sheets import PRESET, TITLE, six_sheets
from gpt_by_hand.practice.sources import LATER, RULE, Source
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.training.config import BY_HAND
from gpt_by_hand.training.session import preset

SIX_SHEETS = "six-sheets"
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
        sheets = tuple(sheet for topic in order.topics for sheet in _sheets(order, topic, seed))
        copies.append(Copy(seed, sheets))
        made()
    return Booklet(order.title, order.paper, tuple(copies), order.answers)


def _sheets(order: Order, topic: Topic | None, seed: int) -> Iterator[Sheet]:
    if topic is not None:
        yield _sheet_on(topic, Source(order.preset, seed, precision=order.precision))
        return
    source = Source(PRESET, seed, sequences=1, precision=order.precision)
    trace = source.first
    commands = (_command(SIX_SHEETS, source), _traced(source, 0))
    for n, (title, asks) in enumerate(six_sheets(trace), start=1):
        yield Sheet(f"{n}  {title}", f"{TITLE}. {about(trace)}", _questions(trace, asks), *commands, one_page=True)


def _sheet_on(topic: Topic, source: Source) -> Sheet:
    random = Random(f"{source.seed} {topic.key} worksheet")
    command = _command(topic.key, source)
    if topic.source not in ITERATIONS:
        return Sheet(topic.title, "", _drawn(topic, source, random), command)
    trace = source.trace(topic.source, random)
    traced = _traced(source, ITERATIONS[topic.source])
    return Sheet(topic.title, about(trace), _questions(trace, choose(topic, trace, random)), command, traced)


def _drawn(topic: Topic, source: Source, random: Random) -> tuple[Question, ...]:
    """Questions whose settings are drawn anew for each of them."""
    traces = [source.trace(topic.source, random) for _ in range(QUESTIONS)]
    asks = [choose(topic, trace, random)[0] for trace in traces]
    return tuple(
        question(Desk(trace), ask, n) for n, (trace, ask) in enumerate(zip(traces, asks, strict=True), start=1)
    )


def _questions(trace: Trace, asks: Sequence[Ask]) -> tuple[Question, ...]:
    """The questions of one sheet; everything that they need and do not ask for themselves is given."""
    desk = Desk(trace)
    return tuple(question(desk, ask, n) for n, ask in enumerate(asks, start=1))


def about(trace: Trace) -> str:
    """The words that a sheet is about."""
    words = "; ".join(" ".join(trace.words.of(row)) for row in range(trace.sequences))
    return said("sheet.words", words=words) if words else ""


def _command(key: str, source: Source) -> str:
    precision = "" if source.precision == Source.precision else f" --precision {source.precision}"
    return f"gpt-by-hand worksheet {key} --preset {source.preset} --seed {source.seed}{precision}"


def _traced(source: Source, iteration: int) -> str:
    """The command that traces the same numbers: what it does differently without being told."""
    _, train = preset(source.preset)
    usual = {name: getattr(train, name) for name in RULE} | BY_HAND
    wanted = {**RULE, "gradient_accumulation_steps": source.sequences}
    flags = "".join(f" --{name} {value}" for name, value in wanted.items() if value != usual[name])
    flags += f" --iteration {iteration}" if iteration else ""
    flags += f" --precision {source.precision}"
    return f"gpt-by-hand trace --preset {source.preset} --seed {source.seed}{flags}"
