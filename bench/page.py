"""How fast the page is in Chromium, beside the NumPy engine in the same turns: `python -m bench.page`.

An iteration of the page draws its batch, puts new weights in the place of old ones, and computes forward pass,
gradients, clipping and update in float64, with one thread; the NumPy engine does so in float32, of batches that are
there. Evaluations are left out. What a visitor sees is measured on the page as it is: from the file's opening to its
first picture, and from a change to the repaint of all numbers.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.cases import SAID, work_of
from bench.contenders import Contender
from bench.machine import machine
from bench.measure import AbsentError, Timing, in_turns, summary
from bench.tables import Table, show
from bench.worker import ROOT, Worker
from gpt_by_hand import trace_iteration
from gpt_by_hand.page.write import Page, app

ROWS = {"2 x 8": 2, "16 x 8": 16}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
LOADS, EDITS = 9, 15
# Before all else in the page: says when the numbers have been drawn for the first time.
WATCH = """(() => {
  const look = () => requestAnimationFrame(() => window.explorer
    ? requestAnimationFrame(() => setTimeout(() => { window.drawn = performance.now(); })) : look());
  look();
})()"""
EDIT = """async ([address, count]) => {
  const times = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    window.explorer.set(address, n / 100);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 30));
  }
  return times;
}"""


class InPage:
    """The page as a contender: whatever can be asked for iterations."""

    block = 1

    def __init__(self, page: Any) -> None:
        self.page = page

    def ask(self, count: int) -> Timing:
        seconds = self.page.evaluate("count => window.iterate(count)", count) / 1000
        return Timing(count, seconds, seconds)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="how many times each is asked (default: 15)")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder, chromium() as browser:
            found = [(size, iterations(browser, Path(folder), size, options.rounds)) for size in ROWS]
            seen = visits(browser, Path(folder))
    except AbsentError as error:
        parser.exit(2, f"error: {error}\n")
    show({"machine": machine()}, [of_iterations(found), of_visits(seen)])


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window. Raises: AbsentError where there is none."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise AbsentError("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def written(path: Path, rows: int, script: str = "") -> Path:
    """The page of an iteration with so many sequences, with a script of our own in place of the page's."""
    text = Page(trace_iteration(0, batch_size=rows // 2, gradient_accumulation_steps=2)).html
    path.write_text(text.replace(app().script, script) if script else text, encoding="utf-8")
    return path


def bundled() -> str:
    """page.js and what it imports. Raises: AbsentError where esbuild is not installed."""
    esbuild = ROOT / "node_modules/.bin/esbuild"
    if not esbuild.exists():
        raise AbsentError("esbuild is not installed: npm ci")
    line = [str(esbuild), str(ROOT / "bench/page.js"), "--bundle", "--minify", "--format=iife", "--target=es2022"]
    return subprocess.run(line, capture_output=True, encoding="utf-8", check=True).stdout


def iterations(browser: Any, folder: Path, size: str, rounds: int) -> dict[str, dict[str, float]]:
    """The page and the NumPy engine in turns, with one thread each."""
    path = written(folder / f"{ROWS[size]}.html", ROWS[size], bundled())
    work_of(size).save(folder / "work.npz")
    contender = Contender("NumPy engine", 1, "numpy_engine")
    context = browser.new_context(bypass_csp=True)  # which allows the page's own script, and no other
    page = context.new_page()
    page.goto(path.as_uri())
    with Worker(contender.command(folder / "work.npz"), contender.changes()) as numpy:
        timings = in_turns({"numpy": numpy, "page": InPage(page)}, rounds)
    context.close()
    return {name: summary(found, timings["numpy"]) for name, found in timings.items()}


def visits(browser: Any, folder: Path) -> dict[str, list[float]]:
    """Milliseconds to the first picture, and from an edit of a weight to the repaint, with its table and panel open."""
    path = written(folder / "page.html", 2)
    found: dict[str, list[float]] = {"first render": [], "edit to repaint": []}
    for _ in range(LOADS):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_function("() => window.drawn")
        found["first render"].append(page.evaluate("() => window.drawn"))
        context.close()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{path.as_uri()}#{WEIGHT}")
    page.wait_for_function("() => window.explorer")
    found["edit to repaint"] += page.evaluate(EDIT, [WEIGHT, EDITS])
    page.close()
    return found


def of_iterations(found: Sequence[tuple[str, dict[str, dict[str, float]]]]) -> Table:
    rows = [
        [
            SAID[size],
            *(f"{times[name]['microseconds']:.0f}" for name in ("page", "numpy")),
            f"{times['page']['ratio']:.2f}",
        ]
        for size, times in found
    ]
    return Table("One iteration", ("", "page: µs", "NumPy engine: µs", "x NumPy"), rows)


def of_visits(found: dict[str, list[float]]) -> Table:
    rows = [[name, f"{statistics.median(times):.0f}", f"{min(times):.0f}"] for name, times in found.items()]
    return Table("What a visitor waits for", ("", "median: ms", "best"), rows)


if __name__ == "__main__":
    main()
