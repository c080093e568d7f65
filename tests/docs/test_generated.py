"""What the program writes into the pages is what stands there. UPDATE_DOCS=1 writes it."""

import os

import pytest

from tests.docs.markdown import PAGES, generated, with_generated
from tests.docs.parts import PARTS

FOUND = [(page, name) for page in PAGES for name in generated(page.read_text(encoding="utf-8"))]


@pytest.fixture(autouse=True, scope="module")
def _update() -> None:
    if os.environ.get("UPDATE_DOCS") != "1":
        return
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        parts = {name: PARTS[name]() for name in generated(text)}
        page.write_text(with_generated(text, parts), encoding="utf-8")


@pytest.mark.parametrize(("page", "name"), FOUND, ids=[f"{page.name}-{name}" for page, name in FOUND])
def test_a_generated_part_is_what_the_program_writes(page, name):
    assert generated(page.read_text(encoding="utf-8"))[name] == PARTS[name](), (
        "UPDATE_DOCS=1 python -m pytest tests/docs"
    )


def test_each_part_is_on_some_page():
    assert {name for _, name in FOUND} == set(PARTS)


def test_a_part_that_was_changed_by_hand_is_found():
    page = "# A page\n\n<!-- generated: sizes -->\n| 6,865 |\n<!-- end of generated -->\nmore\n"
    assert generated(page)["sizes"] != PARTS["sizes"]()
    assert generated(with_generated(page, {"sizes": PARTS["sizes"]()}))["sizes"] == PARTS["sizes"]()
