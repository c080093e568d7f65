"""The page from its file: it asks for nothing, complains of nothing, is small, and is the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.commands import process
from tests.support.explorer import Pages, visited

SCORE = "h.0.attn.scores[0,1,3,2]"
POLICY = '<meta http-equiv="Content-Security-Policy"'
REFUSED = """() => new Promise(done => {
  document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective), { once: true });
  fetch("http://localhost:9/").then(() => done("it went through"), () => {});
})"""


def test_it_asks_for_nothing(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo"), SCORE) as visit:
        assert visit.call("value", SCORE) == visit.call("explain", SCORE)["value"]
        assert [url.partition("#")[0] for url in visit.requests] == [pages("demo").as_uri()]
        assert visit.faults == []
        assert 200 < visit.count() <= 2500


def test_it_may_ask_for_nothing(browser: Any, pages: Pages) -> None:
    """Its policy stands before anything that it could stop, and is obeyed."""
    head = pages("demo").read_text(encoding="utf-8").partition("<script")[0].partition("<style")[0]
    assert f"{POLICY} content=\"default-src 'none';" in head
    assert "unsafe-eval" not in head
    with visited(browser, pages("demo")) as visit:
        assert visit.page.evaluate(REFUSED) == "connect-src"
        assert [fault for fault in visit.faults if "Content Security Policy" in fault]


def test_the_same_bytes_each_time(pages: Pages, tmp_path: Path) -> None:
    """Whatever order sets and dictionaries have in a process."""
    done = process("explore", "-o", "again.html", "--no_open", cwd=tmp_path, PYTHONHASHSEED="1")
    assert done.code == 0, done
    assert (tmp_path / "again.html").read_bytes() == pages("demo").read_bytes()


def test_what_is_wrong_is_found(browser: Any, pages: Pages) -> None:
    """A picture from elsewhere that the policy would let through, what throws, and what says so."""
    planted = (
        '<img alt="" src="http://localhost:9/x.png">'
        "<script>console.error('planted'); Promise.reject(new Error('thrown'));</script></body>"
    )
    path = pages.changed("demo", "planted", (POLICY, '<meta name="none"'), ("</body>", planted))
    with visited(browser, path) as visit:
        assert "http://localhost:9/x.png" in visit.requests
        assert "planted" in visit.faults
        assert any("thrown" in fault for fault in visit.faults)
