"""The conversation, and the progress that is kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.practice import progress
from gpt_by_hand.practice.diagnosis import hints
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.page import wrapped
from gpt_by_hand.practice.progress import Progress, load
from gpt_by_hand.practice.question import Question, ask
from gpt_by_hand.practice.quiz import Outcome, Quiz, remember, summary
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS

SOURCE = Source("pencil", 4)
SCORE = ask(KEYS["score"], SOURCE.first, "h.0.attn.scores", (0, 0, 2, 1))
RIGHT = shown(SCORE.answer)
MASKED = ask(KEYS["score"], SOURCE.first, "h.0.attn.scores", (0, 0, 1, 2))


def talk(question: Question, *typed: str, patient: bool = True) -> tuple[str, list[Outcome]]:
    """What is said to somebody who types these lines."""
    said: list[str] = []
    lines: Iterator[str] = iter(typed)
    quiz = Quiz(lambda line, style: said.append(line), lambda prompt: next(lines, None), 80, patient)
    outcomes = quiz.run([question], 1)
    return "\n".join(said), outcomes


def test_right() -> None:
    said, outcomes = talk(SCORE, RIGHT)
    assert "Exercise 1 of 1: Attention score" in said
    assert f"Right: {SCORE.address} = (" in said
    assert f"= {RIGHT} (more exactly {SCORE.answer:.6g})" in said
    assert outcomes[0].right


def test_arithmetic_is_an_answer() -> None:
    line = hints(SCORE)[0]
    assert talk(SCORE, line)[1][0].right


def test_wrong_and_then_right() -> None:
    said, outcomes = talk(SCORE, shown(2 * SCORE.answer), RIGHT)
    assert f"No: {shown(2 * SCORE.answer)} is what comes out without dividing by sqrt(D)." in said
    assert "Right:" in said
    assert not outcomes[0].right
    assert summary(outcomes)[1:] == [
        "To practise: gpt-by-hand exercise score  Attention score (without dividing by sqrt(D))"
    ]


def test_nothing_matches() -> None:
    said, _ = talk(SCORE, "77.7777")
    assert "no usual mistake leads to 77.7777" in said
    assert "Check this part first: " in said


def test_a_word_is_looked_up_in_the_vocabulary() -> None:
    question = ask(KEYS["tokens"], SOURCE.first, "tokens", (0, 2))
    word = SOURCE.first.tokenizer.label(int(question.answer))
    said, _ = talk(question, "hint", "77", shown(question.answer))
    assert f'tokens[0,2] = the number of "{word}" in the vocabulary' in said
    assert f'Check this: the number of "{word}" in the vocabulary' in said
    assert f"Right: tokens[0,2] = {shown(question.answer)}" in said


def test_one_mistake_is_named_once() -> None:
    question = ask(KEYS["residual"], SOURCE.first, "h.0.mid", (0, 2, 1))
    said, _ = talk(question, shown(float(SOURCE.first["h.0.attn.c_proj[0,2,1]"])))
    assert "is what comes out without adding the residual (embed[b, t, c])." in said
    assert "Or it is" not in said


def test_hints_lead_to_the_answer_and_leave_it() -> None:
    said, outcomes = talk(SCORE, *["hint"] * 9, RIGHT)
    for stage in hints(SCORE):
        assert f"{SCORE.address} = {stage}" in said
    assert "Only the last step is left." in said
    assert RIGHT not in said.split("Right:")[0].split("\n")
    assert not outcomes[0].right
    assert outcomes[0].hinted == 9


@pytest.mark.parametrize("word", ["quit", "q", "EXIT", " Quit "])
def test_quit(word: str) -> None:
    said, outcomes = talk(SCORE, word, RIGHT)
    assert "Right" not in said
    assert summary(outcomes) == ["No exercise was answered."]


def test_the_prompt_names_the_number() -> None:
    prompts: list[str] = []
    Quiz(lambda *_: None, prompts.append, 80).run([SCORE], 1)
    assert prompts == ["h.0.attn.scores[0,0,2,1] > "]


def test_again() -> None:
    said, outcomes = talk(SCORE, "again", RIGHT)
    assert said.count("h.0.attn.scores[0,0,2,1] = ?") == 2
    assert outcomes[0].right


@pytest.mark.parametrize("rows", [20, 24, 40])
def test_between_two_prompts_is_no_more_than_a_screen(rows: int) -> None:
    """The solution of one exercise, and the next one; with more rows around what is needed where there is room."""
    said: list[str] = []
    typed = iter(["skip", None])
    quiz = Quiz(lambda line, style: said.extend(wrapped(line, 80)), lambda prompt: next(typed), 80, rows=rows)
    quiz.run([SCORE, MASKED], 2)
    second = next(n for n, line in enumerate(said) if line.startswith("Exercise 2"))
    first = next(n for n, line in enumerate(said) if line.startswith("h.0.attn.scores[0,0,2,1] = ("))
    assert len(said[first:-1]) + 1 <= rows  # and the prompt; what is said last is said after it
    assert any(line.startswith("    0 ") for line in said[second:]) == (rows > 20)


def test_skip_shows_the_answer() -> None:
    assert f"= {RIGHT}" in talk(SCORE, "skip")[0]


def test_the_input_ends() -> None:
    assert talk(SCORE)[1] == [Outcome(SCORE.topic)]


def test_ctrl_c_ends_with_what_was_done() -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    assert Quiz(lambda *_: None, interrupted, 80).run([SCORE, SCORE], 2) == [Outcome(SCORE.topic)]


@pytest.mark.parametrize("typed", ["help", "?", "", "   "])
def test_help(typed: str) -> None:
    assert "hint (one step at a time), again (the exercise), skip, or quit" in talk(SCORE, typed)[0]


def test_too_few_digits_are_neither_right_nor_wrong() -> None:
    coarse = f"{SCORE.answer:.2f}"
    said, outcomes = talk(SCORE, coarse, RIGHT)
    assert "Right as far as it goes: please give 4 decimals." in said
    assert outcomes[0].right
    assert talk(SCORE, coarse, patient=False)[1][0].right


def test_what_is_no_number() -> None:
    said, outcomes = talk(SCORE, "(1+", "import os", RIGHT)
    assert "Something is missing" in said
    assert outcomes[0].right


def test_piped_answers_are_one_for_each_exercise() -> None:
    lines = iter(["1", "x", RIGHT])
    quiz = Quiz(lambda *_: None, lambda prompt: next(lines, None), 80, patient=False)
    assert [outcome.right for outcome in quiz.run([SCORE] * 3, 3)] == [False, False, True]


def test_masked() -> None:
    assert talk(MASKED, "-inf")[1][0].right
    ahead = MASKED.value(MASKED.as_if_open.expression)
    said, _ = talk(MASKED, shown(ahead), "0", "5")
    assert "forgets the mask and looks ahead: only pairs with j <= i may stay" in said
    assert "0 is what comes out after softmax" in said
    assert "does 2 <= 1 hold?" in said
    assert "-inf" in said.split("Give")[1].split("\n")[0]


def test_progress_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "progress.json"
    kept, said = load(path)
    assert (kept.records, said) == ({}, "")
    wrong = talk(SCORE, shown(2 * SCORE.answer))[1]
    remember(kept, [*wrong, Outcome(KEYS["gelu"], right=True, tried=True), Outcome(KEYS["mix"])])
    kept.save()
    again, _ = load(path)
    assert again.records == kept.records
    assert again.record(KEYS["score"]).mistakes == {"scale": 1}
    assert "mix" not in again.records


def test_what_goes_wrong_comes_first_and_then_what_is_new() -> None:
    kept = Progress(Path("nowhere"))
    assert kept.by_need() == list(TOPICS)
    kept.record(KEYS["gelu"]).add(False, [])
    kept.record(KEYS["tokens"]).add(True, [])
    order = [topic.key for topic in kept.by_need()]
    assert (order[0], order[1], order[-1]) == ("gelu", "embedding", "tokens")
    for _ in range(5):
        kept.record(KEYS["gelu"]).add(True, [])
    assert kept.by_need()[-1].key == "gelu"


GOOD = {"asked": 1, "right": 0, "recent": [False], "mistakes": {"scale": 1}}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "[" * 100_000, '{"version": 2, "topics": {}}', '{"version": 1}', "\xff",
     *(json.dumps({"version": 1, "topics": {"score": {**GOOD, **change}}}) for change in (
         {"asked": -1}, {"asked": "1"}, {"recent": [1]}, {"recent": 3}, {"mistakes": {"x": None}}, {"mistakes": []},
         {"more": 1},
     ))],
    ids=range(14),
)  # fmt: skip
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "progress.json"
    path.write_bytes(content.encode("latin-1"))
    kept, said = load(path)
    assert kept.records == {}
    assert "was damaged: it is progress.json.damaged now" in said
    assert (tmp_path / "progress.json.damaged").read_bytes() == content.encode("latin-1")
    kept.save()
    assert load(path)[1] == ""


def test_a_topic_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text(json.dumps({"version": 1, "topics": {"old": GOOD, "score": GOOD}}))
    assert list(load(path)[0].records) == ["score"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read"):
        load(tmp_path)


def test_where_it_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GPT_BY_HAND_PROGRESS", str(tmp_path / "mine.json"))
    assert progress.progress_file() == tmp_path / "mine.json"
    monkeypatch.delenv("GPT_BY_HAND_PROGRESS")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert progress.progress_file() == tmp_path / "gpt-by-hand" / "progress.json"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert progress.progress_file() == tmp_path / "home/.local/share/gpt-by-hand/progress.json"
