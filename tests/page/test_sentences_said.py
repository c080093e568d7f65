"""Sentences are filled in by the page as by Python."""

from __future__ import annotations

import re

from gpt_by_hand.layout.sentences import SENTENCES, many, said
from tests.support.node import needs_node, node

pytestmark = needs_node


def test_every_sentence_is_filled_in_alike() -> None:
    """With values that have braces and dollars in them, which are no templates."""
    values = {key: dict.fromkeys(re.findall(r"\{(\w+)\}", text), "{x} $& 1") for key, text in SENTENCES.items()}
    asked = [(key, list(filled.items())) for key, filled in values.items()]
    code = """
import { said, useSentences } from "app/explain/sentences.js";
useSentences(given.sentences);
send(given.asked.map(([key, values]) => said(key, Object.fromEntries(values))));
"""
    found = node(code, {"sentences": SENTENCES, "asked": asked})
    assert found == [said(key, **filled) for key, filled in values.items()]


def test_one_and_many_are_told_apart_and_large_counts_have_commas() -> None:
    """As Python counts."""
    counts = [0, 1, 2, 999, 1000, 54882, 1234567]
    code = """
import { many, useSentences } from "app/explain/sentences.js";
useSentences(given.sentences);
send(given.counts.map((count) => many("sequences", count)));
"""
    assert node(code, {"sentences": SENTENCES, "counts": counts}) == [many("sequences", n) for n in counts]


def test_parts_stand_where_the_names_are_and_what_is_missing_is_an_error() -> None:
    """A part can be anything; a sentence that there is not, and a value that is missing, are errors of ours."""
    code = """
import { parts, said, useSentences } from "app/explain/sentences.js";
useSentences(given);
const failed = (say) => { try { return say(); } catch (error) { return error.message; } };
send([parts("sheet.seed", { seed: ["b", 7] }), failed(() => said("nothing")), failed(() => said("sheet.seed"))]);
"""
    expected = [["seed ", ["b", 7]], "there is no sentence nothing", "the sentence sheet.seed needs seed"]
    assert node(code, SENTENCES) == expected
