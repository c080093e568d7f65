"""docs/how-it-works.md: its picture and the path of one number meet each folder once, in the order of the arrows."""

import re

import pytest

from tests.docs.markdown import ROOT, prose
from tests.test_layout import MAY_IMPORT

SOURCE = ROOT / "src" / "gpt_by_hand"
FOLDERS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))
PAGE = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
PICTURE = PAGE[PAGE.index("```text") : PAGE.index("## ")]
PATH = prose(PAGE[PAGE.index("## The path of one number") : PAGE.index("## One way")])
STEP = re.compile(r"^\d+\. `(\w+)/` .+(?:\n {3,}.+)*", re.MULTILINE)
STEPS = list(STEP.finditer(PATH))


def wrong(folders: list[str]) -> list[str]:
    """What is wrong with an order of folders: each is to stand there once, behind all that it may import."""
    found = [f"{name} is missing" for name in FOLDERS if name not in folders]
    found += [f"{name} is there twice" for name in FOLDERS if folders.count(name) > 1]
    for n, name in enumerate(folders):
        found += [f"{name} uses {other}" for other in folders[n + 1 :] if other in MAY_IMPORT[name] and other != name]
    return found


def met(text: str) -> list[str]:
    """The folders in the order in which the text names them: a whole one, or a file in it."""
    return [name for name in re.findall(r"\b(\w+)/[\w./]*", text) if name in FOLDERS]


def unknown(step: re.Match[str]) -> list[str]:
    """The names in a step of the path that no file of its folder defines."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / step[1]).rglob("*.py"))
    names = re.findall(r"`([A-Za-z_]+)`", step[0])
    defined = set(re.findall(r"^ *(?:def|class) (\w+)|^(\w+)\b.* = ", sources, re.MULTILINE))
    return [name for name in names if not {(name, ""), ("", name)} & defined]


def test_the_path_meets_each_folder_once_in_order():
    assert wrong(met(PATH)) == []


def test_the_picture_shows_each_folder_once_in_the_same_order():
    shown = met(PICTURE)
    assert wrong(shown) == []
    assert shown == met(PATH)


def test_each_step_begins_with_its_folder():
    assert [step[1] for step in STEPS] == met(PATH)


@pytest.mark.parametrize("step", STEPS, ids=[step[1] for step in STEPS])
def test_what_a_step_names_is_in_its_folder(step):
    assert [name for name in unknown(step) if name not in ("by", "gpt")] == []  # two words of the text


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_is_missing_or_there_twice_is_found(folder):
    assert wrong(met(PATH.replace(f"`{folder}/`", "it"))) == [f"{folder} is missing"]
    assert f"{folder} is there twice" in wrong(met(f"{PATH} See `{folder}/__init__.py`."))


def test_a_step_in_the_wrong_place_is_found():
    swapped = PATH.replace("`trace/`", "`x/`").replace("`page/`", "`trace/`").replace("`x/`", "`page/`")
    assert wrong(met(swapped)) == ["page uses trace"]


def test_a_name_that_is_not_there_is_found():
    step = STEP.match("8. `interop/` has `open_model`, `opened_model` and\n   `OpenModel`.\n")
    assert step
    assert unknown(step) == ["opened_model", "OpenModel"]
