"""The pages in Debian's Firefox, driven by Puppeteer: a link, down, Back, an edit, undo, training; and a worksheet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.language import speaking
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.trace.changed import with_set
from tests.page.cases import trace
from tests.support.commands import ROOT
from tests.support.explorer import Pages
from tests.support.node import NODE, needs_node
from tests.support.sheet_pages import SheetPages, questions, sheet_pages

__all__ = ["sheet_pages"]

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEIGHT = "transformer.wte.weight[9,3]"


def seen(script: str, path: Path, *more: str, given: str = "") -> dict[str, Any]:
    if FIREFOX is None:
        pytest.skip("there is no Firefox here: apt-get install firefox-esr")
    if not (ROOT / "node_modules/puppeteer-core").exists():
        pytest.skip("Puppeteer is not installed: npm ci")
    line = [str(NODE), str(Path(__file__).with_name(script)), str(path), str(FIREFOX), *more]
    done = subprocess.run(line, cwd=ROOT, input=given, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_node
@pytest.mark.parametrize(("kind", "language", "typed"), [("demo", "en", "0.25"), ("german", "de", "0,25")])
def test_what_a_visitor_does(pages: Pages, kind: str, language: str, typed: str) -> None:
    with speaking(language):
        found = seen("firefox.mjs", pages(kind), said("edits.undo"), "+10", typed)
    steps = {step["name"]: step for step in found["steps"]}
    assert found["faults"] == []
    plain = trace("demo")
    assert steps["link"]["hash"] == steps["back"]["hash"] == "h.0.attn.scores[0,1,3,2]"
    assert steps["link"]["more"] > 1  # formulas
    assert steps["down"]["hash"] == "h.0.attn.q[0,1,3,0]"
    for name in ("link", "down", "back", "weight"):
        assert float(steps[name]["value"]) == pytest.approx(plain[steps[name]["hash"]], rel=1e-12)
    edited = with_set(plain, {WEIGHT: 0.25})
    assert float(steps["edit"]["value"]) == 0.25
    assert not re.search(r"\d[,.]25\b", steps["edit"]["more"].replace(typed, ""))
    assert steps["edit"]["loss"] == pytest.approx(edited["loss"], rel=1e-12)
    assert (steps["undo"]["loss"], steps["undo"]["value"]) == (steps["weight"]["loss"], steps["weight"]["value"])
    assert steps["train"]["iteration"] == 10
    assert steps["train"]["loss"] != steps["weight"]["loss"]


@needs_node
def test_what_a_pupil_does(sheet_pages: SheetPages) -> None:
    """A hint, all answers by keys, a reload, and the projector's answer."""
    boxes = [box for question in questions("score") for box in question["boxes"]]
    given = {"hint": said("cards.hint"), "answers": [box["shown"].replace("−", "-") for box in boxes]}
    found = seen("firefox_sheet.mjs", sheet_pages("score"), given=json.dumps(given))
    steps = {step["name"]: step for step in found["steps"]}
    assert found["faults"] == []
    assert steps["start"]["states"] == ["untouched"] * 4
    assert steps["start"]["math"] > 10
    assert steps["hint"]["states"][0] == "open"
    assert steps["answers"]["states"] == steps["reload"]["states"] == ["right", "at once", "at once", "at once"]
    assert steps["answers"]["focused"] == "summary"
    assert steps["answers"]["code"] == steps["reload"]["code"] != steps["start"]["code"]
    assert steps["projector"]["filled"] == len(questions("score")[0]["boxes"])
