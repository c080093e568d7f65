"""Pictures of the page, to be looked at: `python -m tests.browser.pictures FOLDER [NAME ...]`.

Each is taken of a page that the command has just written, in Chromium: at a desk, on a projector, on a phone, in the
dark, and as it is printed (PDF).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.support.browser import FLAGS, NAMES
from tests.support.explorer import DESK, HAND, PROJECTOR, Pages, Visit, visited

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
        path = Pages(Path(scratch))("demo")
        for scene in SCENES:
            for look in LOOKS:
                if not options.names or {scene, look, f"{scene}-{look}"} & set(options.names):
                    take(browser, path, options.folder, scene, look)
        browser.close()


def take(browser: Any, path: Path, folder: Path, scene: str, look: str) -> None:
    """One picture; at a desk, also as it is printed."""
    (where, act), (size, options) = SCENES[scene], LOOKS[look]
    with visited(browser, path, where, size, **options) as visit:
        act(visit)
        visit.page.wait_for_timeout(400)  # whatever moves has come to rest
        visit.page.screenshot(path=folder / f"{scene}-{look}.png")
        print(folder / f"{scene}-{look}.png", *visit.faults, sep="\n  ")
        if look == "desk":
            visit.page.pdf(path=folder / f"{scene}.pdf", format="A4")


if __name__ == "__main__":
    main()
