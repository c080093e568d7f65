"""The page in German says what Python says in German, and writes numbers as German does: in and out."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.language import decimal, speaking
from gpt_by_hand.layout.digits import percent, probability
from gpt_by_hand.layout.sentences import SENTENCES, many, problems, sentences
from gpt_by_hand.notation import Assignment, Compare, Constant, Program, Tensor, Terms, Where
from gpt_by_hand.page.contents import contents, language
from gpt_by_hand.page.program import Writer, table
from gpt_by_hand.page.write import html
from gpt_by_hand.printers.mathml import PAPER
from gpt_by_hand.printers.text import text
from gpt_by_hand.trace.whose import Whose
from tests.page.cases import trace
from tests.page.explained import EXPLAIN, EXPLAINER, given, told
from tests.page.test_explained import asked
from tests.page.test_mathml import markup
from tests.page.test_whose_numbers import NUDGE, NUDGED, checked
from tests.page.test_write import DATA, Parts
from tests.support.node import APP, needs_node, node

pytestmark = needs_node
SPOKEN = 'import { decimal, many, useSentences } from "app/explain/sentences.js";\n'
SPOKEN += "useSentences(given.sentences, given.language);\n"
ALIKE = {
    "code",
    "gradient",
    "training",
    "iteration",
    "pause",
    "auto",
    "block",
    "minus",
    "plus",
    "position",
    "seed",
    "gpt",
    "by",
    "hand",
}
NUMBERS = [0.31, -0.5, 1e-7, 0.00003, 0.99999, 1234.5, 0.0, 1.0]


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    with speaking("de"):
        yield


def spoken(code: str, **more: Any) -> Any:
    """What a script sends that speaks German."""
    return node(SPOKEN + code, {"sentences": sentences(), "language": language(), **more})


@pytest.mark.parametrize("case", ["demo at 1", "gradients"])
def test_what_is_said_of_a_number_is_what_python_says(case: str) -> None:
    """An element of each formula, and a few of each other kind."""
    found = trace(case)
    places = list(asked(case))[: len(found.program.assignments) + 100]
    there: list[dict[str, Any]] = node(EXPLAINER + EXPLAIN, given(found, contents(found), asked=places))
    explainer = Explainer(found)
    for where, is_there in zip(places, there, strict=True):
        want = told(explainer.explain(where))
        np.testing.assert_allclose(is_there.pop("values"), want.pop("values"), rtol=1e-12, err_msg=where)
        assert is_there == want, where


def test_a_check_is_told_alike() -> None:
    """The losses are Python's, so that each digit must be the same."""
    found, where = trace("demo at 1"), NUDGED[0]
    check = checked(Explainer(found), where)
    losses = [[check["larger"], check["smaller"]]]
    assert node(EXPLAINER + NUDGE, given(found, contents(found), asked=[where], losses=losses)) == [check]
    assert any("0," in line for line in check["lines"]) and not any(
        "0." in line.split("]")[-1] for line in check["lines"]
    )


FORMULAS = """
import { decode } from "app/notation/decode.js";
import { MathmlPrinter } from "app/printers/mathml.js";
import { text } from "app/printers/text.js";
const nodes = decode(given.data).assignments.map((one) => one.expression);
send(nodes.map((one) => [new MathmlPrinter().print(one), text(one)]));
"""


def test_formulas_have_a_decimal_comma_and_words_of_the_language() -> None:
    """Decimals, powers of ten, arguments, conditions: as elements and as text."""
    half, small = Constant(0.5), Constant(-1.5e-7)
    largest = Terms("max", (half, small, Constant(2.0)))
    cases = Where(Compare("<", small, half), half, Where(Compare("<", half, small), small, largest))
    nodes = [half, small, largest, Terms("sum", (half, small)), cases]
    writer = Writer(Program((), (), ()), [Tensor("number")])
    said = table([writer.assignment(Assignment(Tensor("number"), (), one)) for one in nodes])
    found = spoken(FORMULAS, data={**writer.data(), "assignments": said})
    assert [(markup(pieces), plain) for pieces, plain in found] == [(PAPER.print(one), text(one)) for one in nodes]
    assert text(largest) == "max(0,5; -1,5e-07; 2,0)"
    assert "falls" in PAPER.print(cases) and "sonst" in PAPER.print(cases) and "otherwise" not in PAPER.print(cases)


@pytest.mark.parametrize(
    "whose",
    [
        Whose(seed=1337, iteration=0, rows=(2, 1), usual=(4, 4), precision="float64"),
        Whose("out", before=400, here=1200, window=(8, 12), settings=("beta1 = 0.5",)),
    ],
)
def test_which_model_it_is(whose: Whose) -> None:
    code = 'import { whoseLine } from "app/explain/whose.js";\nsend(whoseLine(given.whose, given.set));'
    there = [[where, float(value)] for where, value in (one.split(" = ") for one in whose.settings)]
    assert spoken(code, whose=asdict(whose) | {"by_hand": whose.by_hand}, set=there) == whose.line()


NUMBERS_SAID = """
import { percent, probability } from "app/numbers/digits.js";
import { readTyped } from "app/numbers/typed.js";
import { shareText, writtenColumn } from "app/view/numbers.js";
import { plainNumber } from "app/view/number_field.js";
import { typeset } from "app/view/typeset.js";
const { numbers } = given;
send({
  percent: numbers.map(percent), probability: numbers.map(probability), many: many("sequences", 12345),
  back: numbers.map((number) => readTyped(plainNumber(number))),
  read: ["0,31", "0.31", "1/0,5", "-2,5e-3", "−2,36·10⁻⁶"].map(readTyped),
  written: [decimal("1.5e-07"), decimal("-inf"), typeset("-1.5e-07"), shareText(-0.125), plainNumber(0.1)],
  column: writtenColumn([0.5, -0.25, 3]).texts,
});
"""


def test_numbers_have_a_decimal_comma_and_are_read_with_one() -> None:
    """A point is read as well, in fractions too; thousands are told apart by points."""
    found = spoken(NUMBERS_SAID, numbers=NUMBERS)
    assert found["percent"] == [decimal(percent(one)) for one in NUMBERS]
    assert found["probability"] == [decimal(probability(one)) for one in NUMBERS]
    assert found["many"] == many("sequences", 12345) == "12.345 Sequenzen"
    assert found["back"] == NUMBERS
    assert found["read"] == [0.31, 0.31, 2.0, -0.0025, -2.36e-06]
    assert found["written"] == ["1,5e-07", "-inf", "−1,5·10⁻⁷", "−12,5%", "0,1"]
    assert found["column"] == ["0,5\u2007", "−0,25", "3\u2008\u2007\u2007"]


def test_the_file_says_in_which_language_it_is_and_all_of_its_sentences_are() -> None:
    whole = html(trace("demo"))
    found = json.loads(Parts(whole).texts[DATA])
    assert '<html lang="de">' in whole
    assert found["language"] == json.loads(json.dumps(language()))
    assert found["language"]["point"] == ","
    same = {key for key, text in found["sentences"].items() if text == SENTENCES.get(key)}
    words = {key: re.findall(r"[a-z]{2,}", re.sub(r"\{\w+\}", "", SENTENCES[key].lower())) for key in same}
    assert {word for key in same for word in words[key]} <= ALIKE
    english = json.loads(json.dumps(contents_in_english()))
    assert not {*english["program"]["texts"][1:]} & {*found["program"]["texts"]}
    assert not {*english["settings"].values()} & {*found["settings"].values()}


def contents_in_english() -> dict[str, Any]:
    with speaking("en"):
        return contents(trace("demo"))


ERROR = re.compile(r"new (?:User|Address)Error\(\s*((?:[`\"'].*?[`\"'][\s+]*)+),?\s*\)", re.DOTALL)
PIECE = re.compile(r"`((?:[^`\\]|\\.)*)`|\"((?:[^\"\\]|\\.)*)\"")


def errors() -> set[str]:
    """What the page says of what somebody typed or followed, in English, with braces for what is said there."""
    files = [path for path in APP.rglob("*.js") if path.name not in FOR_PROGRAMS]
    found = {
        "".join(one or two for one, two in PIECE.findall(written))
        for path in files
        for written in ERROR.findall(path.read_text(encoding="utf-8"))
    }
    return {re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "{}", text) for text in found}


# Calls of `window.explorer` are for programs: what is wrong with one is said in English.
FOR_PROGRAMS = {"explorer.js", "nudge.js", "random.js"}


def test_all_that_may_be_wrong_with_what_is_typed_has_its_german() -> None:
    """Each piece of an English text, which may be put together of several, stands in one that has been translated."""
    pieces = {
        piece.lstrip("]") for text in errors() for piece in text.split("{}") if len(piece) > len(" is no element")
    }
    assert len(pieces) > 25
    assert not {piece for piece in pieces if not any(piece in english for english in problems())}


WRONG = ["h.0.attn.score[0,1]", "loss[1]", "h.0.attn.scores", "h.0.attn.scores[0,1,9,2]", "h.0.attn.scores[0,1,:,2]"]
WRONG += [
    "h.0.attn.scores[0,1,foo,2]",
    "h.0.attn.scores[0,1,by,hand]",
    "[",
    "lm_head.weight[0,0]",
    "d.tokens[0,1]",
    "x y",
]


def test_a_wrong_address_is_told_in_german() -> None:
    found = trace("demo at 1")
    send = "send(given.asked.map((where) => failing(() => explainer.find(where))));"
    told = node(EXPLAINER + send, given(found, contents(found), asked=WRONG))
    with speaking("en"):
        english = node(EXPLAINER + send, given(found, contents(found), asked=WRONG))
    assert len({*told, *english}) == 2 * len(WRONG), told


@pytest.mark.parametrize(("case", "most", "most_packed"), [("demo", 360_000, 100_000), ("trained", 460_000, 175_000)])
def test_a_page_is_small(case: str, most: int, most_packed: int) -> None:
    """German is longer, and has the English problems too, by which its own are found: ten thousand bytes for that."""
    content = html(trace(case)).encode()
    assert len(content) <= most
    assert len(gzip.compress(content, 9)) <= most_packed
