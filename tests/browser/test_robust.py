"""Paper, wrong links and spoiled files: what can be shown is shown, and else it is said what is wrong."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.explorer import Pages, visited

SCORE = "h.0.attn.scores[0,1,3,2]"
CONTENTS = re.compile(r'(<script type="application/json" id="contents"[^>]*>)(.*?)(</script>)', re.DOTALL)


@pytest.mark.parametrize("address", [SCORE, "d.transformer.h.0.attn.c_attn.weight[0,1,0,0]", "loss"])
def test_paper_says_which_number_it_is(browser: Any, pages: Pages, address: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed: pip install '.[dev]'")
    with visited(browser, pages("demo"), address) as visit:
        printed = pypdf.PdfReader(io.BytesIO(visit.page.pdf(format="A4", prefer_css_page_size=True)))
        value = visit.page.locator("#panel .panel data").inner_text()
    assert len(printed.pages) == 1
    text = printed.pages[0].extract_text()
    assert "".join(text.split()).count(address) > 0  # which is broken over lines, where it is long
    assert value in text


@pytest.mark.parametrize("address", ["h.0.attn.scroes[0,1,3,2]", "h.0.attn.scores[0,1,3,99]", "nonsense", "%E0%A4%A"])
def test_a_link_to_no_number_says_so(browser: Any, pages: Pages, address: str) -> None:
    with visited(browser, pages("demo"), address) as visit:
        said = visit.page.get_by_role("alert").filter(visible=True).first.inner_text()
        assert said
        if "scroes" in address:
            assert "h.0.attn.scores" in said
        assert visit.page.locator("#panel .panel data").filter(visible=True).count() == 0
        assert visit.faults == []


def spoiled(path: Path, name: str) -> Path:
    """The page with something else in its content."""
    text = path.read_text(encoding="utf-8")
    match = CONTENTS.search(text)
    assert match
    content = match[2]
    if name == "cut off":
        text = text[: match.start(2) + len(content) // 2]
    else:
        found = json.loads(content)
        change(found, name)
        content = content[:-9] if name == "half" else json.dumps(found)
        text = text[: match.start(2)] + content.replace("<", "\\u003c") + text[match.end(2) :]
    spoiled_path = path.with_name(f"spoiled {name}.html")
    spoiled_path.write_text(text, encoding="utf-8")
    return spoiled_path


def change(found: dict[str, Any], name: str) -> None:
    given = found["given"]
    match name:
        case "a word":
            given["whole"]["tokens"][3] += 1
        case "a seed":
            given["drawn"]["seed"] += 1
        case "no words":
            del given["whole"]["tokens"]
        case "a formula":
            found["program"]["assignments"][3] = found["program"]["assignments"][4]
        case "another format":
            found["format"] = 99


@pytest.mark.parametrize("name", ["cut off", "half", "a word", "a seed", "no words", "a formula", "another format"])
def test_a_spoiled_file_says_what_is_wrong(browser: Any, pages: Pages, name: str) -> None:
    """It shows no number."""
    with visited(browser, spoiled(pages("demo"), name), ready=False) as visit:
        visit.page.wait_for_function("() => document.body.innerText.trim()")
        assert len(visit.page.locator("body").inner_text()) > 20
        assert visit.count("[data-value]") == 0
        assert visit.count("canvas") == 0
