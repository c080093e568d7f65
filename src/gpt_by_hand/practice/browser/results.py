"""What a class made of a sheet: its codes read, each with the copy that it is of, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from gpt_by_hand.errors import UserError
from gpt_by_hand.practice.browser.codes import AT_ONCE, IN_THE_END, STATES, Code, Outcome
from gpt_by_hand.practice.browser.lists import Entry
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import KEYS
from gpt_by_hand.records import dataclass

Plain: TypeAlias = dict[str, Any]  # a copy, a question or a box, as a page has them
Remake: TypeAlias = Callable[[PageOrder], Plain]
MOST_PRACTISED = 3  # topics that are worth being practised next


class Mistake(NamedTuple):
    """A mistake that somebody made: in which question, in which number, of which kind, and how it is said."""

    label: str
    topic: str
    address: str
    kind: str
    says: str


@dataclass(frozen=True)
class Answered:
    """A code that fits its copy: whose it is, as far as the list says, and what came of each question.

    Questions have labels: "2", or "1.2" where a copy has several sheets.
    """

    name: str
    where: str
    code: Code
    questions: dict[str, Plain]
    outcomes: dict[str, Outcome]
    sheets: tuple[str, ...]

    @property
    def right(self) -> int:
        """How many questions were solved, at once or in the end."""
        return sum(outcome.state in (AT_ONCE, IN_THE_END) for outcome in self.outcomes.values())

    @property
    def at_once(self) -> int:
        """How many were solved at once, and without hints."""
        return sum(outcome.state == AT_ONCE for outcome in self.outcomes.values())

    @property
    def mistakes(self) -> Iterator[Mistake]:
        """The first mistake that was made in each question, where one is known."""
        for label, outcome in self.outcomes.items():
            if outcome.mistake:
                yield mistake_of(label, self.questions[label], outcome.mistake)


def mistake_of(label: str, question: Plain, number: int) -> Mistake:
    """The mistake with this number, from 1, among those of all boxes of a question."""
    made = [(box, mistake) for box in question["boxes"] for mistake in box["mistakes"]]
    box, (says, *_, kind) = made[number - 1]
    return Mistake(label, question["topic"], box["address"], question["kinds"][kind], question["says"][says])


def answered(entry: Entry, remake: Remake) -> Answered:
    """The code of an entry with its copy, which `remake` makes. Raises: UserError if none of its readings fits one."""
    problem = entry.problem
    for name, code in entry.readings:
        copy = remake(code.order)
        questions = _labelled(copy)
        try:
            outcomes = code.outcomes(list(questions.values()))
        except UserError as error:
            problem = problem or f"{code.written!r} cannot be read: {error}"
        else:
            titles = tuple(sheet["title"] for sheet in copy["sheets"])
            return Answered(name, entry.where, code, questions, dict(zip(questions, outcomes, strict=True)), titles)
    raise UserError(problem)


def _labelled(copy: Plain) -> dict[str, Plain]:
    sheets = copy["sheets"]
    return {
        f"{n}.{question['number']}" if len(sheets) > 1 else str(question["number"]): question
        for n, sheet in enumerate(sheets, 1)
        for question in sheet["questions"]
    }


class Again(NamedTuple):
    """A kind of mistake in one topic: how many times it was made, in which questions, and how it is said most often.

    `alike` says that it was said in other words, too, such as of another number.
    """

    times: int
    topic: str
    kind: str
    labels: tuple[str, ...]
    says: str
    alike: bool


class Counts(NamedTuple):
    """How many came out in each state, in the order of the states."""

    untouched: int
    at_once: int
    in_the_end: int
    not_solved: int

    @staticmethod
    def of(outcomes: Iterable[Outcome]) -> Counts:
        """Of these outcomes."""
        found = Counter(outcome.state for outcome in outcomes)
        return Counts(*(found[state] for state in range(STATES)))

    @property
    def tried(self) -> int:
        """How many were touched at all."""
        return sum(self) - self.untouched

    @property
    def right(self) -> int:
        """At once or in the end."""
        return self.at_once + self.in_the_end


@dataclass(frozen=True)
class Results:
    """All codes of one sheet, whose copies differ by their seeds alone."""

    pupils: tuple[Answered, ...]

    @property
    def order(self) -> PageOrder:
        """What the copies are made from; the seed is the first one's."""
        return self.pupils[0].code.order

    @property
    def letters(self) -> set[str]:
        """The codes, each once."""
        return {pupil.code.letters for pupil in self.pupils}

    @property
    def seeds(self) -> list[int]:
        """The seeds of the copies, each once."""
        return sorted({pupil.code.order.seed for pupil in self.pupils})

    @property
    def sheets(self) -> tuple[str, ...]:
        """The titles of the sheets of a copy."""
        return self.pupils[0].sheets

    @property
    def mixed(self) -> bool:
        """Is a question of one topic in one copy, and of another in another?"""
        return any(len({pupil.questions[label]["topic"] for pupil in self._with(label)}) > 1 for label in self.labels)

    @cached_property
    def labels(self) -> list[str]:
        """The labels of all questions, in order; some copies may have one more than others."""
        found = {label for pupil in self.pupils for label in pupil.questions}
        return sorted(found, key=lambda label: [*map(int, label.split("."))])

    def _with(self, label: str) -> list[Answered]:
        return [pupil for pupil in self.pupils if label in pupil.questions]

    @cached_property
    def by_question(self) -> dict[str, Counts]:
        """What came of each question, by its label."""
        return {label: Counts.of(pupil.outcomes[label] for pupil in self._with(label)) for label in self.labels}

    @cached_property
    def by_topic(self) -> dict[str, Counts]:
        """What came of the questions of each topic, by its key."""
        found: dict[str, list[Outcome]] = {}
        for pupil in self.pupils:
            for label, outcome in pupil.outcomes.items():
                found.setdefault(pupil.questions[label]["topic"], []).append(outcome)
        return {topic: Counts.of(outcomes) for topic, outcomes in found.items()}

    @cached_property
    def titles(self) -> dict[str, str]:
        """What topics are called, by their keys."""
        return {each["topic"]: each["title"] for pupil in self.pupils for each in pupil.questions.values()}

    @cached_property
    def mistakes(self) -> list[Again]:
        """The mistakes that were made, by topic and kind, those that were made most often first."""
        groups: dict[tuple[str, str], list[Mistake]] = {}
        for mistake in (mistake for pupil in self.pupils for mistake in pupil.mistakes):
            groups.setdefault((mistake.topic, mistake.kind), []).append(mistake)
        return sorted((self._again(made) for made in groups.values()), key=lambda again: -again.times)

    def _again(self, made: Sequence[Mistake]) -> Again:
        words, labels = Counter(mistake.says for mistake in made), {mistake.label for mistake in made}
        (says, _), *_ = words.most_common(1)
        inside = tuple(label for label in self.labels if label in labels)
        return Again(len(made), made[0].topic, made[0].kind, inside, says, len(words) > 1)

    @property
    def to_practise(self) -> list[str]:
        """The topics of which the least was solved at once, worst first.

        A question that was not touched does not count, and of how sure a share is, Laplace's rule of succession takes
        care (1814): of 2 questions, 0 that were solved are less bad than 1 of 30.
        """
        tried = {topic: counts for topic, counts in self.by_topic.items() if topic in KEYS and counts.tried}
        shares = {topic: (1 + counts.at_once) / (2 + counts.tried) for topic, counts in tried.items()}
        worth = (topic for topic, counts in tried.items() if counts.at_once < counts.tried)
        return sorted(worth, key=shares.__getitem__)[:MOST_PRACTISED]


def by_sheet(pupils: Iterable[Answered]) -> list[Results]:
    """The codes of each sheet together, in the order in which they come."""
    groups: dict[PageOrder, list[Answered]] = {}
    for pupil in pupils:
        groups.setdefault(replace(pupil.code.order, seed=0), []).append(pupil)
    return [Results(tuple(group)) for group in groups.values()]
