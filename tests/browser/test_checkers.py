"""What looks over the page finds what is wrong: shown on pages of a few lines with a fault in each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.explorer import HAND, precision, sideways, too_small, violations, visited, written
from tests.support.mathml_read import NoArithmeticError, python

RIGHT = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Page</title></head>
<body style="margin: 8px"><main><h1>Page</h1><button style="min-width: 44px; height: 44px">Undo</button>
<table><tr><th scope="row">a</th><td><button style="min-width: 24px; height: 24px">1</button></td></tr></table>
%s</main></body></html>"""


def complaints(browser: Any, folder: Path, check: Callable[[Any], Any], added: str) -> Any:
    path = folder / "page.html"
    path.write_text(RIGHT % added, encoding="utf-8")
    with visited(browser, path, size=HAND, ready=False) as visit:
        return check(visit.page)


@pytest.mark.parametrize(
    ("check", "added"),
    [
        (violations, '<p style="color: #bbb">pale</p>'),
        (violations, '<button style="width: 44px; height: 44px"></button>'),
        (violations, '<div role="button" tabindex="0">1 <button>2</button></div>'),
        (too_small, '<button style="width: 30px; height: 44px">x</button>'),
        (
            too_small,
            '<table><tr><td><button style="width: 24px; height: 20px; padding: 0">1</button></td></tr></table>',
        ),
        (sideways, '<p style="width: 500px">wide</p>'),
    ],
)
def test_what_is_wrong_is_found(browser: Any, tmp_path: Path, check: Callable[[Any], Any], added: str) -> None:
    assert not complaints(browser, tmp_path, check, "")
    assert complaints(browser, tmp_path, check, added)


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [("−0.000798968", -0.000798968, 5e-10), ("1.9·10⁻⁶", 1.9e-6, 5e-8), ("27,481", 27481, 0.5), ("3e-05", 3e-5, 5e-6)],
)
def test_numbers_are_read_as_they_are_written(text: str, value: float, half: float) -> None:
    assert written(text) == pytest.approx(value, rel=1e-15)
    assert precision(text) == pytest.approx(half, rel=1e-5)


@pytest.mark.parametrize(
    ("math", "source"),
    [
        ("<mo>=</mo><mfrac><mn>1.5</mn><msqrt><mn>8</mn></msqrt></mfrac>", "((1.5)/(sqrt(8)))"),
        ('<mn>2</mn><mspace width="1em"/><mo>(</mo><mn>1</mn><mo>−</mo><mn>3</mn><mo>)</mo>', "2*(1-3)"),
        ("<mi>exp</mi><mo>\u2061</mo><mrow><mo>(</mo><mn>1.2</mn><mo>)</mo></mrow><mn>3</mn>", "exp(1.2)*3"),
        ("<mn>1.5</mn><mo>⋅</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>6</mn></mrow></msup>", "1.5*((10)**(-6))"),
    ],
)
def test_formulas_are_read_as_they_are_written(math: str, source: str) -> None:
    assert python(math) == source


@pytest.mark.parametrize("math", ["<mi>x</mi>", "<msup><mrow><mo>−</mo><mn>2</mn></mrow><mn>2</mn></msup>"])
def test_what_no_reader_takes_for_a_number_is_refused(math: str) -> None:
    with pytest.raises(NoArithmeticError):
        python(math)
