"""The page draws the random numbers that Python draws, which are those of PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.data.random import RandomStream
from tests.support.node import needs_node, node

pytestmark = needs_node
JAVASCRIPT = """
import { RandomStream } from "app/numbers/random.js";
import { UserError } from "app/explain/errors.js";
const drawn = (seed, skipped, belows) => {
  const stream = new RandomStream(seed);
  stream.skip(skipped);
  const copied = stream.copy();
  const found = [[...stream.raw(5)], [1, 2, 3].map(() => stream.uniform()), belows.map((b) => stream.integers(b, 3))];
  const again = [[...copied.raw(5)], [1, 2, 3].map(() => copied.uniform()), belows.map((b) => copied.integers(b, 3))];
  return { found, again, draws: [stream.draws, copied.draws] };
};
const refused = (make) => {
  try {
    make();
  } catch (error) {
    return error instanceof UserError ? error.message : "";
  }
};
send({
  drawn: given.cases.map(([seed, skipped]) => drawn(seed, skipped, given.belows)),
  refused: [refused(() => new RandomStream(-1)), refused(() => new RandomStream(1).integers(0, 1))],
});
"""
CASES = [(0, 0), (1337, 0), (1337, 1), (42, 623), (42, 624), (42, 625), (7, 1247), (7, 1248), (2**32 - 1, 100_003)]
BELOWS = [1, 100, 2**28 - 1, 2**28, 2**40 + 1]


def _drawn(seed: int, skipped: int) -> dict[str, Any]:
    stream = RandomStream(seed)
    stream.skip(skipped)
    found = [
        stream.raw(5).tolist(),
        stream.uniform(3).tolist(),
        [stream.integers(below, 3).tolist() for below in BELOWS],
    ]
    return {"found": found, "again": found, "draws": [stream.draws] * 2}


def test_random_numbers_are_those_of_python_and_can_be_drawn_again() -> None:
    """32-bit values, fractions and whole numbers, at places around where the generator's state is made anew."""
    found = node(JAVASCRIPT, {"cases": CASES, "belows": BELOWS})
    assert found["drawn"] == [_drawn(*case) for case in CASES]


def test_what_cannot_be_drawn_is_refused_with_pythons_words() -> None:
    """A seed below 0, and a whole number below 0."""
    found = node(JAVASCRIPT, {"cases": [], "belows": []})
    for make, said in zip(
        (lambda: RandomStream(-1), lambda: RandomStream(1).integers(0)), found["refused"], strict=True
    ):
        with pytest.raises(Exception) as refused:
            make()
        assert str(refused.value) == said
