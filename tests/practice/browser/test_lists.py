"""Lists of codes as teachers have them: names before or behind, tables, comments, and what cannot be read."""

import random

import pytest

from gpt_by_hand.practice.browser import codes
from gpt_by_hand.practice.browser.codes import Outcome
from gpt_by_hand.practice.browser.lists import entries, entry
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import TOPICS


def made(draw: random.Random) -> str:
    questions = [{"boxes": [{"shown": f"{draw.gauss(0, 1):.4f}", "mistakes": [0] * 30}]} for _ in range(3)]
    order = PageOrder(tuple(draw.choices(TOPICS, k=draw.randint(1, 3))), seed=draw.randrange(2**12))
    return codes.code(codes.header(order), [Outcome(draw.randrange(4)) for _ in questions], questions)


CODE = made(random.Random(1))
SPACED, BARE = CODE.replace("-", " "), CODE.replace("-", "")
LINES = {
    "{}": "",
    "Anna {}": "Anna",
    "Anna K. {}": "Anna K.",
    "{} Anna K.": "Anna K.",
    "Anna;{}": "Anna",
    "{};Anna": "Anna",
    "{},Anna": "Anna",
    '"Müller, Anna";{}': "Müller, Anna",
    '"Müller, Anna",{}': "Müller, Anna",
    "Müller, Anna {}": "Müller, Anna",
    "Anna\t{}": "Anna",
    "Anna; Müller ;9b; {} ;": "Anna Müller 9b",
    "Anna: {}": "Anna:",
    "  Anna   {}  # late": "Anna",
    "9b Anna {}": "9b Anna",
    "Group #3; {}": "Group #3",
    "\x1b[31mAnna {}": "[31mAnna",
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("written", [CODE, BARE, CODE.lower(), SPACED])
def test_a_line_has_a_code_and_a_name(line, written):
    (found,) = entries(line.format(written))
    assert (LINES[line], BARE) in [(name, code.letters) for name, code in found.readings]
    assert found.where == "line 1"


def test_the_likeliest_reading_comes_first():
    """A name may look like letters of a code; that it fits the check letter, too, is rare, and its code comes later."""
    draw = random.Random(2)
    first = 0
    for _ in range(300):
        code, name = made(draw), draw.choice(["Anna", "Ben 9b", "Zoe B2", "ADA", "Max Payne"])
        written = draw.choice([code, code.replace("-", " "), code.lower()])
        line = draw.choice([f"{name} {written}", f"{written} {name}", f"{name};{written}"])
        found = entry(line).readings
        assert (name, code.replace("-", "")) in [(name, code.letters) for name, code in found], line
        first += found[0][1].letters == code.replace("-", "")
    assert first > 270


def test_a_list_of_lines():
    text = f"\n# class 9b\nName;Code\nAnna;{CODE}\n\n   # absent: Ben\nCarl;{CODE[:-1]}\nDora\n"
    found = entries(text)
    assert [one.where for one in found] == ["line 4", "line 7", "line 8"]
    assert not found[0].problem
    assert f"'{CODE[:-1]}' cannot be read: it has a typing error" in found[1].problem
    assert found[2].problem == "there is no code in 'Dora'"


@pytest.mark.parametrize(
    ("head", "line", "name"),
    [
        ("Nr;Name;Code", "1;Anna;{}", "Anna"),
        ("code,class,name", "{},9b,Anna", "Anna"),
        ("name,code,sheet,seed,1", "Anna,{},score,1337,not solved: without dividing by sqrt(D)", "Anna"),
        ("Vorname;Name;Codes", "Anna;Müller", None),
        ("Codes;Klasse", "{};9b", "9b"),
        ("Name;Class", "Anna;{}", None),
    ],
)
def test_a_head_says_which_column_is_which(head, line, name):
    *before, found = entries(f"\n{head}\n{line.format(CODE)}")
    assert [name, BARE] == [found.readings[0][0], found.readings[0][1].letters] if name else found.problem or before


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(ending):
    assert len(entries(ending.join([CODE, "", f"Anna {CODE}"]))) == 2


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing", "   \t \n"])
def test_a_list_without_codes(text):
    assert entries(text) == []


def test_a_very_long_cell():
    assert entry(f"{'a' * 200_000};{CODE}").readings[0][1].letters == BARE
    assert len(entry("a" * 200_000 + ";b").problem) < 100
    assert len(entry("a1" * 100_000).problem) < 200


def test_a_very_long_line():
    found = entry("a " * 20_000 + CODE)
    assert found.readings[0][1].letters == BARE
