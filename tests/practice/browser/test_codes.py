"""The codes of what came out: read back exactly, by Python and from JavaScript; typing errors are noticed."""

import random

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.practice.browser import codes
from gpt_by_hand.practice.browser.codes import Outcome
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import KEYS, TOPICS
from tests.support.node import needs_node, node

MANY = 10_000


def any_order(draw: random.Random) -> PageOrder:
    kind = draw.choice(["worksheet", "exercise"])
    sheets = kind == "worksheet"
    topics = tuple(draw.choices([*TOPICS, *([None] if sheets else [])], k=draw.randint(1, 4) if sheets else 1))
    seed = draw.choice([draw.randrange(2**bits) for bits in (8, 16, 32)] + [1337, 1338, 2**32 - 1])
    usual = draw.random() < 0.5
    preset = "pencil" if usual or None in topics else draw.choice(codes.PRESETS)
    precision = "float64" if usual else draw.choice(codes.PRECISIONS)
    if sheets:
        return PageOrder(topics, preset, seed, precision=precision)
    biased, count = (False, 5) if usual else (draw.random() < 0.5, draw.randint(1, 1000))
    topics = topics if draw.random() < 0.8 else ()
    return PageOrder(topics, preset, seed, precision=precision, kind=kind, use_bias=biased, count=count)


def any_question(draw: random.Random) -> dict:
    boxes = draw.randint(1, 4)
    return {
        "boxes": [
            {"shown": f"{draw.gauss(0, 1):.4f}", "mistakes": [[0, 0.5, 0.1, 0, 0, 0]] * draw.randint(0, 20)}
            for _ in range(boxes)
        ]
    }


def any_outcome(draw: random.Random, question: dict) -> Outcome:
    state = draw.randrange(4)
    return Outcome(state, draw.randint(0, codes.mistakes_of(question)) if state > 1 else 0)


def any_result(draw: random.Random) -> tuple[PageOrder, list[dict], list[Outcome], str]:
    order = any_order(draw)
    questions = [any_question(draw) for _ in range(draw.randint(1, 12))]
    outcomes = [any_outcome(draw, question) for question in questions]
    return order, questions, outcomes, codes.code(codes.header(order), outcomes, questions)


def mistyped(text: str, draw: random.Random) -> str:
    """As people type: any case, blanks for dashes or none, O for 0, I or L for 1."""
    text = draw.choice([text, text.lower(), text.replace("-", " "), text.replace("-", ""), f"  {text} "])
    return "".join({"0": draw.choice("0Oo"), "1": draw.choice("1IiLl")}.get(letter, letter) for letter in text)


def test_random_results_are_read_back():
    draw, exact = random.Random(15), 0
    for _ in range(MANY):
        order, questions, outcomes, code = any_result(draw)
        found = codes.read(mistyped(code, draw))
        exact += found.order == order and found.outcomes(questions) == outcomes
    print(f"{exact:,} of {MANY:,} random results were read back exactly")
    assert exact == MANY


def read_by_the_description(code: str, questions: list[dict]) -> dict:
    """Another reader, which knows no more than what the module's text says."""
    values = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter) for letter in code.replace("-", "")]
    sum_ = 0
    for value in values:  # the polynomial of the letters at x, over GF(2), modulo x^5 + x^2 + 1
        sum_ = ((sum_ << 1) % 32 ^ (5 if sum_ >= 16 else 0)) ^ value
    assert sum_ == 0
    n, digits = sum(value * 32**place for place, value in enumerate(values[:-1])), []

    def take(radix: int) -> int:
        nonlocal n
        digits.append(n % radix)
        n //= radix
        return digits[-1]

    assert take(4) == 0
    exercises, unusual, topics, more = take(2), take(2), [], 1
    while more:
        topics.append(take(32))
        more = 0 if exercises else take(2)
    first, size = [(1337, 32), (0, 2**8), (0, 2**12), (0, 2**16), (0, 2**24), (0, 2**32)][take(6)]
    found = {"exercises": exercises, "topics": topics, "seed": first + take(size), "settings": []}
    if unusual:
        found["settings"] = [take(3), take(2)] + ([take(2), 1 + take(1000)] if exercises else [])
    found["outcomes"] = []
    for question in questions:
        state = take(4)
        known = sum(len(box["mistakes"]) for box in question["boxes"])
        found["outcomes"].append((state, take(1 + known) if state >= 2 else 0))
    answers = " ".join(box["shown"] for question in questions for box in question["boxes"])
    found["seal"] = codes.fnv(f"{' '.join(map(str, digits))};{answers}".encode()) >> 17 == n
    return found


def test_the_description_is_enough_to_write_another_reader():
    draw = random.Random(21)
    for _ in range(500):
        order, questions, outcomes, code = any_result(draw)
        found = read_by_the_description(code, questions)
        assert found["seal"] and found["outcomes"] == outcomes and found["seed"] == order.seed
        assert found["exercises"] == (order.kind == "exercise")
        assert found["topics"] == ([TOPICS.index(t) + 1 if t else 0 for t in order.topics] or [0])
        settings = [["pencil", "pocket", "demo"].index(order.preset), ["float64", "float32"].index(order.precision)]
        settings += [order.use_bias, order.count] if order.kind == "exercise" else []
        usual = [0, 0, False, 5][: len(settings)]
        assert found["settings"] == ([] if settings == usual else settings)


def noticed(wrong: str) -> bool:
    try:
        codes.read(wrong)
    except UserError as error:
        return "typing error" in str(error)
    return False


def test_one_wrong_letter_is_noticed():
    draw = random.Random(16)
    found = tried = 0
    for _ in range(100):
        letters = any_result(draw)[-1].replace("-", "")
        for at, letter in enumerate(letters):
            for other in set(codes.LETTERS) - {letter}:
                tried += 1
                found += noticed(letters[:at] + other + letters[at + 1 :])
    print(f"{found:,} of {tried:,} wrong letters were noticed")
    assert tried > 10_000 and found == tried


def test_neighbours_exchanged_are_noticed():
    draw = random.Random(17)
    found = tried = 0
    for _ in range(1000):
        letters = any_result(draw)[-1].replace("-", "")
        for at in range(len(letters) - 1):
            if letters[at] != letters[at + 1]:
                tried += 1
                found += noticed(letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :])
    print(f"{found:,} of {tried:,} exchanged neighbours were noticed")
    assert tried > 10_000 and found == tried


def test_a_code_of_other_outcomes_or_of_other_answers_is_refused():
    """The check letter is that of the letters as they are; only the seal can tell."""
    draw, refused, tries = random.Random(18), 0, 2000
    for _ in range(tries):
        _, questions, _, code = any_result(draw)
        other = [{"boxes": [{**box, "shown": f"{draw.gauss(0, 1):.4f}"} for box in q["boxes"]]} for q in questions]
        try:
            codes.read(code).outcomes(other)
        except UserError as error:
            refused += "was not made by that sheet" in str(error)
    print(f"{refused:,} of {tries:,} codes of other answers were refused")
    assert refused >= tries - 1  # one in 32,768 fits by chance


def test_answers_in_another_language_make_the_same_code():
    questions = [{"boxes": [{"shown": "−0,2409", "mistakes": []}]}]
    plain = [{"boxes": [{"shown": "-0.2409", "mistakes": []}]}]
    begin = codes.header(PageOrder((KEYS["score"],)))
    assert codes.code(begin, [Outcome(1)], questions) == codes.code(begin, [Outcome(1)], plain)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", 0x811C9DC5), ("a", 0xE40C292C), ("b", 0xE70C2DE5), ("foobar", 0xBF9CF968)],
)
def test_the_hash_is_the_published_one(text, value):
    """The first of Noll's test vectors."""
    assert codes.fnv(text.encode()) == value


def test_a_code_cut_off_or_longer_is_refused():
    draw = random.Random(19)
    _, questions, _, code = any_result(draw)
    letters = code.replace("-", "")
    for wrong in (letters[:-1], letters[1:], letters + "0", letters + "00", "0" + letters):
        with pytest.raises(UserError):
            codes.read(wrong).outcomes(questions)


def checked(digits: list[tuple[int, int]]) -> str:
    """A code with a check letter that fits, whatever its digits say."""
    return codes._written(digits)


SEED = [(0, 6), (0, 32)]
REST = [(1, 4), (12345, 2**15)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        (" - - ", "it is empty"),
        ("K7QM", "too short: it has 4 letters"),
        ("K7QM-2RX9-U", "'U' is no letter of a code"),
        ("K7QM-2RX9-é", "'É' is no letter of a code"),
        ("K7QM-2RX9-🙂", "no letter of a code"),
        ("0" * 5000, "it has 5,000 letters: no code has more than"),
        (checked([(1, 4), (0, 2), (0, 2), (8, 32), (0, 2), *SEED, *REST]), "another version"),
        (checked([(0, 4), (0, 2), (0, 2), (27, 32), (0, 2), *SEED, *REST]), "asks for topic 27, and there are 26"),
        (checked([(0, 4), (0, 2), (1, 2), (0, 32), (0, 2), *SEED, (2, 3), (0, 2), *REST]), "the six sheets of demo"),
    ],
)
def test_what_is_no_code(text, said):
    with pytest.raises(UserError) as error:
        codes.read(text)
    assert said in str(error.value) and "\n" not in str(error.value)


SCORE, SOFTMAX, MIX = KEYS["score"], KEYS["softmax"], KEYS["mix"]


@pytest.mark.parametrize(
    ("order", "count", "right", "wrong"),
    [
        (PageOrder((SCORE,), seed=1340), 3, 9, 13),
        (PageOrder((SCORE, SOFTMAX, MIX), seed=1366), 9, 14, 25),
        (PageOrder((None,)), 41, 24, 73),
        (PageOrder((SCORE,), seed=7, kind="exercise"), 5, 10, 16),
        (PageOrder((), seed=2**24 - 1, kind="exercise", count=10), 10, 18, 30),
    ],
)
def test_codes_are_short(order, count, right, wrong):
    """How many letters: where all is right, and where there is a mistake in each question, one of 60."""
    questions = [{"boxes": [{"shown": "0.5", "mistakes": [0] * 60}]}] * count
    for outcome, length in ((Outcome(codes.AT_ONCE), right), (Outcome(codes.NOT_SOLVED, 60), wrong)):
        code = codes.code(codes.header(order), [outcome] * count, questions)
        assert len(code.replace("-", "")) == length


@needs_node
def test_javascript_writes_the_same_codes():
    draw = random.Random(20)
    made = [any_result(draw) for _ in range(500)]
    given = [
        {
            "copy": {
                "header": codes.header(order),
                "sheets": [{"questions": questions[:2]}, {"questions": questions[2:]}],
            },
            "outcomes": [outcome._asdict() for outcome in outcomes],
        }
        for order, questions, outcomes, _ in made
    ]
    script = """
import { codeOf, numberOfMistakes } from "app/practice/code.js";
const of = ({ copy, outcomes }) => [codeOf(copy, outcomes), copy.sheets[0].questions.map(numberOfMistakes)];
send(given.map(of));
"""
    found = node(script, given)
    assert [code for code, _ in found] == [code for *_, code in made]
    assert [counts for _, counts in found] == [[*map(codes.mistakes_of, q[:2])] for _, q, _, _ in made]
