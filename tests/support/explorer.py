"""The page that `gpt-by-hand explore` writes, opened from its file in a real browser, and what a visitor does in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import ROOT, process

DESK, PROJECTOR, HAND = (1440, 900), (1024, 768), (390, 844)
AXE = ROOT / "node_modules/axe-core/axe.min.js"
# Sets itself when something runs that only stands in a word, and tells of dialogs that were opened before any test saw.
CANARY = "window.canary = []; window.alert = window.prompt = window.confirm = text => window.canary.push(String(text));"
POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@dataclass
class Visit:
    """A page that is open, all that it asked for, and what the browser complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def call(self, name: str, *arguments: object) -> Any:
        """What `window.explorer` answers."""
        return self.page.evaluate("([name, given]) => window.explorer[name](...given)", [name, list(arguments)])

    def go(self, where: str) -> None:
        """Follow a link to an address; the page is the same."""
        self.page.evaluate("hash => { location.hash = hash; }", where)
        self.settled()

    def settled(self) -> None:
        """Wait until what was asked for has been drawn."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def panel_value(self) -> float:
        """The number that the panel is about, at full precision."""
        return float(self.page.locator("#panel .panel data").get_attribute("data-value").replace("Infinity", "inf"))

    def count(self, selector: str = "*") -> int:
        return int(self.page.evaluate("selector => document.querySelectorAll(selector).length", selector))


@contextmanager
def visited(
    browser: Any,
    path: Path,
    where: str = "",
    size: tuple[int, int] = DESK,
    *,
    ready: bool = True,
    script: str = "",
    **options: Any,
) -> Iterator[Visit]:
    """The file, opened at an address. Whatever goes wrong stands in `faults`.

    `script` runs before those of the page; `options` are those of a context of the browser.
    """
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.add_init_script(CANARY + script)
    visit = Visit(context.new_page())
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
    visit.page.on("console", lambda said: said.type in ("error", "warning") and visit.faults.append(said.text))
    visit.page.on("dialog", lambda dialog: (visit.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    try:
        visit.page.goto(path.as_uri() + (f"#{where}" if where else ""))
        if ready:
            visit.page.wait_for_function("() => window.explorer || document.querySelector('#not-started.shown')")
            assert visit.count("#not-started.shown") == 0, visit.faults
            visit.settled()
        yield visit
    finally:
        context.close()


KINDS: dict[str, tuple[object, ...]] = {
    "demo": ("--preset", "demo"),
    "pencil": ("--preset", "pencil"),
    "pocket": ("--preset", "pocket"),
    "prompt": ("--prompt", "gpt by hand"),
    "second": ("--iteration", 1),
    "german": ("--language", "de"),
}


class Pages:
    """Pages as the command writes them, each kind once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, kind: str) -> Path:
        path = self.folder / f"{kind}.html"
        if not path.exists():
            explore(self.folder, *KINDS[kind], "-o", path)
        return path

    def changed(self, kind: str, name: str, *changes: tuple[str, str]) -> Path:
        """A page of that kind in which each text, which must be there, is another."""
        text = self(kind).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = self.folder / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        return path


def bundled(entry: Path) -> str:
    """A module and all that it imports as one script, as `npm run build` makes the page's; skips without esbuild."""
    esbuild = ROOT / "node_modules/.bin/esbuild"
    if not esbuild.exists():
        pytest.skip("esbuild is not installed: npm ci")
    line = [str(esbuild), str(entry), "--bundle", "--format=iife", "--target=es2022", "--charset=utf8"]
    return subprocess.run(line, capture_output=True, encoding="utf-8", check=True).stdout


def explore(folder: Path, *arguments: object) -> None:
    done = process("explore", *arguments, "--no_open", cwd=folder)
    assert done.code == 0, done


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(tmp_path_factory.mktemp("pages"))


def written(text: str) -> float:
    """The number that a text on the page shows: −1.5·10⁻⁶ is -1.5e-6."""
    plain = text.strip().replace("−", "-").replace("∞", "inf").replace(",", "")
    mantissa, _, power = plain.partition("·10")
    return float(mantissa) * 10.0 ** int(power.translate(POWERS) or 0)


def precision(text: str) -> float:
    """Half a unit of the last digit that is shown, and a little for a five that was rounded."""
    plain = text.strip().replace("−", "-").replace(",", "")
    if "∞" in plain or not re.search(r"\d", plain):
        return 0.0
    mantissa, _, power = plain.partition("·10")
    mantissa, _, exponent = mantissa.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5000001 * 10.0 ** (int(power.translate(POWERS) or 0) + int(exponent or 0) - decimals)


def press(visit: Visit, name: str, within: str = "body") -> None:
    """A button by its name, which may begin a longer one."""
    button = visit.page.locator(within).get_by_role("button", name=re.compile(rf"^{re.escape(name)}(?!\w)"))
    button.filter(visible=True).first.click()
    visit.settled()


def violations(page: Any, *rules: str) -> list[str]:
    """What axe-core finds, each with the rule and where; by all of its rules, or these."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": list(rules)} if rules else {}
    found = page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **only})
    return [
        f"{one['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


SMALL = """least => {
  const shown = node => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const within = node => node.closest("table") ? least.cell : least.control;
  const hit = node => (node.labels?.[0]?.contains(node) ? node.labels[0] : node).getBoundingClientRect();
  return [...document.querySelectorAll("button, a[href], input, select, summary, [role=button], td[tabindex='0']")]
    .filter(shown).map(node => [node, hit(node), within(node)])
    .filter(([, box, size]) => box.width > 1 && box.height > 1 && (box.height < size || box.width < size))
    .map(([node, box]) => `${node.outerHTML.slice(0, 120)} ${box.width.toFixed(0)} x ${box.height.toFixed(0)}`);
}"""


def too_small(page: Any, control: float = 44, cell: float = 24) -> list[str]:
    """Controls that no finger hits: smaller than so many CSS pixels; in a table, cells."""
    return list(page.evaluate(SMALL, {"control": control - 0.5, "cell": cell - 0.5}))


def sideways(page: Any) -> int:
    """By how many CSS pixels the page itself can be scrolled sideways."""
    return int(page.evaluate("() => document.scrollingElement.scrollWidth - innerWidth"))
