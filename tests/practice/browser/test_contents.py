"""What travels in pages: every box can be filled in, and its answers, ranges, hints and mistakes are those of paper and
of exercises."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.language import speaking
from gpt_by_hand.notation import Access
from gpt_by_hand.practice.booklet import asking, making
from gpt_by_hand.practice.browser import codes, contents, order
from gpt_by_hand.practice.browser.contents import copy
from gpt_by_hand.practice.browser.markup import FieldView, markup
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.choosing import series
from gpt_by_hand.practice.diagnosis import hints, is_right
from gpt_by_hand.practice.page import as_data
from gpt_by_hand.practice.question import Question, ask
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic
from tests.practice.booklet.sheets import is_rounded, source
from tests.practice.browser.made import boxes, maths, nodes, questions, text
from tests.support.mathml_read import python

SHEETS: tuple[Topic | None, ...] = (None, *TOPICS)
SEEDS = range(5)
SHOWN = ("solution", "check")
MINUS_0 = re.compile(r"(?:^|[=(⋅])[-−]0(?:[.,]0*)?(?![\d.,e])")
NO_BACKWARDS = {
    "tokens",
    "variance",
    "gelu",
    "clipping",
    "schedule",
}  # of which no operand follows, or only what is asked
NAMED = re.compile("<math[^>]*><mo>=</mo>(<mi>[^<]*</mi>|<msub>.*</msub>)</math>")  # what is only looked up
FUNCTIONS = {name: getattr(np, name) for name in ("exp", "log", "sqrt", "tanh", "cos")}
FUNCTIONS |= {"erf": math.erf, "max": max, "inf": math.inf, "pi": math.pi}


@pytest.fixture(autouse=True)
def one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (making, order):
        monkeypatch.setattr(module, "Source", source)


def key_of(topic: Topic | None) -> str:
    return topic.key if topic else "six-sheets"


@cache
def made(topic: Topic | None, seed: int) -> tuple[dict[str, Any], tuple[asking.Question, ...]]:
    """A copy, and the questions of paper that it was made from."""
    wanted = PageOrder((topic,), seed=seed)
    return copy(wanted), tuple(q for _, some in making.sheets_of(topic, wanted.source) for q in some)


def paired(
    topic: Topic | None, seed: int
) -> Iterator[tuple[dict[str, Any], Question, tuple[float, tuple[float, float]]]]:
    """Each box of the paper's questions, with the exercise for its element, and what the key says of it."""
    page, sheets = made(topic, seed)
    for shown, sheet in zip(questions(page), sheets, strict=False):
        of = replace(KEYS.get(shown["topic"], TOPICS[0]), inline=sheet.ask.inline)
        asked = [ask(of, sheet.trace, sheet.ask.name, place) for place in sheet.ask.places]
        yield from zip(shown["boxes"], asked, sheet.accepted, strict=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("topic", SHEETS, ids=key_of)
def test_every_box_can_be_filled_in(topic: Topic | None, seed: int) -> None:
    """Each has one field, in its order; JSON keeps it all; nothing styles itself; and every text is somebody's."""
    page, sheets = made(topic, seed)
    assert json.loads(json.dumps(page, allow_nan=False)) == page
    assert len(sheets) <= len(questions(page)) <= len(sheets) + 1
    for question in questions(page):
        assert [n for n, _ in enumerate(question["boxes"])] == sorted(fields(question))
        assert not any("style" in attributes for _, attributes, *_ in nodes(["div", {}, *question["blocks"]]))
        spoken = [mistake[0] for box in question["boxes"] for mistake in box["mistakes"]]
        assert set(spoken) == set(range(len(question["says"])))
        assert len(set(question["says"])) == len(question["says"])
        for box in question["boxes"]:
            assert box["label"].startswith(box["address"] + ": ")
            assert box["hints"] and text(box["solution"]) and text(box["check"]) and box["precision"]


def fields(question: dict[str, Any]) -> list[int]:
    found = [node for node in nodes(["div", {}, *question["blocks"]]) if node[1].get("class") == "field"]
    assert all(node[0] == "span" and len(node) == 2 for node in found)
    return [int(node[1]["data-box"]) for node in found]


@pytest.mark.parametrize("topic", SHEETS, ids=key_of)
def test_answers_are_the_trace_s_and_the_key_s(topic: Topic | None) -> None:
    """The number that the trace has at the address, up to what float32 leaves of 0; written as the key writes it."""
    for seed in SEEDS:
        keys = [working.stages[-1].value for one in made(topic, seed)[1] for working in one.answered.blocks]
        for (box, asked, _), known in zip(paired(topic, seed), keys, strict=True):
            traced, answer = float(asked.trace.arrays[asked.name][asked.place]), float(box["answer"])
            assert answer == pytest.approx(traced, rel=1e-9, abs=1e-7), box["address"]
            assert float(box["shown"]) == known
            assert is_rounded(box["shown"], answer)


@pytest.mark.parametrize("topic", SHEETS, ids=key_of)
def test_what_is_accepted_is_all_that_exercise_and_the_key_accept(topic: Topic | None) -> None:
    for box, asked, (exact, known) in (each for seed in SEEDS for each in paired(topic, seed)):
        low, high, answer = (float(box[name]) for name in ("low", "high", "answer"))
        assert low <= float(box["shown"]) <= high
        assert low <= min(exact, *known) and max(exact, *known) <= high
        if not math.isfinite(answer):
            assert low == high == answer == asked.answer
            continue
        edges = [asked.answer + side * asked.tolerance * part for side in (-1, 1) for part in (0, 0.5, 1, 1.001, 2)]
        assert all(low <= edge <= high for edge in edges if is_right(asked, edge))
        furthest = max(asked.tolerance, *(abs(end - answer) for end in known), 1e-7)
        assert max(answer - low, high - answer) <= furthest * (1 + 1e-6) + 1e-8 * abs(answer)


@pytest.mark.parametrize("topic", SHEETS, ids=key_of)
def test_mistakes_are_those_of_exercise(topic: Topic | None) -> None:
    """In their order, with what is said of each, its number, how far from it one may be, and which are the same."""
    page, _ = made(topic, 1)
    of_boxes = [(question, box) for question in questions(page) for box in question["boxes"]]
    for (question, box), (same, asked, _) in zip(of_boxes, paired(topic, 1), strict=False):
        assert box is same
        assert len(box["mistakes"]) == len(asked.mistakes)
        for said, mistake in zip(box["mistakes"], asked.mistakes, strict=True):
            what, value, allowed, cost, node, kind = said
            assert (question["says"][what], question["kinds"][kind], cost) == (mistake.said, mistake.kind, mistake.cost)
            assert float(value) == pytest.approx(mistake.value, rel=1e-11, nan_ok=True)
            wanted = asked.tolerance_of(mistake)
            assert wanted <= float(allowed) <= wanted * (1 + 1e-8)
            assert node == [other.node for other in asked.mistakes].index(mistake.node) or node < len(asked.mistakes)
        numbers = {mistake.node: said[4] for said, mistake in zip(box["mistakes"], asked.mistakes, strict=True)}
        assert [numbers[mistake.node] for mistake in asked.mistakes] == [said[4] for said in box["mistakes"]]
        assert len(set(numbers.values())) == len(numbers)


def read(math_: str) -> float:
    return float(eval(python(math_).removeprefix("=="), {"__builtins__": {}}, FUNCTIONS))


@pytest.mark.parametrize("topic", SHEETS, ids=key_of)
def test_hints_lead_to_the_answer(topic: Topic | None) -> None:
    """Each is what the number is equal to: read as arithmetic, by what stands there, it is the answer, roughly."""
    for box in boxes(made(topic, 2)[0]):
        if box["whole"] or box["answer"] == "-inf" or NAMED.fullmatch(maths(box["hints"][0])[1]):
            continue
        for hint in (*box["hints"], box["solution"]):
            _, *stages = maths(hint)
            assert [float(box["answer"])] * len(stages) == pytest.approx([*map(read, stages)], abs=reach(box))
        assert maths(box["solution"])[0] == maths(box["hints"][0])[0]
        assert read(maths(box["solution"])[-1]) == pytest.approx(float(box["shown"]))
        assert ("more exactly" in text(box["solution"])) == (float(box["shown"]) != float(f"{box['answer']:.6g}"))
        parts = maths(box["check"])
        assert "does" in text(box["check"]) or all(math.isfinite(read(part)) for part in parts)


def reach(box: dict[str, Any]) -> float:
    return max(1.01 * float(box["tolerance"]), 1e-6)


def test_hints_of_words_and_of_what_is_masked() -> None:
    (first, *_) = boxes(made(KEYS["tokens"], 0)[0])
    assert text(first["hints"][0]).startswith(f"{first['address']} = the number of ")
    masked = [box for seed in SEEDS for box in boxes(made(KEYS["score"], seed)[0]) if box["answer"] == "-inf"]
    assert masked
    for box in masked:
        assert "≤" in text(box["hints"][0])
        assert "…" in text(box["hints"][0])
        assert text(box["solution"]).endswith("=−∞")
        assert (box["low"], box["high"], box["shown"]) == ("-inf", "-inf", "-inf")
        assert text(box["check"]).startswith("Check this part first: does ")


@pytest.mark.parametrize("topic", TOPICS, ids=key_of)
def test_the_last_question_solves_backwards(topic: Topic) -> None:
    """For an operand, which the trace has; nothing that the sheet asks for is given away."""
    found = 0
    for seed in SEEDS:
        page, sheets = made(topic, seed)
        others, turned = questions(page)[: len(sheets)], questions(page)[len(sheets) :]
        assert not any("Backwards" in text(block) for question in others for block in question["blocks"])
        for question in turned:
            found += 1
            assert question["blocks"][0][:2] == ["h3", {"class": "backwards"}]
            (box,) = question["boxes"]
            assert "inf" not in box["precision"]
            assert box["address"] not in {one["address"] for other in others for one in other["boxes"]}
            assert not [one["address"] for other in others for one in other["boxes"] if shows(question, one["address"])]
            if topic.source not in ("sampling", "schedule"):
                name, _, place = box["address"].rstrip("]").partition("[")
                traced = PageOrder((topic,), seed=seed).source.trace(topic.source, None)  # type: ignore[arg-type]
                where = tuple(map(int, place.split(","))) if place else ()
                assert box["answer"] == pytest.approx(float(traced.arrays[name][where]), rel=1e-6, abs=1e-7)
    assert (found == 0) == (topic.key in NO_BACKWARDS)


def shows(question: dict[str, Any], address: str) -> bool:
    """Does it name a number and say what it is?"""
    return f"{address} = " in " ".join(text(block) for block in question["blocks"][:-1])


@pytest.mark.parametrize("use_bias", [False, True])
def test_exercises_are_those_of_json(use_bias: bool) -> None:
    wanted = PageOrder((), seed=7, kind="exercise", count=26, use_bias=use_bias)
    page = questions(copy(wanted))
    topics = contents.mixture(7)
    for question, exercise in zip(page, series(topics, wanted.source, 26), strict=True):
        (box,), data = question["boxes"], as_data(exercise)
        assert [question[name] for name in ("topic", "title")] == [data[name] for name in ("topic", "title")]
        assert question["command"] == f"gpt-by-hand exercise {data['topic']}"
        wanted_of_box = ("address", "answer", "shown", "precision", "tolerance")
        assert [box[name] for name in wanted_of_box] == [data[name] for name in wanted_of_box]
        assert len(box["hints"]) == len(hints(exercise))
        said = sorted((question["kinds"][kind], question["says"][what]) for what, *_, kind in box["mistakes"])
        assert said == sorted((mistake["kind"], mistake["says"]) for mistake in data["mistakes"])
        assert fields(question) == [0]


def test_one_topic_or_a_mixture_has_its_name() -> None:
    assert PageOrder((KEYS["score"],), kind="exercise").title == "Attention score"
    assert PageOrder((), kind="exercise").title == "Exercises of GPT-by-Hand"


def test_the_command_that_makes_it_again() -> None:
    sheets = PageOrder((KEYS["score"], None), seed=9, precision="float32")
    assert sheets.again == "gpt-by-hand worksheet score six-sheets --page --preset pencil --seed 9 --precision float32"
    exercises = PageOrder((), "pocket", 3, kind="exercise", use_bias=True, count=2)
    assert exercises.again == "gpt-by-hand exercise --page --preset pocket --seed 3 --count 2 --use_bias"


def test_numbers_are_written_as_in_the_language() -> None:
    with speaking("de"):
        page = copy(PageOrder((KEYS["score"],), seed=3))
    english = boxes(made(KEYS["score"], 3)[0])
    assert page["again"][0].endswith(" --language de")
    for box, other in zip(boxes(page), english, strict=True):
        assert box["shown"] == other["shown"].replace(".", ",")
        assert [box[name] for name in ("answer", "low", "high")] == [other[name] for name in ("answer", "low", "high")]
    begins, outcomes = [(0, 4)], [codes.Outcome(2, 3)] * len(questions(page))
    both = [codes.code(begins, outcomes, questions(one)) for one in (page, made(KEYS["score"], 3)[0])]
    assert both[0] == both[1]


def test_how_precise_to_be_is_easy_to_read() -> None:
    said = [box["precision"] for topic in SHEETS for box in boxes(made(topic, 0)[0])]
    assert "Give 4 decimals; rounding differences up to 0.00005 count as right." in said
    assert any(re.search(r"up to \de-0[67] count", one) for one in said)
    assert not any("e-05" in one or "e+" in one for one in said)


@pytest.mark.parametrize("topic", SHEETS, ids=key_of)
def test_nothing_that_is_shown_is_minus_zero(topic: Topic | None) -> None:
    """Neither in a table, the help of GELU's among them, nor in a step; only the name of that table's row is −0."""
    for question in questions(made(topic, 0)[0]):
        boxes = question["boxes"]
        told = [*(hint for box in boxes for hint in box["hints"]), *(box[key] for box in boxes for key in SHOWN)]
        cells = [node for block in question["blocks"] for node in nodes(block) if node[0] in ("td", "p")]
        assert [one for one in map(text, (*cells, *told)) if MINUS_0.search(one)] == []


def test_what_a_view_prints_comes_back_as_it_was() -> None:
    odd = """a"b'c<d>&amp;</script><img src=x onerror=alert(1)>\u00a0–"""
    assert markup(FieldView().text(odd)) == [odd]
    assert FieldView([]).boxes == {}
    element = Access(made(KEYS["mean"], 0)[1][0].trace.program.tensors["tokens"], (0, 0))
    with pytest.raises(KeyError):
        FieldView().blank(asking.Blank(element=element))
