"""The page in Debian's Firefox, driven by Puppeteer: a link, down, Back, an edit, undo, training."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.layout.sentences import said
from gpt_by_hand.trace.changed import with_set
from tests.page.cases import trace
from tests.support.commands import ROOT
from tests.support.explorer import Pages
from tests.support.node import NODE, needs_node

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEIGHT = "transformer.wte.weight[9,3]"


def seen(path: Path) -> dict[str, Any]:
    if FIREFOX is None:
        pytest.skip("there is no Firefox here: apt-get install firefox-esr")
    if not (ROOT / "node_modules/puppeteer-core").exists():
        pytest.skip("Puppeteer is not installed: npm ci")
    line = [str(NODE), str(Path(__file__).with_name("firefox.mjs")), str(path), str(FIREFOX)]
    line += [said("edits.undo"), "+10"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_node
def test_what_a_visitor_does(pages: Pages) -> None:
    found = seen(pages("demo"))
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
    assert steps["edit"]["loss"] == pytest.approx(edited["loss"], rel=1e-12)
    assert (steps["undo"]["loss"], steps["undo"]["value"]) == (steps["weight"]["loss"], steps["weight"]["value"])
    assert steps["train"]["iteration"] == 10
    assert steps["train"]["loss"] != steps["weight"]["loss"]
