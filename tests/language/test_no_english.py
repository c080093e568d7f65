"""Documents in German, as people see them: nobody finds an English sentence in them, or a decimal point."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from random import Random

import pytest

from gpt_by_hand import GPT, Trace
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.loss import document as loss_document
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.language import ENGLISH, GERMAN, speaking
from gpt_by_hand.layout import document as doc
from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.layout.sentences.german import SENTENCES as SENTENCES_IN_GERMAN
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.notation import Assignment, Expression
from gpt_by_hand.practice.booklet.making import Order, make
from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.diagnosis import Verdict
from gpt_by_hand.practice.page import reply, sections, solution
from gpt_by_hand.practice.question import Question
from gpt_by_hand.practice.quiz import Outcome, opening, summary
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS
from gpt_by_hand.trace.report import Report
from gpt_by_hand.views.text import Spans, TextView
from tests.explain.traces import MODELS, explainer, sample, trace

ENGLISH_WORDS = (
    *("the", "of", "which", "does", "is", "are", "what", "how", "and", "it", "its", "that", "this", "with", "without"),
    *("for", "from", "to", "not", "no", "each", "there", "than", "instead", "when", "where", "all", "one", "ones"),
    *("word", "words", "number", "numbers", "losses", "grow", "grows", "sum", "share", "weights"),
)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|„[^“]*“|`[^`]*`")  # words, prompts, what is typed
CODE = re.compile(r"--\w+ \S+|\S*[\[\]()=]\S*|(?!\d)\w+(\.\w+)+|gpt-by-hand \w+|gpt_by_hand \w+")  # options, addresses
POINT = re.compile(r"(?<![\w.,])(?![1-9]\d{0,2}(\.\d{3})+(?![\d.,]))\d+\.\d+(?![\w.])")  # 6.864 is a whole number
PIECES = {
    piece.strip(" .:;,()")
    for template in SENTENCES.values()
    for piece in re.split(r"\{\w+\}", template)
    if len(re.findall(r"[A-Za-z]{2,}", piece)) >= 3
}


class Said(TextView):
    """Only what is said: no formulas, no addresses, no numbers."""

    def expression(self, node: Expression | Assignment) -> str:
        return "…"

    def display(self, block: doc.Display) -> Iterator[Spans]:
        yield ()

    def reference(self, part: doc.Reference) -> str:
        return "…"


def lines(document: Iterable[doc.Block], view: type[TextView] = Said) -> str:
    return "\n".join("".join(piece for piece, _ in line) for line in view().lines(document))


def without_code(text: str) -> str:
    return CODE.sub("…", QUOTED.sub("…", text))


def points_in(text: str) -> list[str]:
    """Its numbers with decimal points."""
    return [found[0] for found in POINT.finditer(without_code(text))]


def english_in(text: str) -> list[str]:
    """The English words and pieces of sentences in a text, and its decimal points."""
    plain = without_code(text)
    words = [word for word in ENGLISH_WORDS if re.search(rf"(?<![\w.-]){word}(?![\w.-])", plain, re.IGNORECASE)]
    pieces = [piece for piece in PIECES - GERMAN_TOO if piece in plain]
    return [*words, *pieces, *points_in(text)]


GERMAN_TOO = {piece for piece in PIECES if any(piece in template for template in SENTENCES_IN_GERMAN.values())}


LABEL, DECODE = Tokenizer.label, Tokenizer.decode


@contextmanager
def real_words() -> Iterator[None]:
    """To say what they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tokenizer, "label", LABEL)
        patch.setattr(Tokenizer, "decode", DECODE)
        yield


@pytest.fixture(autouse=True)
def words_that_are_no_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The vocabulary is English; here its words are numbers."""
    monkeypatch.setattr(Tokenizer, "label", lambda self, token: f"w{token}")
    monkeypatch.setattr(Tokenizer, "decode", lambda self, tokens: " ".join(f"w{token}" for token in tokens))
    with speaking("de"):
        yield


def assert_german(text: str) -> None:
    assert {line: found for line in text.split("\n") if (found := english_in(line))} == {}


@pytest.mark.parametrize("model", MODELS)
def test_an_explanation_of_each_formula(model: str) -> None:
    for number in (0, 1):
        found = trace(model, number)
        some = sample(found, 1, 0)
        assert len(some) >= len(found.program.definitions)
        for where in [*some, *BEGINNINGS]:
            document = explainer(model, number).explain(where).document(Shown())
            assert_german(lines(document))
            assert points_in(lines(document, TextView)) == []  # in formulas neither


BEGINNINGS = ("random[5]", "uniform[3]", "uniform53[2]", "starts[0]", "data[7]")


@cache
def asked() -> Trace:
    with speaking("en"):
        return GPT.from_preset("demo").gradients("gpt by hand")


@cache
def prompted() -> Trace:
    with speaking("en"):
        return GPT.from_preset("demo").trace("gpt by hand by")


CHANGES = ({"h.0.attn.weights[0,1,3,:]": 0.25}, {"tokens[0,1]": 3}, {"d.h.0.out[0,0,0]": 1.5}, {"eps": 0.1})


@pytest.mark.parametrize("settings", CHANGES, ids=str)
def test_what_if(settings: dict[str, float]) -> None:
    found = asked().set(settings)
    for where in ("loss", "logits[0,3,2]", "h.0.attn.weights[0,1,3,1]", "h.0.attn.mix[0,3,1,1]", "d.h.0.mid[0,0,0]"):
        assert_german(lines(Explainer(found).explain(where, 2).document(Shown())))
    assert_german(lines(asked().diff(found).document()))
    assert_german("\n".join(found.listing()))
    assert_german(repr(found))


def test_a_gradient_is_checked() -> None:
    assert_german(lines(explainer("pencil").explain("d.h.0.attn.scores[0,0,2,1]", check=True).document(Shown())))


@pytest.mark.parametrize("options", [{}, {"against": "gpt"}, {"features": 3}, {"hold": ["h.0.attn.k"]}], ids=str)
def test_why(options: dict[str, object]) -> None:
    with real_words():
        answer = prompted().why("hand", **options)  # type: ignore[arg-type]
    assert_german(lines(answer.document(Shown())))
    for where in ("why.tok_emb[0,3,7]", "why.h.1.mid.tok_emb[0,3,7]", "lens.h.0.out.probs[0,3,7]"):
        assert_german(lines(Explainer(prompted()).explain(where).document(Shown())))


def test_loss() -> None:
    found = GPT.from_preset("demo").loss("gpt by hand by hand")
    for folded in (False, True):
        assert_german(lines(loss_document(found, folded)))


@pytest.mark.parametrize("model", ["demo", "pencil", "biases"])
def test_the_report(model: str) -> None:
    report = Report(MODEL_PRESETS["demo" if model == "demo" else "pencil"])
    assert_german(lines(report.iteration(trace(model), 0, 1)))
    assert_german(lines(report.tensors(trace(model))))


def test_pictures() -> None:
    for where in ("h.0.attn.weights", "h.0", "loss"):
        assert_german(lines(asked().show(where).document()))
    assert_german(lines(asked().show("transformer.wte.weight", two_d=True).document()))


@pytest.mark.parametrize("key", KEYS)
def test_exercises(key: str) -> None:
    for seed in range(2):
        source = Source("pencil", seed, use_bias=bool(seed))
        for number in range(3):
            question = choose(KEYS[key], source, number)
            assert_german("\n".join(said_of(question)))
            assert_german("\n".join(lines(section) for section in sections(question, 80)))


def said_of(question: Question) -> Iterator[str]:
    """What may be said of answers."""
    for mistake in question.mistakes:
        yield from reply(question, "0.5", Verdict("wrong", (mistake,)))
    yield from reply(question, "0.5", Verdict("wrong"))
    yield solution(question)
    yield from summary([Outcome(question.topic, tried=True, mistakes=list(question.mistakes))])
    yield opening(1, "float64", bool(question.missing))


@pytest.mark.parametrize("topic", [*TOPICS, None], ids=lambda topic: topic.key if topic else "six-sheets")
def test_worksheets_and_keys(topic: object) -> None:
    booklet = make(Order((topic,), seed=3, answers=True))  # type: ignore[arg-type]
    for page in booklet.pages:
        assert_german(lines(page.document))


MAKE: dict[str, Callable[[], str]] = {
    "a sentence": lambda: SENTENCES["rounding.drawn"],
    "a word": lambda: "Kopf 1: which Key?",
    "a question": lambda: "What is this word looking for?",
    "a point": lambda: "Verlust 3.48",
    "a small one": lambda: "0.125",
    "a part of a sentence": lambda: "Hier ist held constant on the way back",
}


@pytest.mark.parametrize("make_one", MAKE.values(), ids=MAKE)
def test_english_is_found(make_one: Callable[[], str]) -> None:
    with pytest.raises(AssertionError):
        assert_german(f"Anfang\n{make_one()}\nEnde")


@pytest.mark.parametrize(
    "text",
    ["6.864 Parameter", 'Wonach sucht "the"?', "h.0.attn.scores[0,1,2,3] = -0,5", "--seed 0.5", "1.234.567 Zahlen"],
)
def test_what_is_no_english(text: str) -> None:
    assert english_in(text) == []


@pytest.mark.parametrize("key", KEYS)
def test_exercises_are_the_same_in_all_languages(key: str) -> None:
    """Numbers, tolerances, and which mistakes there are, in which order: codes count them."""
    found = []
    for language in (ENGLISH, GERMAN):
        with speaking(language.code):
            source = Source("pencil", 5)
            asked_for = [choose(KEYS[key], source, number) for number in range(3)]
            found.append([facts(question) for question in asked_for])
    assert found[0] == found[1]


def facts(question: Question) -> tuple[object, ...]:
    mistakes = [(mistake.kind, repr(mistake.value), mistake.cost, mistake.node) for mistake in question.mistakes]
    return question.address, question.answer, question.tolerance, mistakes


def test_a_document_is_in_the_language_that_it_is_made_in() -> None:
    """No sentence is kept from another one."""
    where = Random(0).choice(sample(trace("pencil"), 1, 0))
    with speaking("en"):
        before = lines(explainer("pencil").explain(where).document(Shown()))
    german = lines(explainer("pencil").explain(where).document(Shown()))
    with speaking("en"):
        assert lines(explainer("pencil").explain(where).document(Shown())) == before != german
