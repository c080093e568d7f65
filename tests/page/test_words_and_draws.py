"""Words that fit what somebody types; and where words lie between 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest

from tests.page.cases import contents
from tests.support.node import needs_node, node

pytestmark = needs_node


def fitting(text, most=200, vocabulary=None):
    return node(
        'import { fittingWords } from "app/view/word_list.js";\n'
        "send(fittingWords(given.vocabulary, given.text, given.most));",
        {"vocabulary": vocabulary or contents("demo")["vocabulary"], "text": text, "most": most},
    )


def labels(text, **how):
    return [contents("demo")["vocabulary"]["labels"][word] for word in fitting(text, **how)["words"]]


def test_without_a_text_all_words_are_there():
    assert fitting("") == {"words": list(range(32)), "more": 0}
    assert fitting("", most=10) == {"words": list(range(10)), "more": 22}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("gpt", ["gpt"]),
        ("GPT", ["gpt"]),
        ("a", ["a", "amazing", "are", "artificial"]),
        ("ing", ["amazing", "learning"]),
    ],
)
def test_what_is_written_so_comes_first_then_what_begins_so(text, first):
    assert labels(text)[: len(first)] == first


def test_a_space_is_a_word_too():
    texts = contents("demo")["vocabulary"]["texts"]
    assert texts[fitting(" ")["words"][0]] == " "


def test_what_fits_nothing():
    assert fitting("xyzzy") == {"words": [], "more": 0}


def test_fifty_thousand_words_are_searched():
    texts = [f" word{n}" for n in range(50_000)]
    found = fitting("word4999", most=5, vocabulary={"labels": texts, "texts": texts})
    assert found["words"] == [4999, 49990, 49991, 49992, 49993]
    assert found["more"] == 6


@pytest.mark.parametrize("seed", range(5))
def test_words_lie_where_numpy_adds_them_up(seed):
    probabilities = np.random.default_rng(seed).dirichlet(np.full(32, 0.3))
    probabilities[3] = 0
    found = node('import { segments } from "app/view/drawn.js";\nsend(segments(given));', probabilities.tolist())
    borders = np.cumsum(probabilities)
    assert [one["word"] for one in found] == np.flatnonzero(probabilities).tolist()
    for one in found:
        assert one["to"] == borders[one["word"]]
        assert one["from"] == (borders[one["word"] - 1] if one["word"] else 0)


def test_the_likeliest_come_first_and_of_equals_the_first():
    found = node(
        'import { likeliest } from "app/view/drawn.js";\nsend(likeliest(given, 4));', [0.1, 0.3, 0, 0.3, 0.2, 0.1]
    )
    assert found == [1, 3, 4, 0]


def test_narrow_segments_are_drawn_as_one_but_for_the_word_that_is_drawn():
    probabilities = [0.5, *[1e-4] * 1000, 0.2, *[1e-4] * 2000]
    code = """
import { segments, visibleSegments } from "app/view/drawn.js";
send(visibleSegments(segments(given), 0.01, 500));
"""
    found = node(code, probabilities)
    assert [one["word"] for one in found] == [0, None, 500, None, 1001, None]
    assert [one["from"] for one in found[1:]] == [one["to"] for one in found[:-1]]
    assert sum(one["probability"] for one in found) == pytest.approx(sum(probabilities))


def test_code_is_indented_block_by_block():
    code = "function (a) {\nfor (;;) {\nx[a] = (\n1\n);\n}\n}"
    found = node('import { indented } from "app/view/code_view.js";\nsend(indented(given));', code)
    assert found == "function (a) {\n  for (;;) {\n    x[a] = (\n      1\n    );\n  }\n}"
