"""From topics and a seed to sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from gpt_by_hand.errors import UserError
from gpt_by_hand.study.exercises.sources import LATER, RULE, Source
from gpt_by_hand.study.exercises.topics import Topic, find
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.study.worksheets.asking import Ask, question
from gpt_by_hand.study.worksheets.choosing import choose
from gpt_by_hand.study.worksheets.desk import Desk
from gpt_by_hand.study.worksheets.grids import words_of
from gpt_by_hand.study.worksheets.page import Booklet, Copy, Paper, Sheet
from gpt_by_hand.study.worksheets.six_sheets import TITLE, six_sheets
from gpt_by_hand.training.config import BY_HAND
from gpt_by_hand.training.session import preset

SIX_SHEETS = "six-sheets"
SEEDS = 2**32
MOST_COPIES = 1000


def make(
    topics: Sequence[str], preset: str, seed: int, copies: int, paper: Paper, answers: bool, force_line: str = "",
    done: Callable[[int], object] = lambda copies: None,
) -> Booklet:
    """The booklet; `done` hears of each copy that is made.

    Raises: UserError for a topic that there is not, and for numbers that make no sense.
    """
def six(seed: int) -> Iterator[Sheet]:
    trace = Source("pencil", seed, sequences=1).first
    command = f"gpt-by-hand trace --preset pencil --seed {seed} --warmup_iters 0 --gradient_accumulation_steps 1"
    for n, (title, asks) in enumerate(six_sheets(trace), start=1):
        yield sheet(trace, f"{n}  {title}", f"{TITLE}. {about(trace)}", asks, command, one_page=True)


def sheet(trace: Trace, title: str, about: str, asks: Sequence[Ask], command: str, one_page: bool = False) -> Sheet:
    """One sheet; everything that its questions need and do not ask for themselves is given."""
    desk = Desk(trace)
    questions = tuple(question(desk, ask, n) for n, ask in enumerate(asks, start=1))
    return Sheet(title, about, questions, command, one_page)


def about(trace: Trace) -> str:
    """The words that a sheet is about."""
    rows = range(len(trace.arrays["tokens"])) if "tokens" in trace.arrays else []
    said = [f"The words: {' '.join(words_of(trace, row))}" for row in rows]
    return "; ".join(said)
