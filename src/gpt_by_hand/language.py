"""In which language people are spoken to, and how it writes numbers.

What is for machines (JSON's numbers, code, addresses, commands) is the same in all of them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from gpt_by_hand.errors import UserError
from gpt_by_hand.records import dataclass

NUMBER = re.compile(r"[-−+]?(\d+)(\.\d+)?(e[-+]?\d+)?%?")
POINT = re.compile(r"(?<=\d)\.(?=\d)")


@dataclass(frozen=True)
class Language:
    """A language by its code (ISO 639-1) and its own name; its decimal point, and what groups thousands.

    `between` stands between the arguments of a function, where a comma would be one of a number. `cases` stand in
    front of the conditions of a formula, and of what is left. `small` says that a sentence behind a colon goes on with
    a small letter.
    """

    code: str
    name: str
    point: str = "."
    thousands: str = ","
    between: str = ", "
    cases: tuple[str, str, str] = ("if", "else if", "otherwise")
    small: bool = True


ENGLISH, GERMAN = (
    Language("en", "English"),
    Language("de", "Deutsch", ",", ".", "; ", ("falls", "sonst falls", "sonst"), small=False),
)
LANGUAGES = {language.code: language for language in (ENGLISH, GERMAN)}
_here: ContextVar[Language | None] = ContextVar("language", default=None)
_elsewhere = [ENGLISH]  # the one of all: in threads and notebook cells too, which have contexts of their own


def spoken() -> Language:
    """The language that is spoken now."""
    return _here.get() or _elsewhere[0]


def speak(code: str) -> None:
    """Speak this language from here on: "en" or "de". Raises: UserError for one that there is not.

    >>> from gpt_by_hand import GPT, speak
    >>> speak("de")
    >>> float(GPT.from_preset("demo").loss("gpt by hand")) > 3  # numbers themselves are the same in all languages
    True
    >>> speak("en")
    """
    _elsewhere[0] = _found(code)
    _here.set(None)


def speak_here(code: str) -> None:
    """Speak this language up to the end of the context (`contextvars`). Raises: UserError as `speak`."""
    _here.set(_found(code))


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak this language for a while. Raises: UserError for one that there is not."""
    before = _here.set(_found(code))
    try:
        yield
    finally:
        _here.reset(before)


def _found(code: str) -> Language:
    if code not in LANGUAGES:
        there = " and ".join(f"{one.code} ({one.name})" for one in LANGUAGES.values())
        raise UserError(f"there is no language {code!r}: there are {there}")
    return LANGUAGES[code]


def preferred(environment: Mapping[str, str] = os.environ) -> str:
    """The code of the language that the locale asks for; English, where it asks for none that there is.

    As POSIX has it (Base Definitions, 8.2): LC_ALL, or else LC_MESSAGES, or else LANG; and as GNU gettext does,
    LANGUAGE is a list of what is preferred to that, where it is another locale than C. Windows has none of these.

    >>> preferred({"LANG": "de_AT.UTF-8"}), preferred({"LANG": "de_DE", "LC_ALL": "C"}), preferred({})
    ('de', 'en', 'en')
    >>> preferred({"LANG": "fr_FR", "LANGUAGE": "fr:de:en"})
    'de'
    """
    said = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not said and sys.platform == "win32":
        said = _of_windows()
    asked = [*environment.get("LANGUAGE", "").split(":"), said] if _language_in(said) not in ("", "c", "posix") else []
    return next((code for code in map(_language_in, asked) if code in LANGUAGES), ENGLISH.code)


def _language_in(locale: str) -> str:
    """`de` of `de_DE.UTF-8@euro`."""
    return re.split(r"[._@-]", locale, maxsplit=1)[0].lower()


def _of_windows() -> str:
    """`de_DE`, also where Windows says `German_Germany`."""
    from locale import getlocale, normalize

    said = getlocale()[0] or ""
    return said if _language_in(said) in LANGUAGES else normalize(said.partition("_")[0])


class Written(str):
    """A number as the language writes it already, so that nobody takes a point between thousands for another one."""


def decimal(text: str) -> str:
    """One number, written with a decimal point, as the language writes it.

    >>> with speaking("de"):
    ...     decimal("-0.31"), decimal("1.5e-05"), decimal("12"), decimal("-inf")
    ('-0,31', '1,5e-05', '12', '-inf')
    """
    return text if spoken().point == "." or isinstance(text, Written) else POINT.sub(spoken().point, text)


def several(numbers: Iterable[str]) -> str:
    """Numbers, or what a function is called with, one behind the other.

    >>> with speaking("de"):
    ...     several(["0.3", "0.5"])
    '0,3; 0,5'
    """
    return spoken().between.join(map(decimal, numbers))


def whole(count: int) -> str:
    """A whole number in groups of thousands.

    >>> whole(67615)
    '67,615'
    """
    return Written(f"{count:,}".replace(",", spoken().thousands))


def in_words(value: object) -> object:
    """A value as it stands in a sentence: numbers as the language writes them, anything else as it is."""
    if isinstance(value, str):
        return decimal(value) if NUMBER.fullmatch(value) else value
    return decimal(str(value)) if isinstance(value, float) else value
