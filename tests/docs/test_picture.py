"""The picture on the first page is what the command beside it writes. UPDATE_DOCS=1 writes it anew."""

from __future__ import annotations

import os
import re
import shlex
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpt_by_hand.cli import main
from tests.docs.comparing import same_line
from tests.docs.markdown import ROOT

PICTURE = ROOT / "docs" / "figures" / "score.svg"
PIXELS = 0.11  # a bar's end is rounded to a tenth, and its number may differ in its last digit


def written(folder: Path) -> str:
    """What the command of the first page writes, started in an empty folder."""
    (command,) = re.findall(r"`(gpt-by-hand explain [^`]+ --format svg)`", (ROOT / "README.md").read_text("utf-8"))
    assert main([*shlex.split(command)[1:], "-o", str(folder / "score.svg")]) == 0
    return (folder / "score.svg").read_text(encoding="utf-8")


def differences(shown: str, found: str) -> list[tuple[str, str]]:
    """Texts and attributes that are not the same; numbers may differ in their last digit, places by a tenth."""
    pairs = list(zip_longest(*(list(ElementTree.fromstring(page).iter()) for page in (shown, found))))
    result = [(str(a), str(b)) for a, b in pairs if a is None or b is None or a.tag != b.tag]
    for a, b in pairs if not result else []:
        if not same_line(a.text or "", b.text or ""):
            result.append((a.text, b.text))
        for name in {*a.keys(), *b.keys()}:
            result += [(x, y) for x, y in [(a.get(name, ""), b.get(name, ""))] if not _near(x, y)]
    return result


def _near(shown: str, found: str) -> bool:
    try:
        return abs(float(shown) - float(found)) <= PIXELS
    except ValueError:
        return shown == found


def test_the_picture_is_what_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = written(tmp_path)
    if os.environ.get("UPDATE_DOCS") == "1" and differences(PICTURE.read_text(encoding="utf-8"), found):
        PICTURE.write_text(found, encoding="utf-8")
    assert differences(PICTURE.read_text(encoding="utf-8"), found) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("-0.0678066", "-0.0678166"),
        ("0.00862651", "0.00872651"),
        ('class="below"', 'class="above"'),
        ("-0.00422875", "-0.00422975"),
        ("<title>", "<text /><title>"),
    ],
)
def test_a_picture_that_is_wrong_is_found(right: str, wrong: str) -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    assert right in picture
    assert differences(picture.replace(right, wrong, 1), picture) != []
    assert differences(picture, picture) == []
