"""The signs of numbers: one for each of the five kinds, and all numbers have one."""

from itertools import combinations

import pytest

from gpt_by_hand.layout.document import Reference
from gpt_by_hand.layout.palette import SCHEMES, SIGNS
from gpt_by_hand.notation import Role
from gpt_by_hand.views.html import HtmlView
from tests.explain.traces import explainer
from tests.views.test_every_fact import KINDS

PALEST = 4.5  # contrast of text against what it stands on (WCAG 2.2)


def luminance(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_every_kind_has_a_sign():
    assert set(SIGNS) == set(Role)
    assert {sign.kind for sign in SIGNS.values()} == {"given", "weight", "computed", "gradient", "optimizer"}


def test_no_two_kinds_are_told_by_colour_alone():
    for one, other in combinations(set(SIGNS.values()), 2):
        assert one.path != other.path
        assert one.line != other.line


@pytest.mark.parametrize("scheme", SCHEMES)
def test_signs_are_seen_on_the_page(scheme):
    colours = SCHEMES[scheme]
    for sign in SIGNS.values():
        assert contrast(colours[sign.colour], colours["paper"]) >= PALEST
    assert contrast(colours["masked"], colours["paper"]) < PALEST  # a contrast that is too low is found


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("given", "given"),
        ("random", "given"),
        ("start value", "weight"),
        ("update", "weight"),
        ("forward", "computed"),
        ("gradient", "gradient"),
        ("moment", "optimizer"),
        ("learning rate", "optimizer"),
    ],
)
def test_a_number_has_the_sign_of_its_kind(kind, sign):
    model, iteration, where = KINDS[kind]
    explained = explainer(model, iteration).explain(where)
    heading = HtmlView().reference(Reference(explained.address, explained.role))
    assert f'aria-label="{sign}"' in heading
