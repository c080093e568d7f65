"""The pictures on the pages are what the commands beside them write. UPDATE_DOCS=1 writes them anew."""

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

FIGURES = ROOT / "docs" / "figures"
PICTURE = FIGURES / "score.svg"
COMMANDS = {  # the page with the command that writes a picture, and what that looks like there
    "score.svg": ("README.md", r"`gpt-by-hand (explain [^`]+ --format svg)`"),
    "heads.svg": ("docs/show.md", r"^gpt-by-hand (show .+) -o heads\.svg$"),
}
PIXELS = 0.11  # a bar's end is rounded to a tenth, and its number may differ in its last digit


def written(folder: Path, name: str) -> str:
    """What the command of the page writes, started in an empty folder."""
    page, form = COMMANDS[name]
    (command,) = re.findall(form, (ROOT / page).read_text("utf-8"), re.MULTILINE)
    assert main([*shlex.split(command), "-o", str(folder / name)]) == 0
    return (folder / name).read_text(encoding="utf-8")


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
        return shown == found or abs(float(shown) - float(found)) <= PIXELS
    except ValueError:
        return False


@pytest.mark.parametrize("name", COMMANDS)
def test_the_picture_is_what_the_command_writes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found, picture = written(tmp_path, name), FIGURES / name
    if os.environ.get("UPDATE_DOCS") == "1" and differences(picture.read_text(encoding="utf-8"), found):
        picture.write_text(found, encoding="utf-8")
    assert differences(picture.read_text(encoding="utf-8"), found) == []


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
