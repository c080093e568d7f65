"""The table of sentences of exercises: each is used, and each use gives what is to be put in, no more and no less."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from gpt_by_hand.layout.sentences import said, sentence
from gpt_by_hand.layout.sentences.practice import PRACTICE as SENTENCES

ROOT = Path(__file__).parents[2] / "src" / "gpt_by_hand"


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def keys(node: ast.expr) -> set[str]:
    """Which sentences an argument may mean; where a part of it is computed, all that begin as it does."""
    match node:
        case ast.Constant(str(key)):
            return {key}
        case ast.IfExp(_, one, other):
            return keys(one) | keys(other)
        case ast.JoinedStr([ast.Constant(str(start)), *_]):
            return {key for key in SENTENCES if key.startswith(start)} or {start}
        case _:
            return {ast.unparse(node)}


def uses(source: str) -> Iterator[tuple[str, set[str]]]:
    """The key of each sentence that is said there, and the names of what is put in."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Name("said"), [first, *_]) | ast.Call(ast.Name("line"), [ast.Constant() as first, *_]):
                yield from ((key, {keyword.arg or "**" for keyword in node.keywords}) for key in keys(first))


def faults(source: str) -> list[str]:
    return [key for key, names in uses(source) if key not in SENTENCES or placeholders(SENTENCES[key]) != names]


USES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "practice").glob("*.py")}
USES = {path: source for path, source in USES.items() if "from gpt_by_hand.layout.sentences import" in source}


@pytest.mark.parametrize("path", USES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_use_gives_what_is_put_in(path: Path) -> None:
    assert faults(USES[path]) == []


def test_every_sentence_is_used() -> None:
    assert SENTENCES.keys() - {key for source in USES.values() for key, _ in uses(source)} == set()


@pytest.mark.parametrize("template", SENTENCES.values(), ids=SENTENCES)
def test_templates_have_plain_names_alone(template: str) -> None:
    """So that any program can put the values in: no positions, no formats, no attributes."""
    for _, name, layout, conversion in Formatter().parse(template):
        assert name is None or name.isidentifier()
        assert not layout
        assert not conversion


@pytest.mark.parametrize(
    "planted",
    ['said("quiz.nothing")', 'said("quiz.title", number=1)', 'said("hint.last", more=2)', "said(key)",
     'said("quiz.none" if x else "quiz.right")', 'said(f"reduction.{kind}", part=1)', 'said(f"nothing.{kind}")'],
)  # fmt: skip
def test_a_wrong_use_is_found(planted: str) -> None:
    assert len(faults(planted)) >= 1


def test_what_is_put_in_stays_as_it_is() -> None:
    assert said("answer.right", working="{x} = 1") == "Right: {x} = 1"
    with pytest.raises(KeyError):
        said("answer.right")


def test_a_sentence_begins_with_a_capital_but_an_address_does_not() -> None:
    assert sentence("how strong is it?") == "How strong is it?"
    assert sentence("a word") == "A word"
    assert sentence("h.0.mlp is large") == "h.0.mlp is large"
