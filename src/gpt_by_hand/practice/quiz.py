"""The conversation: exercises asked one after the other, answers judged, and at the end what to practise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field

from gpt_by_hand.advice import command
from gpt_by_hand.language import ENGLISH, speaking
from gpt_by_hand.layout.sentences import said, sentence, told
from gpt_by_hand.practice import page
from gpt_by_hand.practice.arithmetic import ArithmeticProblem, read
from gpt_by_hand.practice.diagnosis import hints, judge
from gpt_by_hand.practice.progress import Progress
from gpt_by_hand.practice.question import Mistake, Question
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.records import dataclass

COMMANDS = ("hint", "again", "skip", "quit", "help")

# Beside an exercise's own: those of the last solution, a blank one, the title (what is said at the very start takes no
# more) and the prompt.
ROWS_AROUND = page.ROWS_OF_A_SOLUTION + 3

Say = Callable[[str, str], None]  # a line, and its style: "", "title", "right", "wrong", "quiet"
Read = Callable[[str], str | None]  # the next line that is typed at a prompt, None at the end


class Quit(Exception):
    """Enough for today."""


@dataclass
class Outcome:
    """How one exercise went. `right`: at once, and without hints."""

    topic: Topic
    right: bool = False
    tried: bool = False
    hinted: int = 0
    mistakes: list[Mistake] = field(default_factory=list)


@dataclass
class Quiz:
    """Asks, reads, judges. `patient`: a wrong answer may be given again, as by somebody who sits there.

    `rows` are those of a terminal: what is said between two prompts is fitted into them. None is for files and pipes.
    """

    say: Say
    read: Read
    width: int
    patient: bool = True
    rows: int | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    def run(self, questions: Iterable[Question], count: int) -> list[Outcome]:
        """Ask all questions, or until the end of the input, `quit`, or Ctrl-C; returns how each one went."""
        try:
            for number, question in enumerate(questions, 1):
                self.say(said("quiz.title", number=number, count=count, topic=told(question.topic.title)), "title")
                self.ask(question)
        except (Quit, KeyboardInterrupt):
            self.say("", "")
        return self.outcomes

    def ask(self, question: Question) -> None:
        """One exercise, until it is solved or skipped. Raises: Quit."""
        self.show(question)
        outcome = Outcome(question.topic)
        self.outcomes.append(outcome)
        while not self.answered(question, outcome):
            pass
        self.say("", "")

    def show(self, question: Question) -> None:
        """The exercise itself."""
        taken = ROWS_AROUND + max(0, len(page.wrapped(question.address, self.width)) - 1)
        for line in page.fitted(question, self.width, self.rows and self.rows - taken):
            self.say(line, "")

    def solution(self, question: Question) -> str:
        """What leads to the answer."""
        return page.solution(question, None if self.rows is None else self.width)

    def answered(self, question: Question, outcome: Outcome) -> bool:
        """Take one line; is the exercise over with it? Raises: Quit."""
        typed = self.read(f"{question.address} > ")
        if typed is None:
            raise Quit
        typed = " ".join(typed.split())
        match commands().get(typed.lower(), typed):
            case "quit":
                raise Quit
            case "hint":
                self.hint(question, outcome)
            case "again":
                self.show(question)
            case "help" | "":
                self.say(said("quiz.help"), "quiet")
            case "skip":
                self.say(self.solution(question), "quiet")
                return True
            case _:
                return self.judged(question, outcome, typed)
        return False

    def judged(self, question: Question, outcome: Outcome, typed: str) -> bool:
        """Say whether it is right, or what it is instead."""
        try:
            number = read(typed)
        except ArithmeticProblem as problem:
            self.say(f"{sentence(str(problem))}.", "wrong")
            return not self.patient
        verdict = judge(question, number)
        if verdict.kind == "rough" and self.patient:
            self.say(said("answer.rough", digits=page.asked_for(question.answer)), "quiet")
            return False
        if verdict.kind != "wrong":
            outcome.right = not outcome.tried and not outcome.hinted
            outcome.tried = True
            self.say(said("answer.right", working=self.solution(question)), "right")
            return True
        outcome.tried = True
        outcome.mistakes += verdict.mistakes[:1]
        for line in page.reply(question, typed, verdict):
            self.say(line, "wrong")
        if not self.patient:
            self.say(self.solution(question), "quiet")
        return not self.patient

    def hint(self, question: Question, outcome: Outcome) -> None:
        """The next step on the way; the answer itself is left."""
        stages = hints(question)
        left = outcome.hinted < len(stages)
        self.say(f"{question.address} = {stages[outcome.hinted]}" if left else said("hint.last"), "quiet")
        outcome.hinted += 1


def commands() -> dict[str, str]:
    """What each word means that can be typed in place of an answer: those of the language that is spoken, and English.

    >>> commands()["h"]
    'hint'
    """
    with speaking(ENGLISH.code):
        english = _words()
    return english | _words()


def _words() -> dict[str, str]:
    return {word: command for command in COMMANDS for word in said(f"quiz.word.{command}").split()}


def opening(seed: int, precision: str, again: bool) -> str:
    """What is said at the very start: what can be typed, and how to get these `again`, or each by its topic."""
    repeated = said("quiz.seeded" if again else "quiz.repeat", seed=seed, precision=precision)
    return f"{said('quiz.help')} {repeated}"


def summary(outcomes: Iterable[Outcome]) -> list[str]:
    """How many were right at once, and what to practise."""
    tried = [outcome for outcome in outcomes if outcome.tried or outcome.hinted]
    if not tried:
        return [said("quiz.none")]
    found = [said("quiz.right", right=sum(o.right for o in tried), count=len(tried))]
    weak = {outcome.topic.key: outcome for outcome in tried if not outcome.right}
    for key, outcome in weak.items():
        made = list(dict.fromkeys(m.said for o in tried if o.topic.key == key for m in o.mistakes))[:2]
        again, topic = command(f"exercise {key}"), told(outcome.topic.title)
        if made:
            found.append(said("quiz.practise because", command=again, topic=topic, mistakes="; ".join(made)))
        else:
            found.append(said("quiz.practise", command=again, topic=topic))
    return found


def remember(progress: Progress, outcomes: Iterable[Outcome]) -> None:
    """Put what was answered into the records."""
    for outcome in outcomes:
        if outcome.tried or outcome.hinted:
            progress.record(outcome.topic).add(outcome.right, [mistake.kind for mistake in outcome.mistakes])
