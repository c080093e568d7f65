"""What a page of exercises says in a real browser of what is typed into its fields: what `exercise` says at a terminal.

`pytest -s` prints how many answers were right, and how many of those were called wrong.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.language import speaking
from gpt_by_hand.practice.topics import KEYS
from tests.practice.browser.verdicts import Said, by_python, in_digits, questions, right_answers
from tests.support.commands import Command, command
from tests.support.explorer import visited

__all__ = ["command"]
SEEDS, COUNT = range(5), 2
# Types each text into its field as somebody does, and presses Enter.
TYPE = """all => all.map((texts, q) => texts.map(text => {
  const field = document.querySelector(`#answer-${q + 1}-1`);
  const own = field.closest(".card").querySelector(".verdict");
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  const said = own.querySelector(".says:not(.hint)");
  return [said.className.replace(/^says /, ""), [...said.querySelectorAll(".line")].map(line => line.textContent)];
}))"""


def verdicts(browser: Any, path: Path, texts: list[list[str]]) -> list[list[Said]]:
    """What the page says of the texts that are typed for each question, in words."""
    started = "() => document.querySelector('.card') || document.querySelector('#not-started.shown')"
    with visited(browser, path, ready=False) as visit:
        visit.page.wait_for_function(started)
        found = visit.page.evaluate(TYPE, texts)
        assert visit.faults == []
    return [[Said(*one) for one in of_question] for of_question in found]


def tried(question: Any) -> list[str]:
    """Right and rough answers, what each mistake leads to with all digits and as one writes it, and nonsense."""
    digits = [text for mistake in question.mistakes for text in in_digits(mistake.value, most=0)]
    found = [*right_answers(question), *in_digits(question.answer), *digits, "77.7777", "abc", "1/0", "0", "-inf"]
    return list(dict.fromkeys(found))


def same(found: Said, expected: Said) -> bool:
    """The same verdict and words, but for formulas: those of the page are set as in a book."""
    if found.kind != expected.kind or len(found.lines) != len(expected.lines):
        return False
    if found.kind == "right":
        return found.lines[0].startswith(expected.lines[0])
    formula = found.kind == "wrong" and found.lines[1:] != expected.lines[1:] and len(found.lines) == 2
    return found.lines[: 1 if formula else None] == expected.lines[: 1 if formula else None] and all(found.lines)


def test_a_page_in_german(browser: Any, command: Command, tmp_path: Path) -> None:
    done = command("exercise", "score", "--page", "-o", "page.html", "--seed", 4, "--count", COUNT, "--language", "de")
    assert done.code == 0, done
    with speaking("de"):
        asked = questions("score", 4, COUNT)
        texts = [[*tried(question), "0.5/0.0"] for question in asked]
        for question, given, found in zip(asked, texts, verdicts(browser, tmp_path / "page.html", texts), strict=True):
            assert [
                text for text, one in zip(given, found, strict=True) if not same(one, by_python(question, text))
            ] == []


@pytest.mark.parametrize("topic", KEYS)
def test_a_page_says_what_exercise_says(browser: Any, command: Command, tmp_path: Path, topic: str) -> None:
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        done = command("exercise", topic, "--page", "-o", f"{seed}.html", "--seed", seed, "--count", COUNT)
        assert done.code == 0, done
        asked = questions(topic, seed, COUNT)
        texts = [tried(question) for question in asked]
        for question, given, found in zip(
            asked, texts, verdicts(browser, tmp_path / f"{seed}.html", texts), strict=True
        ):
            right = set(right_answers(question))
            for text, one in zip(given, found, strict=True):
                assert same(one, by_python(question, text)), (question.address, text, one, by_python(question, text))
                counts["right answers"] += text in right
                counts["called wrong"] += text in right and one.kind != "right"
                counts[one.kind] += 1
    print(f"\n{topic}: {counts['right answers']} right answers, {counts['called wrong']} called wrong; {dict(counts)}")
    assert counts["called wrong"] == 0
    assert counts["wrong"] > 5
