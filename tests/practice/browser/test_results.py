"""What a class made of a sheet, counted, and shown as a document, as data and as a table for a spreadsheet."""

import csv
import random
import shutil
import subprocess
from collections import Counter

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import cells
from gpt_by_hand.language import speaking
from gpt_by_hand.practice.browser import codes
from gpt_by_hand.practice.browser.class_page import as_csv, as_data, document, harmless
from gpt_by_hand.practice.browser.codes import Outcome
from gpt_by_hand.practice.browser.lists import entry
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.browser.results import answered, by_sheet
from gpt_by_hand.practice.topics import KEYS, TOPICS
from gpt_by_hand.views import page
from gpt_by_hand.views.text import plain

SAYS = ["without dividing by sqrt(D)", "with q and k exchanged", "with the other sign"]
KINDS = ["scale", "exchanged", "sign"]


def remake(order: PageOrder, many: int = 3) -> dict:
    """A made-up copy: of each topic a sheet of so many questions with two boxes, each of which knows three mistakes."""

    def question(topic, sheet, number):
        mistakes = [[n, 0.5, 0.1, 0, 0, n] for n in range(3)]
        boxes = [
            {"address": f"{topic.key}[{box}]", "shown": f"{order.seed}.{sheet}{number}{box}", "mistakes": mistakes}
            for box in range(2)
        ]
        said = {"says": SAYS, "kinds": KINDS}
        return {"topic": topic.key, "title": topic.title, "number": number, "boxes": boxes, **said}

    topics = order.topics if order.kind == "worksheet" else [KEYS["score"]]
    return {
        "sheets": [
            {"title": topic.title, "questions": [question(topic, n, number) for number in range(1, many + 1)]}
            for n, topic in enumerate(topics, 1)
        ]
    }


def handed_in(order: PageOrder, outcomes: list[Outcome], name: str = "", make=remake):
    questions = [question for sheet in make(order)["sheets"] for question in sheet["questions"]]
    return answered(entry(f"{name} {codes.code(codes.header(order), outcomes, questions)}", "line 1"), make)


SCORE = PageOrder((KEYS["score"],), seed=7)
AT_ONCE, END, NOT, NO = Outcome(1), Outcome(2, 1), Outcome(3, 5), Outcome(0)


def a_class():
    return [
        handed_in(SCORE, [AT_ONCE, END, NOT], "Anna"),
        handed_in(PageOrder((KEYS["score"],), seed=8), [AT_ONCE, AT_ONCE, NO], "Ben"),
        handed_in(PageOrder((KEYS["score"],), seed=9), [END, Outcome(2, 4), Outcome(3)], "=SUM(A1)"),
    ]


def test_a_code_tells_what_was_made():
    anna = a_class()[0]
    assert (anna.name, anna.right, anna.at_once) == ("Anna", 2, 1)
    assert [(made.label, made.address, made.kind, made.says) for made in anna.mistakes] == [
        ("2", "score[0]", "scale", SAYS[0]),
        ("3", "score[1]", "exchanged", SAYS[1]),
    ]


def test_a_class_is_counted():
    (results,) = by_sheet(a_class())
    assert results.by_question["1"] == (0, 2, 1, 0)
    assert results.by_question["3"] == (1, 0, 0, 2)
    assert results.by_topic == {"score": (1, 3, 3, 2)}
    assert [(again.times, again.kind, again.labels) for again in results.mistakes] == [
        (3, "scale", ("1", "2")),
        (1, "exchanged", ("3",)),
    ]
    assert results.to_practise == ["score"]


def test_many_random_classes_are_counted_as_a_plain_count_does():
    draw = random.Random(3)
    for _ in range(20):
        topics = tuple(draw.sample(TOPICS, 3))
        made = []
        for seed in range(draw.randint(1, 12)):
            outcomes = [Outcome(state := draw.randrange(4), draw.randint(0, 6) if state > 1 else 0) for _ in range(9)]
            made.append((outcomes, handed_in(PageOrder(topics, seed=seed), outcomes, f"pupil {seed}x")))
        (results,) = by_sheet(pupil for _, pupil in made)
        for n, label in enumerate(results.labels):
            count = Counter(outcomes[n].state for outcomes, _ in made)
            assert results.by_question[label] == tuple(count[state] for state in range(4))
        kinds = Counter(
            (topics[n // 3].key, KINDS[(outcome.mistake - 1) % 3])
            for outcomes, _ in made
            for n, outcome in enumerate(outcomes)
            if outcome.mistake
        )
        assert {(again.topic, again.kind): again.times for again in results.mistakes} == kinds


def test_codes_of_several_sheets_are_apart():
    other = PageOrder((KEYS["mix"],), seed=7)
    found = by_sheet([*a_class(), handed_in(other, [AT_ONCE] * 3, "Zoe")])
    assert [len(results.pupils) for results in found] == [3, 1]
    assert found[1].to_practise == []


def test_a_code_of_another_copy_is_refused():
    def changed(order):
        return remake(order, many=2)

    (reading,) = [code for _, code in entry(a_class()[0].code.written).readings]
    with pytest.raises(UserError, match=f"'{reading.written}' cannot be read: it was not made by that sheet"):
        answered(entry(reading.written), changed)


def test_the_document_says_who_made_what():
    text = plain(document(by_sheet(a_class())))
    assert [line.split() for line in text.splitlines() if line.startswith("  Anna")] == [
        ["Anna", "7", "2/3", "✓", "○", "✗"]
    ]
    assert [line.split() for line in text.splitlines() if line.startswith("  right")] == [["right", "3", "3", "0"]]
    assert [line.split() for line in text.splitlines() if line.startswith("  at")] == [["at", "once", "2", "1", "0"]]
    assert "      3  score  1, 2      without dividing by sqrt(D)" in text
    assert "gpt-by-hand worksheet score --page -o score.html  Attention score (3 of 8 right at once)" in text


@pytest.mark.parametrize("pupils", [1, 12, 120])
@pytest.mark.parametrize(("topics", "many"), [(1, 3), (3, 4), (6, 11), (1, 40), (12, 2)])
def test_wide_tables_fit_80_columns(pupils, topics, many):
    def make(order):
        return remake(order, many)

    draw = random.Random(5)
    order = PageOrder(tuple(TOPICS[:topics]), seed=4_000_000_000)
    made = [
        handed_in(order, [Outcome(draw.randrange(2)) for _ in range(topics * many)], "A very long name indeed", make)
        for _ in range(pupils)
    ]
    (results,) = by_sheet(made)
    lines = plain(document([results])).splitlines()
    tables = [line for line in lines if line.startswith(("  A very", "  name", "  right", "  at once"))]
    assert len(tables) >= pupils + 3
    assert max(map(cells, tables)) <= 80
    heads = [label for line in lines if line.startswith("  name") for label in line.split()[2:]]
    assert heads == results.labels


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_view_prints_it(language):
    with speaking(language):
        found = document(by_sheet(a_class()))
        for form in ("html", "markdown", "latex"):
            assert "SUM(A1)" in str(page(found, form, "title")).replace("\\", "").replace("{", "").replace("}", "")


def test_data_have_everything():
    data = as_data(by_sheet(a_class()), [("line 9", "it is empty")])
    (sheet,) = data["sheets"]
    assert data["unread"] == [{"where": "line 9", "problem": "it is empty"}]
    assert sheet["topics"] == ["score"] and sheet["practise"] == ["gpt-by-hand worksheet score --page -o score.html"]
    assert [pupil["name"] for pupil in sheet["pupils"]] == ["Anna", "Ben", "=SUM(A1)"]
    assert sheet["pupils"][0]["questions"][1] == {
        "question": "2",
        "topic": "score",
        "state": "in the end",
        "mistake": {"address": "score[0]", "kind": "scale", "says": SAYS[0]},
    }
    assert sheet["questions"][2] == {"question": "3", "untouched": 1, "at once": 0, "in the end": 0, "not solved": 2}


@pytest.mark.parametrize(("language", "delimiter", "right"), [("en", ",", "at once"), ("de", ";", "auf Anhieb")])
def test_a_spreadsheet_reads_it(language, delimiter, right):
    with speaking(language):
        text = as_csv(by_sheet(a_class()))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(text[1:].splitlines(), delimiter=delimiter))
    assert [len(row) for row in rows] == [10] * 4
    assert [head.split()[1] for head in rows[0][7:]] == ["1", "2", "3"]
    assert not any(head[:1].isdigit() for head in rows[0])  # which may be taken for a date
    assert rows[1][0] == "Anna" and rows[1][7] == right and rows[1][8].endswith(f": {SAYS[0]}")
    assert rows[2][9] == ""
    assert rows[3][0] == "'=SUM(A1)"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_is_computed(cell):
    assert harmless(cell) == f"'{cell}"


def test_libreoffice_opens_it(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc")
    (tmp_path / "class.csv").write_text(as_csv(by_sheet(a_class())), encoding="utf-8", newline="")
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={tmp_path.as_uri()}/profile",
            "--headless",
            "--convert-to",
            "html",
            "class.csv",
        ],
        cwd=tmp_path,
        check=True,
        timeout=120,
        capture_output=True,
    )
    shown = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "SUM(A1)" in shown and "without dividing by sqrt(D)" in shown
