"""Every number in the text of a page is a fact that is checked, or says nothing."""

import re

import pytest

from gpt_by_hand.layout.digits import number
from tests.docs.comparing import corrected, same_line
from tests.docs.facts import FACTS, PLAIN
from tests.docs.markdown import PAGES, ROOT, blocks, prose

CHECKED = [(page, says) for page, facts in FACTS.items() for says in facts]
# A number by itself: not part of a name (GPT-2, float32, UTF-8, train-3), of an address on the web, or of a year.
NUMBER = re.compile(r"(?<![\w.-])-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?![\w-]|\.\w)")
CITATION = re.compile(r"[A-Z][\w&,. ]+?(?: et al\.)?,? \(?(?:19|20)\d\d")


def text_of(page):
    """The page's text, each paragraph on one line, without what stands in links and without years of papers."""
    text = re.sub(r"(?<=\])\([^)]*\)|https?://\S+", "", prose(page))
    return CITATION.sub("", re.sub(r"(?<!\n)\n(?![\n|#]|- |\d+\. )\s*", " ", text))


def numbers_without_a_fact(page, known):
    text = text_of(page)
    for says in sorted(known, key=len, reverse=True):
        text = text.replace(says, "", 1)
    return [text[max(0, m.start() - 40) : m.end() + 20] for m in NUMBER.finditer(text)]


@pytest.mark.parametrize(("page", "says"), CHECKED, ids=[f"{page}: {says[:60]}" for page, says in CHECKED])
def test_a_fact_is_true_and_on_its_page(page, says):
    text = next(p for p in PAGES if p.name == page).read_text(encoding="utf-8")
    assert says in text_of(text)
    assert FACTS[page][says]()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_no_number_is_without_a_fact(page):
    name = page.name if page.name != "README.md" or page.parent == ROOT else ""
    known = [*FACTS.get(name, {}), *PLAIN.get(name, set())]
    text = page.read_text(encoding="utf-8")
    assert numbers_without_a_fact(text, known) == []
    assert [says for says in known if says not in text_of(text)] == []


def papers(text):
    """The first author and the year of each paper that the text names."""
    return set(re.findall(r"([A-Z]\w+)(?:, [A-Z]\w+)*(?: (?:&|and) [A-Z]\w+| et al\.)?,? \(?((?:19|20)\d\d)", text))


def test_every_paper_is_one_that_the_source_names():
    source = papers(" ".join(" ".join(p.read_text(encoding="utf-8").split()) for p in (ROOT / "src").rglob("*.py")))
    cited = papers(" ".join(" ".join(prose(page.read_text(encoding="utf-8")).split()) for page in PAGES))
    assert {("Vaswani", "2017"), ("Ba", "2016"), ("Matsumoto", "1998")} <= cited
    assert cited - source == set()


def written_otherwise(text):
    """The float32 numbers of eight or nine digits that tables would write with fewer.

    Where a page and the program are compared, a last digit may differ, and so a number with too many passes there.
    """
    found = (m.group() for m in re.finditer(r"(?<![\w.])-?\d+\.\d+(?:e-?\d+)?(?![\w.])", text))
    return [n for n in found if 8 <= significant_digits(n) <= 9 and number(float(n)) != n]


def significant_digits(text):
    return len(text.partition("e")[0].replace(".", "").lstrip("-0"))


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_numbers_in_outputs_have_the_digits_that_the_program_writes(page):
    shown = [block.text for block in blocks(page) if block.language == "text"]
    assert [n for text in shown for n in written_otherwise(text)] == []


@pytest.mark.parametrize("stale", ["0.63439602", "0.240887814", "-0.00067837699"])
def test_a_number_with_too_many_digits_is_found(stale):
    assert written_otherwise(f"  0  0.634396  2.8397  {stale}\n") == [stale]


def test_a_number_without_a_fact_is_found():
    page = "# A page\n\nThe demo has 6,865 parameters, as GPT-2 and\nfloat32 have 3. See [it](#3-train).\n"
    found = numbers_without_a_fact(page, ["GPT-2 and float32 have 3."])
    assert len(found) == 1
    assert "6,865" in found[0]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("  0  0.22253416", "  0     0.22253415", True),
        ("  0  0.22253416", "  0     0.22254416", False),
        ("networks 0.0382, project 0.0368", "networks 0.0382, project 0.0369", True),
        ("networks 0.0382, project 0.0368", "networks 0.0382, project 0.0370", False),
        ("6,864 parameters", "6,865 parameters", False),
        ("[0, 8, 0, 6]", "[0, 8, 0, 7]", False),
        ("a weight 1", "a weight 0.99999994", True),
        ("change 2.1029264e-06", "change 2.1010637e-06", True),
        ("change 2.1029264e-06", "change 2.2e-06", False),
        ("iteration   200: train 2.8397  val 2.8470", "iteration   200: train 2.8401  val 2.8470", True),
        ("iteration   200: train 2.8397  val 2.8470", "iteration   200: train 2.8497  val 2.8470", False),
        ("iteration 2: train 2.8  val 2.8  rate 0.000298", "iteration 2: train 2.8  val 2.8  rate 0.000573", False),
        ("1,000 tokens/s", "36,000 tokens/s", True),
        ("head 1 ───", "head 1 ─────", True),
        ("head 1", "head one", False),
        ("-inf", "inf", False),
    ],
)
def test_two_lines_are_compared(shown, printed, same):
    assert same_line(shown, printed) is same


@pytest.mark.parametrize(
    ("shown", "printed", "part", "correct"),
    [
        ("a\nb\n", "a\nb\n", False, "a\nb\n"),
        ("a\nb\n", "a\nb\nc\n", False, "a\nb\nc\n"),
        ("a\n…\nc 1\n", "a\nb\nc 2\n", False, "a\n…\nc 2\n"),
        ("…\nc\n", "a\nb\nc\n", False, "…\nc\n"),
        ("a\n…\n", "a\nb\nc\n", False, "a\n…\n"),
        ("a\n…\n", "b\nb\nc\n", False, "b\n…\n"),
        ("b\n…\nd 1\n", "a\nb\nc\nd 1\ne\n", True, "b\n…\nd 1\n"),
        ("b\nd 1\n", "a\nb\nd 2\ne\n", True, "b\nd 2\n"),
        ("  × 1e-06\n  2.3793\n", "  × 1e-06\n  2.3790\n", False, "  × 1e-06\n  2.3793\n"),
        ("  × 1e-06\n  2.3793\n", "  × 1e-06\n  2.3993\n", False, "  × 1e-06\n  2.3993\n"),
    ],
)
def test_what_should_be_shown(shown, printed, part, correct):
    assert corrected(shown, printed, part=part) == correct
