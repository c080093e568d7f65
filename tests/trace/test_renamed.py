"""Whatever tensors and indices are called: tables, questions and explanations are the same but for the names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand import Trace
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.finite_difference import has_gradient, nudge
from gpt_by_hand.explain.worked_example import worked_example
from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.notation import Layout
from gpt_by_hand.practice.booklet import making
from gpt_by_hand.practice.booklet.asking import Ask, question
from gpt_by_hand.practice.booklet.key import Desk
from gpt_by_hand.practice.booklet.six_sheets import six_sheets
from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.page import as_data, fitted
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS
from gpt_by_hand.trace import words as trace_words
from gpt_by_hand.trace.report import Report
from gpt_by_hand.views.text import plain
from tests.support.renaming import Renaming

SOURCES = {bias: Source("pencil", 7, use_bias=bias) for bias in (False, True)}
seeds = st.tuples(st.integers(0, 2**32 - 1), st.sampled_from((False, True)))
few = settings(max_examples=2, deadline=None, derandomize=True)


@cache
def pair(seed: int, bias: bool) -> tuple[Trace, Trace, Renaming]:
    """A trace, the same by other names, and the way back."""
    trace = SOURCES[bias].later if seed % 2 else SOURCES[bias].first
    naming = Renaming(trace.program, seed)
    return trace, naming.trace(trace), naming


def report(trace: Trace) -> str:
    return plain(Report(MODEL_PRESETS["pencil"]).iteration(trace, 0, 1)) + "\n"


@given(seeds)
@few
def test_reports(drawn: tuple[int, bool]) -> None:
    trace, other, naming = pair(*drawn)
    assert report(other) != report(trace)
    assert naming.back(report(other)).splitlines() == report(trace).splitlines()
    assert naming.back(repr(other)) == repr(trace)


def explained(trace: Trace, name: str, place: tuple[int, ...]) -> str:
    """All that is said of a number."""
    explainer = Explainer(trace)
    found = explainer.explain(f"{name}[{','.join(map(str, place))}]" if place else name)
    return f"{found.text()}\n{json.dumps(_without_latex(found.to_dict()), ensure_ascii=False)}"


def _without_latex(data: Any) -> Any:
    """LaTeX escapes the characters of a name, so it cannot be led back."""
    if isinstance(data, dict):
        return {key: _without_latex(part) for key, part in data.items() if key != "latex"}
    return [_without_latex(part) for part in data] if isinstance(data, list) else data


@given(seeds)
@few
def test_explanations(drawn: tuple[int, bool]) -> None:
    trace, other, naming = pair(*drawn)
    random = Random(drawn[0])
    for name in random.sample(list(trace.program.tensors), 40):
        place = tuple(random.randrange(extent) for extent in trace.tensor(name).shape)
        assert naming.back(explained(other, naming.names[name], place)) == explained(trace, name, place)


@given(seeds)
@few
def test_worked_examples(drawn: tuple[int, bool]) -> None:
    trace, other, naming = pair(*drawn)
    asked = trace.program.about(concepts.SCORES)
    assert asked is not None
    said, again = (
        plain(worked_example(one, f"{name}[0,0,3,1]"))
        for one, name in ((trace, asked.name), (other, naming.names[asked.name]))
    )
    assert words(naming.back(again)) == words(said)


def words(text: str) -> list[str]:
    """Without the blanks and rules that are as wide as the names."""
    return text.replace("─", "").split()


@given(seeds)
@few
def test_checks_of_gradients(drawn: tuple[int, bool]) -> None:
    trace, other, naming = pair(*drawn)
    tensors = [t for t in trace.program.tensors.values() if has_gradient(trace, t) and t.kind == "real" and t.indices]
    for tensor in Random(drawn[0]).sample(tensors, 2):
        place = (0,) * len(tensor.indices)
        again = nudge(other, naming.tensor(tensor), place)
        assert naming.back("\n".join(again.lines())) == "\n".join(nudge(trace, tensor, place).lines())


@dataclass(frozen=True)
class Renamed:
    """A source of exercises whose traces have other names."""

    source: Source
    names: int

    @property
    def seed(self) -> int:
        """What the exercises are drawn by."""
        return self.source.seed

    def trace(self, kind: str, random: Random) -> Trace:
        """The trace of a kind, by other names."""
        found = self.source.trace(kind, random)
        return Renaming(found.program, self.names).trace(found)


@pytest.mark.parametrize("topic", KEYS.values(), ids=KEYS)
@given(seeds)
@few
def test_exercises(topic, drawn: tuple[int, bool]) -> None:
    seed, bias = drawn
    source = SOURCES[bias]
    asked, other = choose(topic, source, 1), choose(topic, Renamed(source, seed), 1)  # type: ignore[arg-type]
    said, again = (json.dumps([as_data(q), fitted(q, 80, 24)], ensure_ascii=False) for q in (asked, other))
    assert Renaming(asked.trace.program, seed).back(again) == said


@pytest.mark.parametrize("topic", [t for t in TOPICS if t.source not in ("sampling", "schedule")], ids=lambda t: t.key)
@given(seeds)
@settings(few, max_examples=1)
def test_worksheets(topic, drawn: tuple[int, bool]) -> None:
    trace = SOURCES[drawn[1]].trace(topic.source, Random(1))
    naming = Renaming(trace.program, drawn[0])
    sheets = [
        [whole(Desk(one), ask, n) for n, ask in enumerate(making.choose(topic, one, Random(1)))]
        for one in (naming.trace(trace), trace)
    ]
    assert sheets[0]
    assert naming.back(repr(sheets[0])) == repr(sheets[1])


def whole(desk: Desk, ask: Ask, n: int) -> object:
    """All that is said in a question and its answers."""
    made = question(desk, ask, n)
    return made, made.asked.blocks, made.answered.blocks


@given(seeds)
@few
def test_six_sheets(drawn: tuple[int, bool]) -> None:
    trace, other, naming = pair(*drawn)
    sheets = []
    for one in (other, trace):
        desks = [(title, Desk(one), asks) for title, asks in six_sheets(one)]
        sheets.append(repr([(title, [whole(desk, ask, 1) for ask in asks]) for title, desk, asks in desks]))
    assert naming.back(sheets[0]) == sheets[1]


def test_who_reads_meaning_from_a_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    trace, other, naming = pair(1, False)
    monkeypatch.setattr(trace_words, "has_layout", lambda index, layout: layout is Layout.WORDS and index.name in "tij")
    assert naming.back(report(other)) != report(trace)
