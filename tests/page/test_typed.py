"""What people type for a number, read by the page: against Python's own `float` and `Fraction`."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.node import needs_node, node

pytestmark = needs_node

CODE = """
import { readTyped } from "app/numbers/typed.js";
import { useSentences } from "app/explain/sentences.js";
useSentences({ "typed.none": "none", "typed.zero": "zero", "typed.large": "large", "typed.small": "small" });
send(given.map((text) => {
  try {
    return readTyped(text);
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}));
"""
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # each example starts Node
DIGITS = st.text("0123456789", min_size=1, max_size=25)
SIGNS = st.sampled_from(["", "-", "+"])
EXPONENTS = st.integers(-330, 320).map(lambda n: f"e{n}") | st.just("")
DECIMALS = st.builds(lambda sign, a, b, e: f"{sign}{a}.{b}{e}", SIGNS, DIGITS, DIGITS, EXPONENTS)

WRITTEN = [
    ("0.31", 0.31),
    (".31", 0.31),
    (" 0,31 ", 0.31),
    ("3.", 3.0),
    ("1e-3", 1e-3),
    ("1E3", 1000.0),
    ("1_000", 1000.0),
    ("-inf", float("-inf")),
    ("∞", float("inf")),
    ("−0.004229", -0.004229),
    ("2.36·10⁻⁶", 2.36e-6),
    ("-4.5*10^-5", -4.5e-5),
    ("1/3", 1 / 3),
    ("0.1 / 0.3", float(Fraction("0.1") / Fraction("0.3"))),
    ("-1/3", -1 / 3),
    ("1e600/1e600", 1.0),
    ("5e-324", 5e-324),
    ("0.1000000000000000055511151231257827", 0.1),
]
NONE = [
    ("", "none"),
    ("abc", "none"),
    ("1.2.3", "none"),
    ("1,2,3", "none"),
    ("1.234,5", "none"),
    (".", "none"),
    ("1/2/3", "none"),
    ("/2", "none"),
    ("1/", "none"),
    ("inf/2", "none"),
    ("nan", "none"),
    ("0x10", "none"),
    ("1__0", "none"),
    ("9" * 301, "none"),
    ("<b>1</b>", "none"),
    ("1/0", "zero"),
    ("1e309", "large"),
    ("1e400/3", "large"),
    ("1e99999999999999999999", "none"),
    ("1e9999", "large"),
    ("1e-400", "small"),
    ("1/1e9999", "small"),
]


def typed(texts: list[str]) -> list[float | str]:
    """What each of the texts is read as."""
    return [one if isinstance(one, str) else float(one) for one in node(CODE, texts)]


def expected(text: str) -> float | str:
    """The nearest double, as Python finds it; the reason where there is none."""
    exact = Fraction(text)
    try:
        value = float(exact) if exact else float(text)
    except OverflowError:
        return "UserError: large"
    if value in (float("inf"), float("-inf")):
        return "UserError: large"
    return "UserError: small" if exact and not value else value


def test_what_people_write() -> None:
    texts, values = zip(*WRITTEN, strict=True)
    assert typed([*texts]) == [*values]


def test_what_is_no_number_has_a_reason() -> None:
    texts, reasons = zip(*NONE, strict=True)
    assert typed([*texts]) == [f"UserError: {reason}" for reason in reasons]


@settings(max_examples=5, phases=UNSHRUNK)
@given(st.lists(DECIMALS, min_size=100, max_size=200))
def test_decimals_are_python_s(texts):
    assert typed(texts) == [expected(text) for text in texts]


@settings(max_examples=5, phases=UNSHRUNK)
@given(st.lists(st.tuples(DECIMALS, DECIMALS.filter(Fraction)), min_size=100, max_size=200))
def test_fractions_are_divided_exactly(pairs):
    found = typed([f"{above}/{below}" for above, below in pairs])
    for (above, below), value in zip(pairs, found, strict=True):
        exact = Fraction(above) / Fraction(below)
        try:
            true = float(exact)
        except OverflowError:
            true = "UserError: large"
        assert value == ("UserError: small" if exact and not true else true), (above, below)
