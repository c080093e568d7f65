"""Pictures of the pages, to be looked at: `python -m tests.browser.pictures FOLDER [NAME ...]`.

Each is taken of a page that the command has just written, in Chromium: at a desk, on a projector, on a phone, in the
dark, and as it is printed (PDF); of the explorer, and of worksheets.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from gpt_by_hand.layout.sentences import said
from tests.support.browser import FLAGS, NAMES
from tests.support.explorer import DESK, HAND, PROJECTOR, Pages, Visit, visited
from tests.support.sheet_pages import SheetPages, answer, at_work, field, questions, way

Act = Callable[[Visit], object]
WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
SCENES: dict[str, tuple[str, Act]] = {
    "start": ("", lambda visit: None),
    "number": ("h.0.attn.scores[0,1,3,2]", lambda visit: None),
    "gradient": ("d.transformer.wte.weight[9,3]", lambda visit: None),
    "weight": (WEIGHT, lambda visit: visit.call("set", WEIGHT, visit.call("value", WEIGHT) + 0.1)),
    "update": (f"new.{WEIGHT}", lambda visit: visit.call("train", 1)),
    "trained": (WEIGHT, lambda visit: visit.call("train", 559)),
}


def at_it(visit: Visit) -> None:
    """Somebody is in the middle of a worksheet: right, wrong, hints, skipped."""
    first, second, *_ = questions("score")
    for n, box in enumerate(first["boxes"]):
        answer(visit, 0, n, box["shown"].replace("−", "-"))
    mistake = next(m for m in second["boxes"][0]["mistakes"] if isinstance(m[1], float))
    for n, text in enumerate([f"{mistake[1]:.4f}", "17.25", "one third"]):
        answer(visit, 1, n, text)
    way(visit, 2, said("cards.skip")).click()
    for _ in range(2):
        way(visit, 3, said("cards.hint")).click()


def at(act: Act, where: str) -> Act:
    """The same, with this in sight."""

    def seen(visit: Visit) -> None:
        act(visit)
        visit.page.locator(where).evaluate("node => node.scrollIntoView()")

    return seen


def keys(*names: str) -> Act:
    return lambda visit: [visit.page.keyboard.press(name) for name in names]


def finished(visit: Visit) -> None:
    at_it(visit)
    for q, question in enumerate(questions("score")):
        for b, box in enumerate(question["boxes"]):
            if field(visit, q, b).is_editable():
                answer(visit, q, b, box["shown"].replace("−", "-"))


def on_paper(mode: str) -> Act:
    """What the button of this name prints, once it is printed."""

    def act(visit: Visit) -> None:
        at_it(visit)
        visit.page.evaluate("window.print = () => {}")
        visit.page.get_by_role("button", name=said(mode)).click()

    return act


SHEETS: dict[str, tuple[str, str, Act]] = {
    "sheet": ("score", "", lambda visit: None),
    "sheet-answers": ("score", "", at(at_it, "#question-1")),
    "sheet-mistakes": ("score", "", at(at_it, "#question-2")),
    "sheet-hints": ("score", "", at(at_it, "#question-4")),
    "sheet-end": ("score", "", at(finished, "#summary")),
    "sheet-number": ("class", "", lambda visit: None),
    "sheet-copy": ("class", "2", lambda visit: None),
    "sheet-six": ("six", "", lambda visit: None),
    "sheet-german": ("german", "", lambda visit: None),
    "sheet-projected": ("sheets", "", keys("p")),
    "sheet-projected-answer": ("sheets", "", keys("p", "End", "ArrowLeft", "ArrowLeft", "ArrowLeft", "a")),
    "sheet-keys": ("score", "", keys("?")),
    "sheet-with-answers": ("score", "", on_paper("paper.answers")),
    "sheet-with-typed": ("score", "", on_paper("paper.typed")),
}
LOOKS: dict[str, tuple[tuple[int, int], dict[str, Any]]] = {
    "desk": (DESK, {}),
    "projector": (PROJECTOR, {}),
    "phone": (HAND, {"device_scale_factor": 2, "has_touch": True, "is_mobile": True}),
    "dark": (DESK, {"color_scheme": "dark"}),
    "dark-phone": (HAND, {"device_scale_factor": 2, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures are put")
    parser.add_argument("names", nargs="*", help="only these, such as weight or start-phone")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, NAMES)))
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        explorer, sheets = Pages(Path(scratch)), SheetPages(Path(scratch))
        for scene in SCENES | SHEETS:
            for look in LOOKS:
                if not options.names or {scene, look, f"{scene}-{look}"} & set(options.names):
                    take(browser, explorer, sheets, options.folder, scene, look)
        browser.close()


def take(browser: Any, explorer: Pages, sheets: SheetPages, folder: Path, scene: str, look: str) -> None:
    """One picture; at a desk, also as it is printed."""
    size, options = LOOKS[look]
    if scene in SCENES:
        where, act = SCENES[scene]
        opened = visited(browser, explorer("demo"), where, size, **options)
    else:
        kind, where, act = SHEETS[scene]
        opened = at_work(browser, sheets(kind), where, size, **options)
    with opened as visit:
        act(visit)
        visit.page.wait_for_timeout(400)  # whatever moves has come to rest
        visit.page.screenshot(path=folder / f"{scene}-{look}.png")
        print(folder / f"{scene}-{look}.png", *visit.faults, sep="\n  ")
        if look == "desk":
            visit.page.pdf(path=folder / f"{scene}.pdf", format="A4", prefer_css_page_size=scene in SHEETS)


if __name__ == "__main__":
    main()
