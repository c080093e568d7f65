"""What the project's description has a section on is one click away: on the first page, or on one that it links to."""

import pytest

from tests.docs.markdown import ROOT, anchor, headings, links

README = (ROOT / "README.md").read_text(encoding="utf-8")
# The description's headings, as they stand there; "Appendix" only gathers two others.
SECTIONS = """
    GPT-by-Hand / Small Model Sizes / Quick Start / 1. Install Dependencies / 2. Prepare Training Data /
    3. Train the Model / 4. Generate Text / Understanding the Architecture / Example Iterations / Iteration 0 /
    Model Architecture in Action / Key Tensors / Training Progress at Iteration 0 / Iteration 1 /
    Observable Changes / Weight Updates / Gradient Flow /
    Manual Calculation Exercise / Tokenization / Vocabulary / Example Tokenization / Training Sequences /
    Code Structure / Training Configuration / Dataset Preparation / Tiny Demo Dataset / Shakespeare Dataset /
    Custom Dataset / Contributing / License / Acknowledgments
"""
NAMES = [" ".join(name.split()) for name in SECTIONS.split("/")]


def in_reach() -> list[str]:
    """The headings of the first page and of those that it links to."""
    pages = {path for path in (to.partition("#")[0] for to in links(README)) if path.endswith(".md")}
    texts = [README, *((ROOT / path).read_text(encoding="utf-8") for path in sorted(pages))]
    return [heading for text in texts for heading in headings(text)]


def missing(found: list[str]) -> list[str]:
    """The sections without a heading that is, or begins with, their name."""
    begin = [anchor(heading) for heading in found]
    return [name for name in NAMES if not any(f"{heading}-".startswith(f"{anchor(name)}-") for heading in begin)]


def test_every_section_is_one_click_away():
    assert missing(in_reach()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_section_that_is_gone_is_missed(name):
    others = [heading for heading in in_reach() if not heading.lower().startswith(name.lower())]
    assert name in missing(others)


def test_every_page_is_linked_from_the_first_one():
    linked = {to.partition("#")[0] for to in links(README)}
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"}
    assert pages - linked == set()
