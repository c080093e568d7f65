"""Every sentence, and every text of the model, has a German one with the same places for what is put in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from string import Formatter

import pytest

from gpt_by_hand.language import speaking
from gpt_by_hand.layout.sentences import SENTENCES, told
from gpt_by_hand.layout.sentences.german import SENTENCES as SENTENCES_IN_GERMAN
from gpt_by_hand.layout.sentences.german.model import MODEL
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import evaluation, gradients, iteration, learning_rate, prediction
from gpt_by_hand.model.sampling import sampling
from gpt_by_hand.model.size import PARTS
from gpt_by_hand.model.why import decomposed, with_lens
from gpt_by_hand.notation import Program
from gpt_by_hand.notation.override import override
from gpt_by_hand.notation.titles import of_all, spoken_of
from gpt_by_hand.page.contents import meanings_of_settings
from gpt_by_hand.practice.booklet.six_sheets import TITLE, six_sheets
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import TOPICS
from gpt_by_hand.trace.provenance import BEGINNINGS
from tests.docs.markdown import ROOT

# Sentences that are the same in German: what they have beside places are names, symbols, or words of both languages.
SAME = {
    "check.difference",  # arithmetic
    "example.meaning",
    "meaning.after",
    "meaning.gradient",
    "meaning.of",
    "report.rows.one",  # "b = 0"
    "report.row",
    "part",
    "sheet.name",  # "Name: "
    "why.part.at",
    "loss.ask.python",  # a line of Python
    "difference.of",
    "spoken.plus",  # "plus", "minus"
    "spoken.minus",
    "spoken.negative",
    "page.theme.auto",
    "page.block",  # "Block 0"
    "tools.code",
    "train.group",  # "Training"
    "train.pause",
    "edits.change",
    "write.seed",  # "Seed"
    "write.blank",
    "page.name",  # the name of all this
    "class.about.one",  # a list of numbers, and a command
    "class.about.many",
}
# Texts of the model that are the same: names, and words of both languages; and one that is nothing but a place.
ALIKE = {"AdamW", "Attention", "Block {}, Attention", "Embeddings", "GELU", "LayerNorm", "LayerNorms", "Position", "{}"}


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def faults(english: Mapping[str, str], german: Mapping[str, str], same: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with the second table."""
    yield from (f"{key} is missing" for key in english.keys() - german.keys())
    yield from (f"{key} is one too many" for key in german.keys() - english.keys())
    for key in english.keys() & german.keys():
        if places(english[key]) != places(german[key]):
            yield f"{key} has other places: {german[key]}"
        if english[key] == german[key] and key not in same:
            yield f"{key} is the same: {german[key]}"
    yield from (f"{key} need not be on the list" for key in same if english.get(key) != german.get(key))


def test_every_sentence_is_there_in_german() -> None:
    assert sorted(faults(SENTENCES, SENTENCES_IN_GERMAN, SAME)) == []


def test_who_has_one_form_has_the_other() -> None:
    one, many = ({key.removesuffix(form) for key in SENTENCES if key.endswith(form)} for form in (".one", ".many"))
    assert one ^ many == {"page.sequence"}  # one of several, which are not counted


@pytest.mark.parametrize(
    ("german", "fault"),
    [
        ({}, "a is missing"),
        ({"a": "{n} Kinder", "b": "mehr"}, "b is one too many"),
        ({"a": "Kinder"}, "a has other places: Kinder"),
        ({"a": "{m} Kinder"}, "a has other places: {m} Kinder"),
        ({"a": "{n} children"}, "a is the same: {n} children"),
    ],
)
def test_a_fault_is_found(german: dict[str, str], fault: str) -> None:
    assert list(faults({"a": "{n} children"}, german)) == [fault]


def test_a_word_that_is_not_the_same_is_on_no_list() -> None:
    assert list(faults({"a": "one"}, {"a": "eins"}, ["a"])) == ["a need not be on the list"]


# What formulas, tensors, axes, scopes and topics say of themselves.

CONFIGS = [MODEL_PRESETS[name] for name in ("pencil", "pocket", "demo", "shakespeare")]
CONFIGS.append(ModelConfig(7, 5, 2, 3, 6, use_bias=True, gelu="tanh", dropout_rate=0.3))
RULES = (UpdateRule(), UpdateRule(weight_decay=0, grad_clip=0))


def programs() -> Iterator[Program]:
    """All of them, with what can be asked for beside what they compute."""
    for config in CONFIGS:
        yield prediction(config, 1, 2)
        yield evaluation(config, 2, 2)
        yield gradients(config, 1, 2)
        yield from (iteration(config, rule, 2) for rule in RULES)
        yield from (learning_rate(rule) for rule in RULES)
    yield sampling(8)
    small = gradients(CONFIGS[-1], 1, 2)
    yield with_lens(small)
    for target in ("", "h.1.mid", "d.h.0.out"):
        yield decomposed(small, target).program
        yield decomposed(small, target or "logits", depth=2).program
    yield override(small, list(small.definitions))[0]


def of_program(program: Program) -> Iterator[str]:
    tensors = {*program.tensors.values(), *program.inputs, *program.parameters}
    yield from (tensor.title for tensor in tensors)
    for assignment in program.assignments:
        yield from (assignment.title, assignment.question, assignment.scope.title, assignment.scope.short)
        yield assignment.phase
    axes = {index.axis for tensor in tensors for index in tensor.indices if index.axis}
    for axis in axes:
        yield from (axis.counts, axis.noun, axis.spoken, axis.apart, *axis.names)


@cache
def texts() -> frozenset[str]:
    """All that is told."""
    found = {text for program in programs() for text in of_program(program)}
    found |= {tensor.title for tensor in BEGINNINGS.values()} | {topic.title for topic in TOPICS} | set(PARTS.values())
    found |= set(meanings_of_settings(iteration(CONFIGS[0], UpdateRule(), 2)).values())
    found |= {TITLE, *(title for title, _ in six_sheets(Source("pencil", 1, sequences=1).first))}
    return frozenset(filter(None, found))


def untold(some: Iterable[str]) -> list[str]:
    """Those without a German text, or with one that lacks a place or has another one."""
    with speaking("de"):
        both = {text: told(text) for text in some}
    same = {text for text, german in both.items() if german == text and re.sub(r"\d+", "{}", text) not in ALIKE}
    other = {text for text, german in both.items() if spoken_of(german) != spoken_of(text)}
    other |= {text for text, german in both.items() if german.count("{}") != text.count("{}")}
    other |= {text for text, german in both.items() if set("{|}@") & set(of_all(german.replace("{}", "")))}
    return sorted(same | other)


def test_every_text_of_the_model_is_told_in_german() -> None:
    assert untold(texts()) == []


def test_titles_of_whole_tensors_are_told_too() -> None:
    assert untold(of_all(text) for text in texts()) == []


@pytest.mark.parametrize(
    "german",
    ["What is {t|this|the @} of {v|it}?", "Was ist {t|das|das @}?", "Was ist {t|das} von {b|ihm}?",
     "Was ist {t|das} von {v|ihm|?", "Was ist @ {t|das} von {v|ihm}?", "Was ist {} {t|das} von {v|ihm}?"],
)  # fmt: skip
def test_a_text_with_a_fault_is_found(german: str, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "What is {t|this|the @} of {v|it}?"
    monkeypatch.setattr("tests.language.test_tables.told", lambda text: german)
    assert untold([question]) == [question]


def test_a_text_that_is_right_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.language.test_tables.told", lambda text: "Was ist {v|davon} {t|das|das von @}?")
    assert untold(["What is {t|this|the @} of {v|it}?"]) == []


def test_no_german_text_is_one_too_many() -> None:
    """Each is what something says of itself, or a part of the source."""
    told_of = {*texts(), *map(of_all, texts())}
    some = [key for key in MODEL if key not in told_of and f"{key[:1].lower()}{key[1:]}" not in told_of]
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "gpt_by_hand").rglob("*.py"))
    patterns = [re.compile(re.escape(key).replace(r"\{\}", ".+")) for key in some if "{}" in key]
    written = [key for key in some if source.count(f'"{key}"') > 1]  # in the table, and where it is said
    assert [key for key in some if "{}" not in key and key not in written] == []
    assert [one.pattern for one in patterns if not any(map(one.fullmatch, told_of))] == []
