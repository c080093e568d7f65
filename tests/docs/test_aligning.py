"""A page with elisions is written anew: the same lines are shown as before, as they are printed now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs.aligning import AmbiguousError
from tests.docs.comparing import ELISION, corrected
from tests.docs.markdown import ROOT, blocks, with_blocks

TENSORS = ("h.0.attn.q", "h.0.attn.k", "h.0.attn.scores", "logits", "d.logits", "clip.norm")


def report(add: float = 0.0) -> list[str]:
    """Tables that differ in their heads and in the digits of their numbers, as those of a report do."""
    lines = []
    for n, name in enumerate(TENSORS):
        lines += [f"{name}[b, t]  [1, 4]  What is it?", f"{name}[b, t] = sum(c, x[b, t, c])"]
        lines += [f"  {row} gpt  {(n + 1.2345) * (row + 1) + add:.5f}  -0.{row}1" for row in range(4)]
        lines += ["", f"Loss after {name}: {3.4 + n / 100 + add:.5f}"]
    return lines


def some_of(lines: list[str], kept: list[bool]) -> str:
    """Only the lines to keep, an elision in place of each gap."""
    shown: list[str] = []
    for line, keep in zip(lines, kept, strict=True):
        if keep:
            shown.append(line)
        elif shown[-1:] != [ELISION]:
            shown.append(ELISION)
    return "".join(f"{line}\n" for line in shown)


@given(st.lists(st.booleans(), min_size=len(TENSORS), max_size=len(TENSORS)), st.integers(1, 7))
def test_the_same_lines_are_shown_with_their_new_numbers(tables: list[bool], long: int) -> None:
    """The first lines of some of the tables, as pages show them."""
    kept = [keep and n < long for keep in tables for n in range(8)]
    old, new = some_of(report(), kept), some_of(report(add=2e-3), kept)
    assert corrected(old, "\n".join(report())) == old
    assert corrected(old, "\n".join(report(add=2e-3))) == new


def test_a_run_that_has_grown_is_shown_whole() -> None:
    old = f"{ELISION}\nh.0.attn.k[b, t]  [1, 4]  What is it?\nh.0.attn.k[b, t] = sum(c, x[b, t, c])\n"
    old += f"  0 gpt  2.23450  -0.01\n\nLoss after h.0.attn.k: 3.41000\n{ELISION}\n"
    assert corrected(old, "\n".join(report())) == some_of(report(), [8 <= n < 16 for n in range(48)])


def test_a_line_that_is_gone_is_left_out() -> None:
    printed = "\n".join(line for line in report() if "= sum" not in line)
    old = some_of(report(), [8 <= n < 12 for n in range(48)])
    assert "= sum" in old
    assert corrected(old, printed) == "".join(f"{line}\n" for line in old.splitlines() if "= sum" not in line)


def test_what_is_like_nothing_is_left_to_a_person() -> None:
    with pytest.raises(AmbiguousError, match="a new heart"):
        corrected(f"{ELISION}\na new heart\n{ELISION}\n", "\n".join(report()))


def test_two_blocks_that_are_alike_are_told_apart() -> None:
    page = "# A\n\n```text\n1\n```\n\n```text\n1\n```\n"
    first, second = blocks(ROOT / "page.md", page)
    assert with_blocks(page, {second: "2\n3\n"}) == "# A\n\n```text\n1\n```\n\n```text\n2\n3\n```\n"
    assert with_blocks(page, {first: "2\n", second: "3\n"}) == page.replace("1", "2", 1).replace("1", "3")
