"""From topics and seeds to a booklet: the seed decides which elements a sheet asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from random import Random
from typing import TypeAlias

from gpt_by_hand.language import ENGLISH, spoken
from gpt_by_hand.layout.document import Block, Heading, Line, Reference
from gpt_by_hand.layout.sentences import line, said, told
from gpt_by_hand.notation import Access
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.practice.booklet.asking import Ask, Question, question
from gpt_by_hand.practice.booklet.key import Desk
from gpt_by_hand.practice.booklet.page import Booklet, Copy, Page, PaperSize
from gpt_by_hand.practice.booklet.six_sheets import PRESET, TITLE, six_sheets
from gpt_by_hand.practice.formulas import is_masked, picked
from gpt_by_hand.practice.question import ask as exercise
from gpt_by_hand.practice.sources import LATER, RULE, Source
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.training.config import BY_HAND
from gpt_by_hand.training.session import preset

SIX_SHEETS = "six-sheets"
MOST_COPIES = 500
QUESTIONS = 3  # on a sheet, or one for each kind of tensor if there are more kinds
TRIES = 40
MOST_TERMS = 40  # operands of all answers to a question: people have only so much patience
MOST_BOXES = 8
Sheet: TypeAlias = tuple[Page, list[Question]]
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
    def keys(self) -> list[str]:
        """What the command line calls the topics."""
        return [topic.key if topic else SIX_SHEETS for topic in self.topics]

    @property
    def titles(self) -> list[str]:
        """What the topics are called."""
        return [told(topic.title if topic else TITLE) for topic in self.topics]

    @property
    def title(self) -> str:
        """What the booklet is about."""
        return self.titles[0] if len(self.topics) == 1 else told("Worksheets of GPT-by-Hand")


def make(order: Order, made: Callable[[], object] = lambda: None) -> Booklet:
    """The booklet; `made` is called after each copy."""
    copies = []
    for seed in range(order.seed, order.seed + order.copies):
        copies.append(_copy(order, seed))
        made()
    return Booklet(order.title, order.paper, tuple(copies), order.answers)


def _copy(order: Order, seed: int) -> Copy:
    """The sheets for a seed, and the key with the answers to all of them."""
    source = Source(order.preset, seed, precision=order.precision)
    sheets = [sheet for topic in order.topics for sheet in sheets_of(topic, source)]
    commands = [Reference(_command(key, source)) for key in dict.fromkeys(order.keys)]
    again: tuple[Line, ...] = (line("sheet.again", seed=str(seed), command=commands[0]),)
    several = (line("sheet.seed", seed=str(seed)), *((command,) for command in commands))
    answers: list[Block] = []
    for page, questions in sheets:
        answers += [Heading((page.title,), 2), *(question.answered for question in questions)]
    title, foot = said("key.title", title=order.title, seed=seed), again if len(commands) == 1 else several
    key = Page(title, said("key.about"), tuple(answers), foot, key=True)
    return Copy(seed, tuple(page for page, _ in sheets), key)


def sheets_of(topic: Topic | None, source: Source) -> Iterator[Sheet]:
    """The sheet on a topic, or the six sheets."""
    if topic is None:
        alone = Source(PRESET, source.seed, sequences=1, precision=source.precision)
        start = f"{told(TITLE)}. {about(alone.first)}"
        for n, (title, asks) in enumerate(six_sheets(alone.first), start=1):
            yield _sheet(
                f"{n}  {told(title)}",
                start,
                _questions(repeat(Desk(alone.first)), asks),
                _commands(SIX_SHEETS, alone, 0),
                True,
            )
        return
    random = Random(f"{source.seed} {topic.key} worksheet")
    commands = _commands(topic.key, source, ITERATIONS.get(topic.source))
    if topic.source in ITERATIONS:
        trace = source.trace(topic.source, random)
        questions = _questions(repeat(Desk(trace)), choose(topic, trace, random))
        yield _sheet(told(topic.title), about(trace), questions, commands)
    else:  # each question has settings of its own
        traces = [source.trace(topic.source, random) for _ in range(QUESTIONS)]
        asks = [choose(topic, trace, random)[0] for trace in traces]
        yield _sheet(told(topic.title), "", _questions(map(Desk, traces), asks), commands)


def _sheet(
    title: str, start: str, questions: list[Question], commands: tuple[Line, ...], one_page: bool = False
) -> Sheet:
    """A sheet for somebody to fill in, and its questions, which have the answers too."""
    asked = tuple(question.asked for question in questions)
    return Page(title, start, asked, commands, one_page=one_page), questions


def _questions(desks: Iterable[Desk], asks: Iterable[Ask]) -> list[Question]:
    """The questions of one sheet; everything that they need and that is not on the desk yet is given."""
    return [question(desk, ask, n) for n, (desk, ask) in enumerate(zip(desks, asks, strict=False), start=1)]


def about(trace: Trace) -> str:
    """The words that a sheet is about."""
    words = "; ".join(" ".join(trace.words.of(row)) for row in range(trace.sequences))
    return said("sheet.words", words=words) if words else ""


def _commands(key: str, source: Source, iteration: int | None) -> tuple[Line, ...]:
    """What prints a sheet again and, where its numbers are of an iteration, what shows the same ones."""
    again = line("sheet.again", seed=str(source.seed), command=Reference(_command(key, source)))
    if iteration is None:
        return (again,)
    return again, line("sheet.trace", command=Reference(_traced(source, iteration)))


def _command(key: str, source: Source) -> str:
    flags = "" if source.precision == Source.precision else f" --precision {source.precision}"
    flags += "" if spoken() == ENGLISH else f" --language {spoken().code}"
    return f"gpt-by-hand worksheet {key} --preset {source.preset} --seed {source.seed}{flags}"


def _traced(source: Source, iteration: int) -> str:
    """The command that traces the same numbers: what it does differently without being told."""
    _, train = preset(source.preset)
    usual = {name: getattr(train, name) for name in RULE} | BY_HAND
    wanted = {**RULE, "gradient_accumulation_steps": source.sequences}
    flags = "".join(f" --{name} {value}" for name, value in wanted.items() if value != usual[name])
    flags += f" --iteration {iteration}" if iteration else ""
    flags += f" --precision {source.precision}"
    return f"gpt-by-hand trace --preset {source.preset} --seed {source.seed}{flags}"


def choose(topic: Topic, trace: Trace, random: Random) -> list[Ask]:
    """The questions of one sheet on a topic: of each kind of tensor as many as of the others, none of them twice."""
    kinds = picked(trace.program, dict.fromkeys(topic.targets))
    found: list[Ask] = []
    for kind in kinds:
        for _ in range(max(1, QUESTIONS // len(kinds))):
            ask = next((ask for ask in _drawn(topic, trace, kind, random) if _new(ask, found, trace)), None)
            found += [ask] if ask else []
    return found


def _new(ask: Ask, found: list[Ask], trace: Trace) -> bool:
    """Is it another question than the ones before, with answers that rounding does not blur?"""
    taken = {(other.name, place) for other in found for place in other.places}
    if any((ask.name, place) in taken for place in ask.places):
        return False
    return not question(Desk(trace), ask, 1).blurred


def _drawn(topic: Topic, trace: Trace, names: list[str], random: Random) -> Iterator[Ask]:
    """Elements of the tensors, with as many of their neighbours along the last index that has any as are worth it."""
    for _ in range(TRIES):
        name = random.choice(names)
        place = tuple(random.randrange(extent) for extent in trace.program.tensors[name].shape)
        if topic.wanted(trace, place):
            own = exercise(topic, trace, name, place).own
            room = max(1, min(MOST_BOXES, MOST_TERMS // max(1, len(own.find(Access)))))
            if not is_masked(own):
                yield Ask(name, _neighbours(topic, trace, name, place, room), topic.inline)


def _neighbours(topic: Topic, trace: Trace, name: str, place: Position, room: int) -> tuple[Position, ...]:
    """The element and those beside it: as many as there is room for."""
    shape = trace.program.tensors[name].shape
    axis = max((axis for axis, extent in enumerate(shape) if extent > 1), default=None)
    if axis is None:
        return (place,)
    row = [(*place[:axis], at, *place[axis + 1 :]) for at in range(shape[axis])]
    row = [each for each in row if topic.wanted(trace, each)]
    start = min(row.index(place), max(0, len(row) - room))
    return tuple(row[start : start + room])
