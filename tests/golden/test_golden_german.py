"""German as it is read: explanations, questions, what mistakes are called, an exercise and a worksheet; for review."""

import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.language import speaking
from gpt_by_hand.layout.sentences import said, told
from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import TOPICS
from gpt_by_hand.trace import address
from tests.explain.traces import explainer
from tests.golden.golden import assert_golden

EXPLAINED = (
    "h.0.attn.scores[0,0,3,1]",
    "h.0.attn.scores[0,0,1,3]",
    "h.0.attn.max[0,0,3]",
    "d.h.0.attn.q[0,0,3,2]",
    "clip.scale",
    "transformer.h.0.ln_1.weight[2]",
    "tokens[0,1]",
)


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    with speaking("de"):
        yield


def test_explanations() -> None:
    found = [explainer("pencil").explain(where).text() for where in EXPLAINED]
    assert_golden("german_explanations.txt", "\n\n".join(found) + "\n")


def test_each_question_asked_of_one_number() -> None:
    """Of the last number of the first tensor that it is asked of."""
    explained, asked = explainer("pencil"), dict[str, str]()
    for name, tensor in explained.trace.program.tensors.items():
        where = address.of(name, tuple(index.extent - 1 for index in tensor.indices))
        meaning = explained.explain(where).meaning
        asked.setdefault(told(tensor.title) if not name.startswith("d.") else meaning, f"{where}  {meaning}\n")
    assert_golden("german_questions.txt", "".join(asked.values()))


def test_what_mistakes_are_called() -> None:
    """Of each kind in each topic one."""
    found = dict[tuple[str, str], str]()
    source = Source(use_bias=True)
    for topic in TOPICS:
        for mistake in choose(topic, source, 0).mistakes:
            line = f"{told(topic.title)}: {said('answer.mistake', typed='0,5', mistake=mistake.said)}\n"
            found.setdefault((topic.key, mistake.kind), line)
    assert_golden("german_mistakes.txt", "".join(found.values()))


def test_exercises(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stdin", StringIO("0,5\ndrei\nhilfe\ntipp\n0,1,2\n"))
    assert main(["exercise", "--count", "4", "--seed", "7", "--language", "de"]) == 0
    assert_golden("german_exercises.txt", capsys.readouterr().out)


def test_a_worksheet(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    assert main(["worksheet", "residual", "mean", "--answers", "--language", "de", "-o", str(sheet)]) == 0
    assert_golden("german_worksheet.md", sheet.read_text(encoding="utf-8"))
