"""The sheets and their keys: every number is the trace's, enough is given, nothing is given away, rounding is fair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from math import copysign, isinf
from random import Random

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Access, Constant, Index, Tensor, erf, sqrt
from gpt_by_hand.study.exercises.numbers import seen, shown
from gpt_by_hand.study.exercises.sources import Source
from gpt_by_hand.study.exercises.topics import KEYS, TOPICS
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.study.worksheets.choosing import choose
from gpt_by_hand.study.worksheets.help import from_table, worked_out
from gpt_by_hand.study.worksheets.key import note
from gpt_by_hand.study.worksheets.making import SIX_SHEETS, Order, make
from gpt_by_hand.study.worksheets.page import Line, Sheet
from tests.study.worksheets.people import Person, places
from tests.support.commands import Command

SEEDS = (1337, 3, 99)


@lru_cache
def six(seed: int = 1337) -> tuple[Sheet, ...]:
    return make(Order((None,), seed=seed, answers=True)).copies[0].sheets


@lru_cache
def trace_of(seed: int) -> Trace:
    return Source("pencil", seed, sequences=1).first


@lru_cache
def on_topics(preset: str, seed: int) -> list[tuple[Trace, Sheet]]:
    """A sheet on each topic whose numbers come from one trace, and the trace."""
    topics = [topic for topic in TOPICS if topic.source in ("first", "later", "masked")]
    source = Source(preset, seed)
    made = make(Order(tuple(topics), preset, seed)).copies[0].sheets
    return [(getattr(source, topic.source), sheet) for topic, sheet in zip(topics, made, strict=True)]


def sheets() -> list[tuple[Trace, Sheet]]:
    found = [(trace_of(seed), sheet) for seed in SEEDS for sheet in six(seed)]
    return [*found, *on_topics("pencil", 5), *on_topics("demo", 6)]


def lines(sheet: Sheet) -> Iterator[Line]:
    return (line for question in sheet.questions for line in question.key)


def exact(trace: Trace, element: Access) -> float:
    return float(np.asarray(trace.arrays[element.tensor.name])[element.subscripts])


def accepted(line: Line, answer: float) -> bool:
    low, high = line.accepted
    slack = 1e-9 * max(1, abs(answer))
    return answer in line.accepted or low - slack <= answer <= high + slack


def test_the_key_is_the_trace():
    count = 0
    for trace, sheet in sheets():
        for line in lines(sheet):
            assert isinstance(line.stages[-1], Constant)
            assert line.stages[-1].value == seen(exact(trace, line.element))
            count += 1
    assert count > 600


def test_each_stage_of_a_working_comes_to_the_answer():
    for trace, sheet in sheets():
        for line in lines(sheet):
            for stage in line.stages[:-1]:  # its numbers are rounded, so it comes near
                found = reference.value(stage, {}, trace.arrays)
                assert found == pytest.approx(exact(trace, line.element), rel=0.05, abs=0.002), line


def test_every_number_that_is_given_is_the_traces_as_it_is_shown():
    count = 0
    for trace, sheet in sheets():
        for grid in (grid for question in sheet.questions for grid in question.given):
            for element, cell in places(grid):
                value, word = exact(trace, element), element.tensor.name in ("tokens", "targets")
                want = f"{value:.0f} {trace.tokenizer.label(int(value))}" if word else shown(value)
                assert cell.text == want or (cell.text == "" and cell.question)
                count += 1
    assert count > 2000


def test_every_box_has_an_answer_and_every_answer_a_box():
    for _, sheet in sheets():
        for question in sheet.questions:
            boxes = [element for grid in question.boxes for element, cell in places(grid) if cell.text == ""]
            assert boxes == [line.element for line in question.key]


def test_what_is_said_to_be_above_is_there():
    for _, sheet in sheets():
        there: dict[str, set[int]] = {}
        for question in sheet.questions:
            for above in question.from_above:
                assert above.question in there[above.tensor.name]
                assert above.question < question.number
            for grid in (*question.given, *question.boxes):
                there.setdefault(grid.tensor.name, set()).add(question.number)


def test_the_sheet_is_enough_and_gives_no_answer_away():
    """Somebody who knows only what is printed there can answer everything, and is then right."""
    for trace, sheet in sheets():
        answers = Person(trace).does(sheet)
        for line in lines(sheet):
            assert accepted(line, answers[line.element]), line


@pytest.mark.parametrize("seed", SEEDS)
def test_who_rounds_every_intermediate_result_is_right_too(seed):
    for sheet in six(seed):
        answers = Person(trace_of(seed), seen).does(sheet)
        for line in lines(sheet):
            assert accepted(line, answers[line.element]), line


def test_a_wrong_answer_is_not_accepted_and_ranges_are_narrow():
    for seed in SEEDS:
        for sheet in six(seed):
            for line in lines(sheet):
                value = exact(trace_of(seed), line.element)
                low, high = line.accepted
                assert high - low <= 0.05 * abs(value) + 0.005, line
                assert not accepted(line, value * 1.2 + copysign(0.02, value)), line


def test_the_six_sheets_go_from_words_to_an_update():
    found = six()
    assert [sheet.title[0] for sheet in found] == list("123456")
    assert all(sheet.one_page for sheet in found)
    asked = [question.key[0].element.tensor.name for sheet in found for question in sheet.questions]
    assert (asked[0], asked[-1]) == ("tok_emb", "new.transformer.wte.weight")
    assert {"h.0.attn.scores", "h.0.mlp.gelu", "logits", "probs", "nll", "d.logits"} < set(asked)
    new, trace = found[-1].questions[-1].key[0].element, trace_of(1337)
    old = trace.program.tensors["transformer.wte.weight"][new.subscripts]
    assert abs(exact(trace, new) - exact(trace, old)) > 0.005  # the learning rate is not 0


def test_the_trace_command_shows_the_same_numbers(command: Command):
    """The sheet says how to see its numbers, and there they are."""
    later = [sheet for _, sheet in on_topics("demo", 6) if sheet.title == KEYS["adamw-later"].title]
    compared = 0
    for sheet in (six(3)[-1], *later):
        result = command(*sheet.trace.split()[1:], "--format", "json")
        assert result.code == 0, result.err
        traced = json.loads(result.out)
        for line in lines(sheet):
            values = np.array(traced[line.element.tensor.name]["values"])
            assert seen(float(values[line.element.subscripts])) == line.stages[-1].value
            compared += 1
    assert compared > 20


def test_the_command_prints_the_same_sheet_again():
    score = KEYS["score"]
    copy = make(Order((None, score), seed=4)).copies[0]
    assert copy.sheets == (*six(4), *make(Order((score,), seed=4)).copies[0].sheets)
    assert copy.commands == (
        f"gpt-by-hand worksheet {SIX_SHEETS} --preset pencil --seed 4",
        "gpt-by-hand worksheet score --preset pencil --seed 4",
    )


def test_copies_differ_and_each_is_its_seeds():
    made: list[int] = []
    booklet = make(Order((None,), seed=7, copies=5), lambda: made.append(1))
    assert [copy.seed for copy in booklet.copies] == [7, 8, 9, 10, 11]
    answers = {tuple(line.stages[-1] for line in lines(copy.sheets[4])) for copy in booklet.copies}
    assert len(answers) == len(made) == 5
    assert booklet.copies[2].sheets == six(9)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_every_topic_has_sheets(topic):
    for seed in (1, 2):
        (sheet,) = make(Order((topic,), "pocket", seed)).copies[0].sheets
        assert sheet.title == topic.title
        assert [question.number for question in sheet.questions] == list(range(1, len(sheet.questions) + 1))
        assert sheet.questions
        for question in sheet.questions:
            assert question.words[0].isupper() or not question.words[0].isalpha()
            assert not set("{}@") & set(question.words)
            assert not any(line.blurred for line in question.key)


def test_nothing_is_asked_twice():
    trace = Source("pencil", 8).first
    for topic in (topic for topic in TOPICS if topic.source == "first"):
        elements = [(ask.name, place) for ask in choose(topic, trace, Random(0)) for place in ask.places]
        assert len(set(elements)) == len(elements) > 0


def test_masked_scores_are_asked_for_and_are_minus_infinity():
    found = [line for seed in range(5) for line in lines(make(Order((KEYS["score"],), seed=seed)).copies[0].sheets[0])]
    masked = [line for line in found if isinf(line.stages[-1].value)]
    assert masked and not any(line.note for line in masked)
    assert len(masked) < len(found)


@pytest.mark.parametrize(
    ("exactly", "by_hand", "low", "high", "said"),
    [
        (0.5, 0.5, 0.5, 0.5, ""),
        (0.12344, 0.1234, 0.1233, 0.1236, "accept 0.1233 to 0.1236"),
        (0.12344, 0.1235, 0.1234, 0.1236, "the sheet's rounded numbers give 0.1235; accept 0.1234 to 0.1236"),
        (float("-inf"), float("-inf"), 0, 0, ""),
        (1.5, 1.5, float("-inf"), float("inf"), "depends on rounding too much to say what is right"),
    ],
)
def test_notes(exactly, by_hand, low, high, said):
    assert note(exactly, by_hand, low, high) == said


def test_the_help_is_the_formula_and_good_enough():
    x = Tensor("x", (Index("i", 1),))[0]
    own = (1 + erf(x / sqrt(Constant(2)))) / 2
    for at in np.linspace(-5, 5, 501):
        assert from_table(own, x, float(at)) == pytest.approx(worked_out(own, x, float(at)), abs=4e-4)
    (found,) = [question.help for question in six()[3].questions if question.help]
    cells = {row + column: cell for row, line in zip(found.rows, found.cells, strict=True)
             for column, cell in zip(found.columns, line, strict=True)}  # fmt: skip
    assert len(cells) == 80
    for at, cell in cells.items():
        assert cell == f"{worked_out(own, x, float(at)):.4f}", at
