"""What stands on the screen: all that is needed, in as much room as there is."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gpt_by_hand.layout.document import Number, Reference, Row, Table
from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.choosing import backwards, choose
from gpt_by_hand.practice.diagnosis import NOISE, is_right, stages
from gpt_by_hand.practice.formulas import is_masked
from gpt_by_hand.practice.given import MISSING, singles, tables
from gpt_by_hand.practice.numbers import seen, shown, unit
from gpt_by_hand.practice.page import (
    LAYOUTS,
    ROWS_OF_A_SOLUTION,
    fitted,
    lines,
    precision,
    sections,
    solution,
    wrapped,
)
from gpt_by_hand.practice.question import ask
from gpt_by_hand.practice.quiz import ROWS_AROUND
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic
from gpt_by_hand.views.text import TextView, plain
from tests.views.test_every_fact import VIEWS, missing, printed

source = lru_cache(maxsize=None)(Source)
each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
WIDTH, ROWS = 80, 24


@each_topic
def test_every_exercise_fits_a_terminal(topic: Topic) -> None:
    """With the solution of the one before it, its title and its prompt."""
    for preset, seed in (*(("pencil", seed) for seed in range(8)), ("pocket", 1), ("pocket", 2), ("demo", 1)):
        for number in range(2):
            question = choose(topic, source(preset, seed), number)
            found = fitted(question, WIDTH, ROWS - ROWS_AROUND)
            assert len(found) <= ROWS - ROWS_AROUND, (question.address, seed)
            assert max(map(cell_len, found)) <= WIDTH
            reply = wrapped(f"Right: {solution(question, WIDTH)}", WIDTH)
            assert len(reply) <= ROWS_OF_A_SOLUTION
            assert shown(question.answer) in "".join(reply)


@each_topic
def test_what_is_needed_is_there_in_every_layout(topic: Topic) -> None:
    for preset, number in (("pencil", 0), ("pencil", 1), ("pencil", 2), ("demo", 0)):
        question = choose(topic, source(preset, 5), number)
        if question.result.tensor.kind == "integer":
            continue
        for layout in LAYOUTS:
            text = "\n".join(lines(question, WIDTH, layout))
            for operand in question.operands:
                assert shown(question.value(operand)) in text.split("\n", 1)[1], (operand, layout)
            given = [row for _, table in tables(question, layout.near) for row in table.rows]
            gaps = [part for row in given for cell in row.cells for part in cell]
            assert gaps.count(MISSING) <= (question.missing is not None)
            assert question.address not in singles(question, layout.near)
            assert f"{question.address} = {shown(question.answer)}" not in text


@each_topic
@pytest.mark.parametrize("name", VIEWS)
def test_every_view_prints_every_part(topic: Topic, name: str) -> None:
    for preset, number in (("pencil", 0), ("pencil", 1), ("pocket", 0)):
        exercise, view = [*chain.from_iterable(sections(choose(topic, source(preset, 5), number)))], VIEWS[name]
        page = printed(view, exercise)
        assert missing(view, exercise, page) == []
        assert "?" in page


def test_a_table_too_wide_goes_on_below_with_its_names() -> None:
    rows = tuple(Row(((name,), *((Number(n, f"{n}.5"),) for n in range(12)))) for name in ("0 hear", "1 the"))
    table = Table("known", ((), *((f"{n} word",) for n in range(12))), rows, (Reference("x[t, v]"),))
    page = plain([table], 48)
    assert max(map(len, page.splitlines())) <= 48
    assert missing(TextView(width=200), [table], plain([table], 200)) == []
    assert page.count("0 hear") == page.count("1 the") == 3
    assert re.findall(r"\d+ word", page) == [f"{n} word" for n in range(12)]
    assert re.findall(r"\d+\.5", page) == [
        f"{n}.5" for a, b in ((0, 4), (4, 8), (8, 12)) for _ in rows for n in range(a, b)
    ]


def test_rows_beside_those_needed_give_way_to_the_room() -> None:
    question = ask(KEYS["embedding"], source("pencil", 3).first, "embed", (1, 1, 0))
    heights = [len(fitted(question, WIDTH, rows)) for rows in (40, 20, 16, 13, 1)]
    assert heights == sorted(heights, reverse=True)
    assert all(height <= rows for height, rows in zip(heights[:-1], (40, 20, 16, 13), strict=True))
    everything, least = fitted(question, WIDTH, 40), fitted(question, WIDTH, 1)
    assert sum(line.startswith("    7 you") for line in everything) == 1
    assert "tokens[1,1] = 3 (hear)" in " ".join(least)
    assert not any(line.startswith("    ") for line in least[2:])


def test_only_a_number_that_can_be_masked_itself_may_be_infinite() -> None:
    asked = {key: precision(choose(KEYS[key], source("pencil", 3), 0)) for key in ("score", "softmax", "sampling")}
    assert {key for key, said in asked.items() if "-inf" in said} == {"score"}


def test_sampling_says_what_it_draws_from() -> None:
    for seed in range(4):  # with seed 0, a word that is not among them
        question = choose(KEYS["sampling"], source("pencil", seed), 0)
        logits, threshold = (question.trace.arrays[name] for name in ("logits", "threshold"))
        words = [question.trace.tokenizer.label(n) for n in range(len(logits)) if logits[n] >= threshold]
        text = "\n".join(lines(question, 200))
        assert f"from the k = {len(words)} words whose scores reach the threshold" in text
        assert "(" + ", ".join(f'"{word}"' for word in words) + ")" in text
        assert f"threshold = {shown(float(threshold))}  the lowest score that may still be drawn" in text


def test_an_inverse_question_is_a_sentence() -> None:
    trace = source("pencil", 3).first
    missing = next(a for a in ask(KEYS["residual"], trace, "h.0.mid", (0, 3, 3)).operands if a.tensor.name == "embed")
    question = ask(KEYS["residual"], trace, "h.0.mid", (0, 3, 3), missing)
    result = shown(float(trace["h.0.mid[0,3,3]"]))
    assert question.meaning == (
        f"what must embed[0,3,3] be, so that h.0.mid[0,3,3] is {result}? That number answers: sequence 0, channel 3: "
        'what is "dog" after it has looked around?'
    )


line = st.lists(st.sampled_from(["a", "word", "h.0.mid[b, t, c]", "*", "+ (-0.25)", "…" * 7]), max_size=30)


@given(line, st.sampled_from(["", "  ", "    "]), st.integers(24, 100))
@settings(max_examples=100)
def test_lines_break_between_words(words: list[str], before: str, width: int) -> None:
    text = before + " ".join(words)
    found = wrapped(text, width)
    assert all(cell_len(piece) <= width for piece in found)
    assert [word for piece in found for word in piece.split()] == text.split()
    assert all(piece.count("[") == piece.count("]") for piece in found)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_what_is_said_to_count_as_right_does(topic: Topic) -> None:
    """Whoever is off by no more, from the answer as it is shown, at its last digit or behind it."""
    for seed, number in product(range(3), range(4)):
        question = choose(topic, source("pencil", seed), number)
        found = re.search(r"up to (\S+) count", precision(question))
        if found is None or is_masked(question.own):  # a share of 0 is promised what its neighbours are
            continue
        near, answer = float(found[1]), seen(question.answer)
        assert near >= unit(question.answer) / 2 * (1 - 1e-9)
        off = [n * unit(answer) for n in range(int(near / unit(answer) + NOISE) + 1)]
        rounding = abs(answer - question.answer)
        off += [near if near > unit(answer) / 2 * (1 + NOISE) else near - rounding]
        for number_off in (sign * way for way in off for sign in (-1, 1)):
            assert is_right(question, answer + number_off), (question.address, answer, near, number_off)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_no_step_has_what_only_floats_add(topic: Topic) -> None:
    """ln(1) is 0, and not 2.22e-16; a step has no smaller numbers than those that it begins with, but by dividing."""
    for seed in range(6):
        asked = choose(topic, source("pencil", seed), 0), backwards(topic, source("pencil", seed), lambda _: True)
        for question in filter(None, asked):
            known = [abs(question.value(element)) for element in question.operands]
            least = min((value for value in known if value), default=1.0) ** 2
            numbers = (one.value for stage in stages(question) for one in stage.find(Constant))
            for value in numbers:
                assert value == 0 or abs(value) > min(1e-12, least / 100), (question.address, value)
                assert str(value) != "-0.0", question.address
