"""Sentences are templates in one table: all are used, each is given what it has places for, and none is elsewhere."""

import ast
import re
from collections.abc import Iterable, Iterator
from string import Formatter

import pytest

from gpt_by_hand.layout.sentences import SENTENCES as ALL
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.layout.sentences.commands import COMMANDS
from gpt_by_hand.layout.sentences.difference import DIFFERENCE
from gpt_by_hand.layout.sentences.explanations import EXPLANATIONS, TRACES
from gpt_by_hand.layout.sentences.loss import LOSS
from gpt_by_hand.layout.sentences.page import PAGE
from gpt_by_hand.layout.sentences.pictures import PICTURES, WATCHED
from gpt_by_hand.layout.sentences.plane import PLANE
from gpt_by_hand.layout.sentences.practice import PRACTICE
from gpt_by_hand.layout.sentences.sheet_page import SHEET_PAGE
from gpt_by_hand.layout.sentences.sheets import SHEETS
from gpt_by_hand.layout.sentences.why import WHY
from tests.docs.markdown import ROOT

SENTENCES = EXPLANATIONS | TRACES | WHY | LOSS | PLANE | WATCHED | DIFFERENCE
SOURCE = ROOT / "src" / "gpt_by_hand"
TOLD = sorted(path for folder in ("explain", "trace") for path in (SOURCE / folder).glob("*.py"))
CALLS = {"said": ("",), "sentence": ("",), "many": (".one", ".many")}  # who asks for a sentence, and for which forms
ERRORS = {
    "{} does not exist",
    "there are, for example, {}",
    "its indices are {}",
    "it has none",
    "{}, or as it is stored {}",
}  # what an error goes on with


def placeholders(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""


def asked(source: str) -> Iterator[tuple[str, set[str]]]:
    """Each sentence that a module asks for, and what it gives for its places."""
    for node in ast.walk(ast.parse(source)):
        if called(node) in CALLS and node.args:
            given = {"count"} if called(node) == "many" else set()
            names = {keyword.arg for keyword in node.keywords if keyword.arg} | given
            dynamic = any(keyword.arg is None for keyword in node.keywords)
            keys = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
            for key in (key + form for key in keys if isinstance(key, str) for form in CALLS[called(node)]):
                yield key, placeholders(SENTENCES[key]) if dynamic else names


def sentences(source: str) -> Iterator[str]:
    """Texts of three words or more, outside of docstrings and of errors."""
    tree = ast.parse(source)
    alone = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) or called(node).endswith("Error")]
    silent = {id(part) for node in (*alone, *raised) for part in ast.walk(node)}
    silent |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        pieces = [getattr(part, "value", "{}") for part in node.values] if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(piece) if isinstance(piece, str) else "{}" for piece in pieces)
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else text
        if " " in text and len(re.findall(r"[A-Za-z]{2,}", text)) >= 3 and text not in ERRORS:
            yield text


@pytest.fixture(scope="module")
def requests():
    modules = (path.read_text(encoding="utf-8") for path in TOLD)
    return [one for source in modules if "layout.sentences import" in source for one in asked(source)]


def test_no_table_hides_another_s_sentence():
    tables = (EXPLANATIONS, TRACES, PICTURES, WATCHED, PLANE, PRACTICE, SHEETS, WHY, LOSS, DIFFERENCE)
    tables = (*tables, PAGE, SHEET_PAGE, COMMANDS)
    assert len(ALL) == sum(map(len, tables))


def test_each_sentence_is_used(requests):
    assert {key for key, _ in requests} == set(SENTENCES)


def unused(sources: str, keys: Iterable[str]) -> list[str]:
    """The keys that stand in none of the sources, whole or as what begins a text with a place and what is put there."""
    begun = set(re.findall(r"""f["']([^"'{\n]+)\{""", sources))

    def stands(text: str) -> bool:
        return any(f"{quote}{text}{quote}" in sources for quote in "\"'`")

    def is_used(key: str) -> bool:
        return stands(key) or any(key.startswith(start) and stands(key.removeprefix(start)) for start in begun)

    return [key for key in keys if not is_used(key) and not is_used(re.sub(r"\.(one|many)$", "", key))]


def test_each_sentence_of_all_tables_is_used():
    files = [*SOURCE.rglob("*.py"), *(SOURCE / "page" / "app").rglob("*.js")]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in files if "sentences" not in path.parts)
    assert unused(sources, ALL) == []
    assert unused("""said("a.b"), many('a.c', 2), said(f"a.{'d'}")""", ["a.b", "a.c.one", "a.d", "a.e"]) == ["a.e"]


def test_each_place_is_given_and_nothing_else(requests):
    forms = (".one", ".many")
    for key, given in requests:
        # "1 term" and "5 terms" are given the same; one of the two may have no place for some of it
        counted = key.endswith(forms) and key.rpartition(".")[0]
        both = [f"{counted}{form}" for form in forms] if counted else [key]
        needed = {name for one in both for name in placeholders(SENTENCES[one])}
        assert needed <= given and given - {"count"} <= needed, (key, needed, given)


def test_templates_know_no_form_of_numbers():
    for key, template in SENTENCES.items():
        parts = list(Formatter().parse(template))
        assert all(name is None or name.isidentifier() for _, name, _, _ in parts), key
        assert not any(spec or conversion for _, _, spec, conversion in parts), key


def test_who_has_one_form_has_the_other():
    stems = {form: {key[: -len(form)] for key in SENTENCES if key.endswith(form)} for form in (".one", ".many")}
    assert stems[".one"] == stems[".many"]


@pytest.mark.parametrize("path", TOLD, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_sentence_stands_elsewhere(path):
    assert list(sentences(path.read_text(encoding="utf-8"))) == []


def test_these_tests_find_what_they_look_for():
    assert list(sentences("x = 'one two three'")) == ["one two three"]
    assert list(sentences("def f():\n    '''One two three.'''\n    raise UserError('one two three')")) == []
    assert list(sentences("x = f'one {n} two three'")) == ["one {} two three"]
    assert list(asked("said('given.drawn', seed=1)")) == [("given.drawn", {"seed"})]
    assert {key for key, _ in asked("said('holds' if x else 'holds.not', condition=1)")} == {"holds", "holds.not"}
    assert {key for key, _ in asked("many('sequences', 2)")} == {"sequences.one", "sequences.many"}


def test_a_place_that_is_not_filled_is_an_error():
    with pytest.raises(KeyError):
        said("given.drawn")


def test_one_thing_and_many():
    assert [many("sequences", n) for n in (0, 1, 2, 1000)] == [
        "0 sequences",
        "1 sequence",
        "2 sequences",
        "1,000 sequences",
    ]
