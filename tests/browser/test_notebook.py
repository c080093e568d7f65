"""What shows itself in a notebook, in a page like a notebook's: its own style for tables, light and dark."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand import GPT, ModelConfig, TrainConfig
from tests.explain.traces import trace
from tests.support.browser import DESKTOP, PHONE, complaints, opened

# As JupyterLab sets the output of a cell: a small sans-serif, tables to the right, narrow, every other row grey.
NOTEBOOK = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
body { margin: 0; background: %s; color: %s; font: 14px/1.3 sans-serif; }
.cell { margin: 8px 8px 8px 72px; } @media (max-width: 40em) { .cell { margin-left: 8px; } }
.output { overflow-x: auto; padding: 4px; }
.output table { border-collapse: collapse; border: none; font-size: 12px; table-layout: fixed; margin: 0 auto 1em; }
.output td, .output th, .output tr { vertical-align: middle; padding: 0.5em; line-height: normal; white-space: normal;
  max-width: 260px; border: none; text-align: right; }
.output tr:nth-child(odd) { background: rgba(127, 127, 127, 0.1); }
.output code { background: rgba(127, 127, 127, 0.2); padding: 1px 5px; }
</style></head><body><div class="cell"><div class="output">%s</div></div></body></html>"""
LIGHT, DARK = ("#ffffff", "#1a1a1a"), ("#111111", "#e6e6e6")


def shown(what: str) -> Any:
    found = trace("demo", 1)
    return {
        "trace": found,
        "part of a trace": found.only("h.0.attn.*"),
        "one number": found.only("loss"),
        "explanation": found.explain("h.0.attn.scores[0,1,3,2]", 2),
        "gradient": found.explain("d.h.0.mlp.c_fc[0,3,2]"),
        "model": GPT.from_preset("demo"),
        "sizes": ModelConfig(),
        "settings": TrainConfig(),
    }[what]


WHAT = ["trace", "part of a trace", "one number", "explanation", "gradient", "model", "sizes", "settings"]


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize(
    ("width", "colours", "system_dark"),
    [(DESKTOP, LIGHT, False), (PHONE, LIGHT, False), (DESKTOP, DARK, False), (DESKTOP, LIGHT, True)],
    ids=["desktop", "phone", "dark", "light-on-dark-desktop"],
)
def test_can_be_read(browser: Any, what: str, width: int, colours: tuple[str, str], system_dark: bool) -> None:
    with opened(browser, NOTEBOOK % (*colours, shown(what)._repr_html_()), width, system_dark) as page:
        assert complaints(page) == []


@pytest.mark.parametrize("what", ["trace", "sizes"])
def test_tables(browser: Any, what: str) -> None:
    """To the left, and each cell in one line, whatever the notebook says."""
    with opened(browser, NOTEBOOK % (*LIGHT, shown(what)._repr_html_())) as page:
        cells = page.locator("td").evaluate_all(
            "cells => cells.map(c => [getComputedStyle(c).textAlign, c.getBoundingClientRect().height])"
        )
        assert len(cells) > 20
        assert {align for align, _ in cells} == {"left"}
        assert max(height for _, height in cells) < 30
        assert page.evaluate("document.body.scrollHeight") < 700


def test_settings_say_what_they_mean() -> None:
    page = TrainConfig()._repr_html_()
    for text in ("batch_size", "How many sequences a micro-step looks at.", "The largest step size, reached after"):
        assert f"<td>{text}" in page
