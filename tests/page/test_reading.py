"""What people type as an answer, read by the page: the same number or the same sentence as in Python."""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from dataclasses import asdict
from random import Random
from typing import Any

import pytest

from gpt_by_hand.language import LANGUAGES, speaking, spoken
from gpt_by_hand.layout.sentences import sentences
from gpt_by_hand.practice.arithmetic import LONGEST, SPELLINGS, ArithmeticProblem, read
from tests.support.node import needs_node, node

pytestmark = needs_node

CODE = """
import { readAnswer } from "app/practice/reading.js";
import { useSentences } from "app/explain/sentences.js";
useSentences(given.sentences, given.language);
send(given.texts.map((text) => {
  try {
    return readAnswer(text);
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}));
"""
COUNT = 2000
# C libraries and browsers each have their own last digit of exp, log, pow ...; what is computed with it may enlarge it.
FUNCTIONS, ULP, ENLARGED = re.compile(r"[a-z*^√]{2}|\^"), 2.5e-16, 1e-12
SIGNS = [
    *map(chr, SPELLINGS),
    *"0123456789.,eE+-*/^() _'\"\\\t\n\u00a0\u2009٣３²½⁻%;<&{}[]\x00\x1f\x7f\u200b\ufeff\U0001f600é",
]
HOSTILE = [
    "", " ", ".", ",", "-", "--", "()", ")(", "1 2", "1_000", "1e999", "1e9999", "-1e400", "1e-9999", "0e999", "0x10",
    "0b1", "1e", "1e+", "1e1.5", "1.e5", ".5.5", "0,3,4", "1.234,5", "1,234.5", "5,", ",5", "1 ,5", "pi,5", "é,5",
    "inf", "-inf", "infinity", "nan", "inf-inf", "inf*0", "1/inf", "(inf-inf)^0", "1^inf", "(-1)^inf", "(-1)^(-inf)",
    "0^0", "0^-1", "0^-inf", "(-0)^-1", "-0", "0*-1", "(-8)^(1/3)", "(-8)^3", "2^1024", "2^-1074", "2^-1080", "e^e^e^e",
    "9**9**9**9", "-2^2", "2^-1", "2--1", "2---1", "1e308*10", "1e308*10-1e308*10", "(1e308*10)/0", "1/0",
    "1/-0", "0/0",
    "log(0)", "log(-1)", "ln(inf)", "log(-inf)", "sqrt(-0)", "sqrt(-1)", "sqrt(-inf)", "exp(1000)", "exp(-1000)",
    "exp(inf)", "exp(-inf)", "cos(inf)", "tanh(inf)", "erf(-inf)", "erf(7)", "erf(-5.99)", "cos(inf-inf)",
    "log(inf-inf)",
    "sqrt 4", "sqrt", "sqrt(", "sqrt()", "sqrt(4", "sin(1)", "round(2.5)", "abs(-1)", "max(1,2)", "max(1;2)",
    "1/0 + (", "( + 1/0", "1/0,5", "31%", "1;2", "2pi", "pi pi", "e5", "5e", "ee", "exp", "EXP(1)", "Pi",
    "__proto__", "constructor", "toString()", "hasOwnProperty(1)", "__import__('os')", "alert(1)", "().__class__",
    "<img src=x onerror=alert(1)>", "${1}", "`1`", "1//2", "1/*2*/3", "1\n2", "1/\n0", "\n0.5\n",
    "\u00a00.5\u2003", "\ufeff1",
    "١٢", "１２", "²", "2²", "x²", "½", "൦", "𝟙", "π", "√(2)", "√2", "∞", "-∞", "−0,25", "2×3÷4", "1⁄2",
    "2·10⁻⁶", "3·10^-5",
    "\x00", "1\x00", "\x1b[31m1", "\x1c1\x1d", "\u202e1", "\ud800", "1\udfff", "\ud83d", "😀", "'", '"', "\\",
    "\x85", "\u2028",
    "9" * 300, "9" * 301, "0." + "3" * 298, "1" * 400, "9" * 200 + "e99", "9" * 200 + "e200", "é" * 300, "😀" * 300,
    "(" * 49 + "1" + ")" * 49, "(" * 50 + "1" + ")" * 50, "(" * 400, "-" * 49 + "1", "-" * 50 + "1", "2^" * 48 + "1",
    "2^" * 60 + "1", "sqrt(" * 49 + "1" + ")" * 49, "1+" * 149 + "1", "1," * 5000, "," * 5000, "0" * 50000 + ",",
    "1e" * 3000, "1" * 20000 + "," + "1" * 20000 + "x", "." * 301, " " * 5000 + "1", "a" * 299, "1.5," + "9" * 900,
]  # fmt: skip


def number(random: Random) -> str:
    digits = "".join(random.choice("0123456789") for _ in range(random.randint(1, random.choice((2, 5, 20)))))
    decimals = "".join(random.choice("0123456789") for _ in range(random.randint(0, random.choice((2, 5, 20)))))
    mark = random.choice("..,")
    power = random.choice(["", "", "", f"e{random.randint(-9, 9)}", f"E{random.randint(-330, 330):+}"])
    return random.choice(
        [f"{digits}{mark}{decimals}{power}", f"{mark}{digits}", f"{digits}{power}", "pi", "e", "π", "2"]
    )


def arithmetic(random: Random, depth: int = 0) -> str:
    """What the reader is for, with blanks anywhere; of whole trees, most are small."""
    if depth > 4 or random.random() < 0.25 + 0.1 * depth:
        return random.choice(["", "", "", "-", "−", "+"]) + number(random)
    blank = random.choice(["", "", " ", "\u2009"])
    inner = [arithmetic(random, depth + 1) for _ in range(2)]
    name = random.choice(["sqrt", "exp", "log", "ln", "erf", "tanh", "cos", "√"])
    return random.choice(
        [f"{blank}{random.choice(['+', '-', '*', '/', '/', '×', '÷', '−'])}{blank}".join(inner)] * 4
        + [f"({inner[0]})", f"-{inner[0]}", f"{name}({inner[0]})", f"{inner[0]}{random.choice(['^', '**'])}{inner[1]}"]
    )


def spoiled(text: str, random: Random) -> str:
    """With a few signs put in, taken out, doubled or exchanged."""
    signs = list(text)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(signs))
        signs[at : at + random.randint(0, 2)] = random.choice([[], [random.choice(SIGNS)], signs[at : at + 1] * 2])
    return "".join(signs)


def inputs() -> list[str]:
    """The same ones each time: what is hostile, what is right, what is nearly right, and anything at all."""
    random = Random(15)
    right = [arithmetic(random) for _ in range(COUNT // 2)]
    nearly = [spoiled(random.choice(right), random) for _ in range(COUNT // 3)]
    left = COUNT - len(HOSTILE) - len(right) - len(nearly)
    chars = [chr(random.choice((random.randrange(0x250), random.randrange(0x11000)))) for _ in range(9 * left)]
    known = [
        c for c in chars if unicodedata.category(c) != "Cn"
    ]  # of later ones, Python and browsers know different ones
    return [*HOSTILE, *right, *nearly, *("".join(random.choices(known, k=random.randint(1, 9))) for _ in range(left))]


def by_python(text: str) -> dict[str, float] | str:
    try:
        typed = read(text)
    except ArithmeticProblem as problem:
        return f"UserError: {problem}"
    return {"value": typed.value, "halfUnit": typed.half_unit}


def alike(text: str, found: Any, expected: dict[str, float] | str) -> bool:
    """Bit for bit, but for the last digit of functions."""
    if isinstance(expected, str) or isinstance(found, str):
        return bool(found == expected)
    if found["halfUnit"] != expected["halfUnit"]:
        return False
    pair = float(found["value"]), expected["value"]
    if FUNCTIONS.search(text.replace("pi", "")):
        return pair[0] == pair[1] or math.isclose(*pair, rel_tol=ENLARGED)
    return struct.pack(">d", pair[0]) == struct.pack(">d", pair[1])


def by_the_page(texts: list[str]) -> list[Any]:
    found = node(CODE, {"texts": texts, "sentences": sentences(), "language": asdict(spoken())})
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_thousand_texts(language: str) -> None:
    texts = inputs()
    assert len(texts) == COUNT
    with speaking(language):
        expected = [by_python(text) for text in texts]
        found = by_the_page(texts)
    wrong = [triple for triple in zip(texts, found, expected, strict=True) if not alike(*triple)]
    assert wrong == [], wrong
    numbers = sum(not isinstance(one, str) for one in expected)
    print(f"\n{numbers} numbers, {COUNT - numbers} texts refused")
    assert COUNT / 4 < numbers < COUNT * 3 / 4


def test_each_function_is_right_to_its_last_digits() -> None:
    random = Random(7)
    texts = [
        f"{name}({random.uniform(low, high)!r})"
        for name, low, high in [("exp", -30, 30), ("log", 0, 9), ("sqrt", 0, 99), ("erf", -7, 7), ("tanh", -4, 4)]
        for _ in range(200)
    ]
    texts += [f"{random.uniform(0, 9)!r}^{random.uniform(-9, 9)!r}" for _ in range(200)]
    for text, found in zip(texts, by_the_page(texts), strict=True):
        assert math.isclose(found["value"], read(text).value, rel_tol=8 * ULP), text
    angles = [random.uniform(-9, 9) for _ in range(200)]
    for angle, found in zip(angles, by_the_page([f"cos({angle!r})" for angle in angles]), strict=True):
        assert math.isclose(found["value"], math.cos(angle), abs_tol=ULP), angle


def test_a_different_number_would_be_found() -> None:
    right = by_python("0.1+0.2")
    assert isinstance(right, dict)
    assert not alike("0.1+0.2", {**right, "value": 0.3}, right)
    assert not alike("0.3", {**right, "halfUnit": 0.05}, right)
    assert not alike("exp(1)", {**right, "value": right["value"] * (1 + 1e-11)}, right)


def test_long_texts_take_no_time() -> None:
    """Nothing in it is tried again and again."""
    assert all(isinstance(one, str) for one in by_the_page(["1" * 10**6, "1," * 10**6, " " * 10**6, "(" * 10**6]))
    assert LONGEST < 10**6
