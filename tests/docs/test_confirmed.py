"""The numbers of the example run that the pages show are those that double precision confirms, on every machine."""

import re
from collections.abc import Iterator
from math import log10

import pytest

from gpt_by_hand import GPT
from tests.docs.comparing import units
from tests.docs.known import first_iteration, second_iteration
from tests.docs.markdown import ROOT, blocks
from tests.docs.parts import ADDRESS
from tests.support.confirmed import Exact

SHOWN = "".join(block.text for block in blocks(ROOT / "docs" / "trace.md") if block.language == "text")
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:e-\d+)?(?![\w.])")


@pytest.fixture(scope="module")
def traces() -> list[Exact]:
    demo = GPT.from_preset("demo")
    prompts = [Exact(demo.trace("gpt by hand")), Exact(demo.gradients("gpt by hand"))]
    return [first_iteration(), Exact(second_iteration()), *prompts]


def shown(text: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """Each number of a report that stands below the name of a computed tensor, with that name."""
    name, lines = "", text.split("\n")
    for line, unit in zip(lines, units(lines), strict=True):
        if not line.startswith((" ", "…")):
            word = re.split(r"[\[ ]", line)[0]
            name = "sequence_loss" if line.startswith("Loss of this") else word if word in names else ""
            line = line if name == "sequence_loss" else ""  # noqa: PLW2901
        if name:
            yield from ((name, n if "e" in n or unit == 1 else f"{n}e{log10(unit):.0f}") for n in NUMBER.findall(line))


def unconfirmed(text: str, traces: list[Exact]) -> list[tuple[str, str]]:
    """The numbers that no machine would show."""
    names = set(traces[0].trace.program.definitions)
    having = {name: [trace for trace in traces if name in trace.trace.names] for name in names}
    return [(n, number) for n, number in shown(text, names) if not any(t.allows(n, number) for t in having[n])]


def test_every_number_of_the_walk_is_confirmed(traces: list[Exact]) -> None:
    names = [name for name, _ in shown(SHOWN, set(traces[0].trace.program.definitions))]
    assert {"embed", "h.0.attn.scores", "logits", "d.logits", "clip.norm", "sequence_loss"} <= set(names)
    assert len(names) > 80
    assert unconfirmed(SHOWN, traces) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("0.0025648", "0.0025658"), ("-0.00422875", "-0.00422975"), ("3.48729", "3.48723"), ("-0.32940", "-0.32943")],
)
def test_a_wrong_digit_on_the_page_is_found(traces: list[Exact], right: str, wrong: str) -> None:
    assert right in SHOWN
    assert {number[: len(wrong)] for _, number in unconfirmed(SHOWN.replace(right, wrong), traces)} == {wrong}


def test_the_reference_engine_has_its_digits_on_every_machine() -> None:
    """What a page shows beside float32's own digits, which may differ, is compared without any tolerance."""
    page = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    shown = re.search(r"\['loss'\]\.item\(\):\.7f\}\"\)\n(\S+) ", page)
    assert shown is not None
    assert shown[1] == f"{first_iteration()['loss']:.7f}"


@pytest.mark.parametrize(
    ("where", "digits", "holds"),
    [
        (ADDRESS, "-0.004229", True),
        (ADDRESS, "-0.004228", False),
        (ADDRESS, "-0.0042287", False),  # float32 rounds it to this on one machine and to -0.0042288 on another
        ("loss", "3.459", True),
        ("loss", "3.4591239", False),  # double precision has these digits; float32 may have others
    ],
)
def test_a_text_says_only_what_every_machine_agrees_on(where: str, digits: str, holds: bool) -> None:
    assert first_iteration().says(where, digits) is holds
