"""Every number on the sheets: what is given is the trace's, what the key says follows from it, and who computes with
the sheet alone is right."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any

import pytest

from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.booklet import making
from gpt_by_hand.practice.booklet.making import Order, make
from gpt_by_hand.practice.topics import KEYS
from gpt_by_hand.printers.python import python
from tests.practice.booklet.sheets import (
    Desk,
    Line,
    Question,
    Sheet,
    accepted,
    arrays,
    cells,
    is_rounded,
    iteration,
    key_of,
    rounded,
    sheets,
    sheets_of,
    source,
    unit,
    words,
)
from tests.practice.booklet.student import Student, never
from tests.support.arithmetic import SMALLEST, Arithmetic, Found

SEEDS = {"pencil": (1, 4, 1337), "pocket": (5,), "demo": (1338,)}
SIX = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1337, 1338)
CASES = [(preset, seed) for preset, seeds in SEEDS.items() for seed in seeds]
# Answers are written down as they are in the key, as they were computed, rounded or not, and rounded at every step.
WAYS = {
    "key": (never, None),
    "rounded": (never, rounded),
    "rounded at each step": (rounded, rounded),
    "calculator": (never, never),
}
counted: dict[str, int] = {"operands": 0, "answers": 0, "stages": 0, "results": 0}


@pytest.fixture(autouse=True)
def one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each iteration is computed once for all sheets on it."""
    monkeypatch.setattr(making, "Source", source)


def of_topics(preset: str, seed: int) -> Iterator[tuple[str, Sheet]]:
    yield from sheets(preset, seed).items()


def six(seed: int) -> list[Sheet]:
    return sheets_of(make(Order((None,), seed=seed, answers=True)).copies[0])


def desks(key: str, sheet: Sheet) -> dict[str, Desk]:
    """A desk for each way of computing, with the words of the sheet on it unless their numbers are the question."""
    known = dict(words(sheet)) if sheet.trace and key != "tokens" else {}
    return {way: Desk(dict(known)) for way in WAYS}


def check(key: str, sheet: Sheet) -> None:
    """Fill in a sheet in each of the ways, and hold everything against the trace."""
    trace = arrays(sheet) if sheet.trace else None
    people = desks(key, sheet)
    for question in sheet.questions:
        if trace is None:  # each question is about settings of its own
            people = desks(key, sheet)
        check_given(question, trace)
        boxes = [element for grid in question.boxes for element, _ in cells(grid)]
        assert boxes == [key_of(line.element) for line in question.key]
        assert all(not cell.text and not cell.question for grid in question.boxes for _, cell in cells(grid))
        for desk in people.values():
            desk.reads(question)
        for line, element in zip(question.key, boxes, strict=True):
            if trace is not None:
                check_answer(question, accepted(line).answer, element, trace, line.note)
        check_working(question)
        for way, desk in people.items():
            fill_in(question, way, desk)


def check_given(question: Question, trace: Any) -> None:
    for grid in question.given:
        for (name, place), cell in cells(grid):
            if cell.question or trace is None:
                continue
            counted["operands"] += 1
            number = trace[name][place].item()
            assert is_rounded(cell.text.split(" ")[0], number), (name, place, cell.text, number)


@pytest.mark.parametrize(("preset", "seed"), CASES)
def test_a_word_beside_a_number_is_the_one_at_that_place(preset: str, seed: int) -> None:
    """Of the table's own sequence; where a table has several, positions have no words."""
    for sheet in sheets(preset, seed).values():
        if not sheet.trace:
            continue
        trace = iteration(sheet.trace)
        for grid in (grid for question in sheet.questions for grid in (*question.given, *question.boxes)):
            at = dict(zip((i.name for i in grid.tensor.indices), grid.subscripts, strict=True))
            ways = [labels for labels in (grid.rows, grid.columns) if labels]
            for index, labels in zip(grid.running, ways, strict=True):
                for label in labels:
                    number, _, word = label.partition(" ")
                    row = trace["tokens"][at["b"]] if isinstance(at.get("b"), int) else None
                    if index.name == "v":
                        assert word == trace.tokenizer.label(int(number))
                    elif index.name in "tij" and row is not None:
                        assert word == trace.tokenizer.label(int(row[int(number)]))
                    else:
                        assert word == "", (grid.tensor.name, label)


def check_answer(question: Question, answer: float, element: Any, trace: Any, note: str) -> None:
    counted["answers"] += 1
    exact = trace[element[0]][element[1]].item()
    exact = 0.0 if answer == 0 and abs(exact) < 1e-7 else exact  # what float32 has left of 0
    close = answer == exact or abs(answer - exact) <= unit(exact) / 2 + 1e-6 * abs(exact)
    assert close, (question.words, element, answer, exact)
    line = next(line for line in question.key if key_of(line.element) == element)
    assert accepted(line).takes(exact), (question.words, element, note, exact)


def fill_in(question: Question, way: str, desk: Desk) -> None:
    write, keep = WAYS[way]
    found = {}
    for line in question.key:
        element, right = key_of(line.element), accepted(line)
        if question.formula is None:  # a word's number, found in the vocabulary
            found[element] = right.answer
            continue
        result = Student(desk.numbers, write).answer(question, element[1])
        counted["results"] += 1
        assert right.takes(result), (question.words, element, way, right, result)
        if right.given is not None and way == "rounded":  # a 5 at the end may have been rounded either way
            assert math.isclose(right.given, result, abs_tol=3e-4), (element, right, result)
        found[element] = right.answer if keep is None else keep(result)
    for element, result in found.items():
        desk.answers(question, element, result)


class Rounded(Arithmetic):
    """Arithmetic in which each number may stand for any that is written like it."""

    def node(self, node: ast.expr) -> Found:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return Found(float(node.value), unit(node.value) / 2 + SMALLEST)
        return super().node(node)


def check_working(question: Question) -> None:
    """Each stage comes to the answer, as far as its numbers tell; what it starts from stands on the sheet."""
    for line in question.key:
        answer = accepted(line).answer
        for stage in line.stages[question.formula is None :]:  # what is looked up begins with its name
            if isinstance(stage, Constant) or not math.isfinite(answer):
                continue
            try:
                source = python(stage)
            except Exception:  # an element that is only copied
                continue
            found = Rounded().evaluate(source)
            counted["stages"] += 1
            off = abs(found.value - answer)
            assert off <= 1.5 * found.bound + unit(answer) or found.bound < 0, (question.words, source, answer, found)


@pytest.mark.parametrize(("preset", "seed"), CASES)
def test_sheets_on_all_topics(preset: str, seed: int) -> None:
    for key, sheet in of_topics(preset, seed):
        assert sheet.questions, key
        check(key, sheet)


@pytest.mark.parametrize("seed", SIX)
def test_six_sheets(seed: int) -> None:
    for sheet in six(seed):
        check("six-sheets", sheet)


def test_something_is_checked() -> None:
    """The tests above do not pass for want of anything to check."""
    before = dict(counted)
    for sheet in six(1337):
        check("six-sheets", sheet)
    found = {what: counted[what] - before[what] for what in counted}
    assert found["operands"] > 200
    assert found["answers"] > 90
    assert found["stages"] > 100
    assert found["results"] > 350


def test_a_wrong_number_is_found() -> None:
    """One digit of a table, or of an answer, and the check fails."""
    sheet = six(1337)[0]
    trace = arrays(sheet)
    question = sheet.questions[0]
    element = key_of(question.key[0].element)
    answer = accepted(question.key[0]).answer
    check_answer(question, answer, element, trace, "")
    with pytest.raises(AssertionError):
        check_answer(question, answer + 0.0001, element, trace, "")
    assert is_rounded("-0.1235", -0.12346)
    assert is_rounded("0.3", 0.30000001192)
    assert not is_rounded("0.1234", 0.12346)
    assert not is_rounded("0.12", 0.12346)


def line_of(seed: int, name: str) -> Line:
    """The key to an element of the six sheets."""
    lines = [line for sheet in six(seed) for question in sheet.questions for line in question.key]
    return next(line for line in lines if line.element.tensor.name == name)


def test_a_sum_that_looks_short_by_chance() -> None:
    """It has been rounded like others: 3.5034 is what 3.50340 is shown as, and its operands have more digits."""
    found = accepted(line_of(1337, "probs.sum"))
    assert found.answer == 3.5034
    assert found.low < 3.5033
    assert found.high > 3.5035


def test_what_is_exact_has_no_range() -> None:
    """Neither what is computed from short numbers, nor e to the power of a number less itself."""
    assert line_of(1337, "embed").note == ""
    exp = [line for sheet in six(1337) for q in sheet.questions for line in q.key if accepted(line).answer == 1]
    assert exp
    assert all(line.note == "" for line in exp)


def test_an_average_of_nothing_is_0() -> None:
    """Not 1.49e-08, which is what float32 leaves of it."""
    line = line_of(1338, "h.0.ln_1.mean")
    assert float(iteration(six(1338)[0].trace)["h.0.ln_1.mean"][0, 3]) != 0
    assert (accepted(line).answer, line.note) == (0, "")
    assert not any("e-" in python(stage) for stage in line.stages)


@pytest.mark.parametrize("preset", ["pencil", "demo"])
def test_sampling_shows_the_words_that_are_out(preset: str) -> None:
    """Whether a word is below the threshold is part of the question."""
    (sheet,) = sheets_of(make(Order((KEYS["sampling"],), preset, 3, answers=True)).copies[0])
    for question in sheet.questions:
        (logits,) = (grid for grid in question.given if grid.tensor.name == "logits")
        assert len(logits.columns) == logits.tensor.shape[0]
        (threshold,) = (float(grid.cells[0][0].text) for grid in question.given if grid.tensor.name == "threshold")
        shown = zip(logits.columns, logits.cells[0], strict=True)
        kept = [label.partition(" ")[2] for label, cell in shown if float(cell.text) >= threshold]
        quoted = ", ".join(word if word == "' '" else f'"{word}"' for word in kept)
        said = f"drawn from the k = {len(kept)} words whose scores reach the threshold ({quoted}): what share"
        assert said in question.words
