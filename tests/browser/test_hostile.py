"""Words of strangers are text, whatever they are: nothing of them runs, none becomes an element, and all answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpt_by_hand.data.meta import meta_bytes
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.page.contents import vocabulary
from gpt_by_hand.page.write import app
from tests.support.commands import Command, command
from tests.support.explorer import Pages, Visit, bundled, press, visited
from tests.support.hostile import MARK, WORDS, vocabularies

__all__ = ["command"]
PROMPTS = [WORDS[n] for n in (0, 3, 4, 7, 9, 15, 17, 37)]
SIZE = 8  # words of a model for paper
AT_ONCE = 20
SEEN = f"""() => ({{
  ran: window.canary.length,
  elements: document.querySelectorAll("{MARK}, img, iframe, body script:not([id=contents]):not([type=module])").length,
  chips: [...document.querySelectorAll(".chip b")].map(chip => chip.textContent),
  numbers: document.querySelectorAll("[data-address]").length,
}})"""

EACH = f"vocabularies => vocabularies.map(vocabulary => {{ window.again(vocabulary); return ({SEEN})(); }})"


def nothing_ran(visit: Visit) -> dict[str, Any]:
    seen: dict[str, Any] = visit.page.evaluate(SEEN)
    assert (seen["ran"], seen["elements"], visit.faults) == (0, 0, [])
    return seen


@pytest.fixture
def hostile_page(command: Command, tmp_path: Path) -> Path:
    """The page of a model whose vocabulary is hostile, through the command."""
    folder = tmp_path / "data" / "hostile"
    folder.mkdir(parents=True)
    (folder / "meta.pkl").write_bytes(meta_bytes(Tokenizer("word", WORDS)))
    for part in ("train", "val"):
        np.tile(np.arange(len(WORDS), dtype=np.uint16), 8).tofile(folder / f"{part}.bin")
    assert command("explore", "--dataset", "hostile", "--no_open").code == 0
    return tmp_path / "explorer.html"


def test_through_the_command(browser: Any, hostile_page: Path) -> None:
    """Every view that shows words."""
    with visited(browser, hostile_page, "nll[0,3]", bypass_csp=True) as visit:
        for where in ("logits[0,3,4]", "transformer.wte.weight[3,3]", "tokens[0,3]", "loss"):
            visit.go(where)
            nothing_ran(visit)
        visit.page.locator(".word-chips .change").click()
        for tool in ("tools.write", "tools.why", "tools.code", "tools.settings"):
            press(visit, said(tool))
            nothing_ran(visit)
        visit.call("setWord", 0, 3, 4)
        visit.call("train", 3)
        visit.settled()
        assert nothing_ran(visit)["chips"]


def test_prompts_through_the_command(browser: Any, command: Command, hostile_page: Path) -> None:
    """One such word, and what the model says to it."""
    for n, prompt in enumerate(PROMPTS):
        written = command("explore", "--dataset", "hostile", "--prompt", prompt, "--no_open", "-o", f"{n}.html")
        assert written.code == 0, written.err
        with visited(browser, hostile_page.with_name(f"{n}.html"), "logits[0,0,2]", bypass_csp=True) as visit:
            assert nothing_ran(visit)["chips"]


@pytest.mark.parametrize("text", WORDS, ids=range(len(WORDS)))
def test_addresses_and_numbers_that_are_none(browser: Any, pages: Pages, text: str) -> None:
    with visited(browser, pages("demo"), bypass_csp=True) as visit:
        visit.go(text)
        visit.page.locator(".go input").fill(text)
        visit.page.locator(".go input").press("Enter")
        visit.go("loss")
        visit.page.locator("#what-if").fill(text)
        visit.page.locator("#what-if").press("Enter")
        visit.settled()
        assert visit.call("state")["edits"] == [] or text in ("0", "-1", "Infinity")
        nothing_ran(visit)


@pytest.fixture(scope="module")
def changing(browser: Any, pages: Pages) -> Iterator[Visit]:
    """A page whose vocabulary can be another one, by `again`; its policy would refuse another script."""
    path = pages.changed("pencil", "changing", (app().script, bundled(Path(__file__).with_name("again.js"))))
    with visited(browser, path, "nll[0,2]", bypass_csp=True) as visit:
        yield visit


@settings(max_examples=1000 // AT_ONCE, suppress_health_check=list(HealthCheck))
@given(st.lists(vocabularies(SIZE), min_size=AT_ONCE, max_size=AT_ONCE))
def test_a_thousand_vocabularies(changing: Visit, lists: list[list[str]]) -> None:
    made = [vocabulary(Tokenizer("word", tuple(words)), SIZE) for words in lists]
    for words, seen in zip(lists, changing.page.evaluate(EACH, made), strict=True):
        assert (seen["ran"], seen["elements"]) == (0, 0), words
        assert (len(seen["chips"]), seen["numbers"] > 8) == (4, True), words
    nothing_ran(changing)
    changing.page.reload()  # what was there before would stay in memory


def test_a_word_that_is_markup_is_found(browser: Any, pages: Pages) -> None:
    """The canary sings, where a word is put in as markup and no policy forbids it."""
    with visited(browser, pages("demo"), bypass_csp=True) as visit:
        visit.page.evaluate("word => { document.body.insertAdjacentHTML('beforeend', word); }", WORDS[2])
        visit.page.wait_for_function("() => window.canary.length")
        with pytest.raises(AssertionError):
            nothing_ran(visit)
    with visited(browser, pages("demo")) as visit:
        visit.page.evaluate("word => { document.body.insertAdjacentHTML('beforeend', word); }", WORDS[0])
        with pytest.raises(AssertionError):
            nothing_ran(visit)
