"""The mistakes of `tests/mutants.py` can still be made: what they replace is there once, and so are the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import MUTANTS, Mutant, caught, copied, failing, times_found
from tests.tiers import TESTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.what)
def test_can_be_made(mutant: Mutant) -> None:
    assert times_found(mutant) == 1, f"{mutant.file} has changed: make this mistake where the text is now"
    assert mutant.old != mutant.new
    assert all((TESTS / test.partition("::")[0]).is_file() for test in mutant.tests)


def test_a_text_that_is_gone_is_found(tmp_path: Path) -> None:
    path = tmp_path / MUTANTS[0].path
    path.parent.mkdir(parents=True)
    path.write_text("x = 1\n", encoding="utf-8")
    assert times_found(MUTANTS[0], tmp_path) == 0


def test_one_is_caught_and_what_is_right_is_not() -> None:
    tests = ("trace/test_address.py",)
    with copied() as root:
        assert failing(root, tests, "not slow") == ""
        wrong = next(mutant for mutant in MUTANTS if mutant.tests == tests)
        tier, test = caught(root, wrong)
        assert (tier, test.partition("::")[0]) == ("quick", *tests)
        assert failing(root, tests, "not slow") == ""
