"""Which language is spoken, by whom, and how it writes numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Thread
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt_by_hand
from gpt_by_hand import UserError
from gpt_by_hand.cli import main
from gpt_by_hand.cli.option import Spoken
from gpt_by_hand.language import LANGUAGES, decimal, in_words, preferred, several, speak, speaking, spoken, whole
from gpt_by_hand.layout.digits import aligned
from gpt_by_hand.layout.document import Number
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.practice.numbers import shown
from tests.support.commands import Command, command

__all__ = ["command"]

SHOW = ("explain", "why", "loss", "diff", "trace", "show", "plot", "explore", "worksheet", "exercise")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_CH"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "de_DE@euro"}, "de"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de"),
        ({"LC_MESSAGES": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),  # empty is as if it were not there
        ({"LC_CTYPE": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, "en"),  # not for sentences
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:en"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en:de"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:de_AT"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:it"}, "de"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"),  # as gettext does
        ({"LANG": "POSIX", "LANGUAGE": "de"}, "en"),
        ({"LANGUAGE": "de"}, "en"),
    ],
    ids=str,
)
def test_the_locale(environment: dict[str, str], code: str) -> None:
    assert preferred(environment) == code


@pytest.mark.parametrize("name", ["de_DE", "German_Germany", "German_Austria"])
def test_windows_says_it_in_its_own_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpt_by_hand.language.sys.platform", "win32")
    monkeypatch.setattr("locale.getlocale", lambda: (name, "cp1252"))
    assert preferred({}) == "de"
    assert preferred({"LANG": "en_US"}) == "en"


def test_speaking_for_a_while() -> None:
    with speaking("de"):
        assert spoken().code == "de"
        with speaking("en"):
            assert said("sheet.answer") == "Your answer:"
        assert said("sheet.answer") != "Your answer:"
    assert spoken().code == "en"


def test_who_speaks_does_so_in_all_threads() -> None:
    gpt_by_hand.speak("de")
    found: list[str] = []
    thread = Thread(target=lambda: found.append(spoken().code))
    thread.start()
    thread.join()
    assert found == [spoken().code] == ["de"]


@pytest.mark.parametrize("code", ["fr", "", "DE", "deutsch"])
def test_a_language_that_there_is_not(code: str) -> None:
    with pytest.raises(UserError, match=r"there is no language '.*': there are en \(English\) and de \(Deutsch\)"):
        gpt_by_hand.speak(code)
    assert spoken().code == "en"


def test_commands_have_all_languages() -> None:
    (choices, _) = get_args(get_type_hints(Spoken)["language"])
    assert set(get_args(choices)) == set(LANGUAGES)


@pytest.mark.parametrize("name", SHOW)
def test_every_command_that_shows_something_knows_languages(name: str, command: Command) -> None:
    result = command(name, "--language", "fr")
    assert (result.code, result.out) == (2, "")
    assert "--language is 'fr': it must be en or de" in result.err
    assert result.err.count("\n") == 1
    assert "--language {en, de}" in command(name, "--help").out


def test_the_locale_decides_unless_something_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(*more: str) -> str:
        assert main(["loss", "hello world", *more]) == 0
        return capsys.readouterr().out

    english, german = asked(), asked("--language", "de")
    assert "Model: untrained" in english
    assert "Modell: untrainiert" in german
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert asked() == german.replace(" --language de", "")  # the command that it says to ask on with
    assert asked("--language=en").replace(" --language en", "") == english
    assert spoken().code == "en"  # a command leaves the language of others as it was


def test_data_for_programs_are_the_same() -> None:
    """But for what is said: numbers, keys, addresses."""

    def of(code: str) -> dict[str, object]:
        with speaking(code):
            made = gpt_by_hand.GPT.from_preset("pencil").trace("the cat").explain("logits[0,1,2]")
            found: dict[str, object] = json.loads(json.dumps(made.to_dict()))
        return found

    english, german = of("en"), of("de")
    assert english.keys() == german.keys()
    same = ("address", "value", "substituted", "phase", "role", "stored", "precision")
    assert [english[key] for key in same] == [german[key] for key in same]
    assert english["meaning"] != german["meaning"]


@pytest.mark.parametrize(
    ("text", "german"),
    [("0.31", "0,31"), ("-1.5e-05", "-1,5e-05"), ("12", "12"), ("-inf", "-inf"), ("12.3%", "12,3%"), ("a.b", "a.b")],
)
def test_decimals(text: str, german: str) -> None:
    assert decimal(text) == text
    with speaking("de"):
        assert decimal(text) == decimal(decimal(text)) == german
        assert Number(0.0, text).written == german


@given(st.integers(0, 10**12))
def test_whole_numbers(count: int) -> None:
    with speaking("de"):
        assert whole(count) == f"{count:,}".replace(",", ".")
        assert decimal(whole(count)) == in_words(whole(count)) == whole(count)  # its points are not decimal ones


def test_counts_in_sentences() -> None:
    with speaking("de"):
        assert many("sequences", 67615) == "67.615 Sequenzen"
        assert said("whose.window", seen="0.5", given=0.25) == said("whose.window", seen="0,5", given="0,25")
        assert said("whose.window", seen="h.0.attn", given="v1.0") == said(
            "whose.window", given="v1.0", seen="h.0.attn"
        )


@given(st.floats(-1e4, 1e4))
def test_decimal_commas_stand_below_each_other(number: float) -> None:
    texts = [shown(number), "1.25", "-300", "2e-05", "12.3%"]
    points = aligned(texts)
    with speaking("de"):
        assert aligned([decimal(text) for text in texts]) == [decimal(text) for text in points]
        assert several(texts) == "; ".join(map(decimal, texts))
    assert several(texts) == ", ".join(texts)
