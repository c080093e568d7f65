"""The parts of scores, and what each layer would have said, are those of Python's `why`."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gpt_by_hand.explain.why import lens, parts_of
from tests.page.cases import trace
from tests.page.pages import with_page
from tests.support.node import needs_node

pytestmark = needs_node
PARTS = """
send(given.asked.map((address) => {
  const { value, parts, rest } = explorer.parts(address);
  const heads = (apart) => apart.map(([index, at]) => [index.name, at]);
  const plain = parts.map(({ of, address, value, apart }) => [of.name, address, value, heads(apart)]);
  return { value, rest, parts: plain, values: plain.map(([, address]) => explorer.value(address)) };
}));
"""


def some(case: str, count: int) -> list[str]:
    draw, shape = random.Random(5), trace(case).program.tensors["logits"].shape
    return [f"logits[{','.join(str(draw.randrange(extent)) for extent in shape)}]" for _ in range(count)]


@pytest.mark.parametrize(
    ("case", "count"),
    [("demo", 50), ("trained", 50), ("pencil at 1", 50), ("biases", 50), ("prompt", 50), ("dropout", 10)],
)
def test_parts_are_those_of_python(case, count):
    asked = some(case, count)
    for address, found in zip(asked, with_page(PARTS, case, asked=asked), strict=True):
        want = parts_of(trace(case), address)
        assert found["value"] == pytest.approx(want.value, abs=1e-12)
        assert abs(found["rest"]) < 1e-12
        assert [part[:2] + part[3:] for part in found["parts"]] == [
            [part.of.name, part.address, [[index.name, at] for index, at in part.apart]] for part in want.parts
        ]
        for part, other in zip(found["parts"], want.parts, strict=True):
            assert part[2] == pytest.approx(other.value, abs=1e-12)
        assert found["values"] == [part[2] for part in found["parts"]]


@pytest.mark.parametrize("case", ["demo", "biases", "prompt"])
def test_what_each_layer_would_have_said_is_as_in_python(case):
    code = """
      const plain = ({ tensor, name, probabilities }) => [tensor.name, name, probabilities];
      send(given.asked.map(([sequence, position]) => explorer.lens(sequence, position).map(plain)));
    """
    asked = [[0, 0], [0, 3]]
    for (b, t), found in zip(asked, with_page(code, case, asked=asked), strict=True):
        want = lens(trace(case), b, t)
        assert [one[:2] for one in found] == [[one.tensor.name, one.name] for one in want]
        for one, other in zip(found, want, strict=True):
            assert np.allclose(one[2], other.probabilities, rtol=0, atol=1e-12)


SETTINGS = [
    {"transformer.wte.weight[3,1]": 0.5},
    {"h.0.attn.c_proj[0,3,1]": 0.5, "ln_f[0,3,2]": 1.0},
    {"logits[0,3,4]": 1.0},
    {"tok_emb[0,3,2]": 0.25, "h.1.attn.weights[0,1,3,2]": 0.75},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_parts_and_layers_follow_what_is_set(settings):
    """Of a number that is set, what was before it has no share; the rest is what numbers add that are set."""
    code = """
      for (const [address, value] of Object.entries(given.settings)) explorer.set(address, value);
      const { parts, rest, value } = explorer.parts("logits[0,3,4]");
      send([parts.map((part) => part.value), rest, value, explorer.lens(0, 3).map((one) => one.probabilities)]);
    """
    values, rest, total, said = with_page(code, "demo", settings=settings)
    changed = trace("demo").set(settings)
    want = parts_of(changed, "logits[0,3,4]")
    shares = {part.address: part.value for part in want.parts}
    set_here = [address for address in shares if address.startswith("why.set.")]
    assert rest == pytest.approx(sum(shares.pop(address) for address in set_here), abs=1e-12)
    assert values == pytest.approx(list(shares.values()), abs=1e-12)
    assert total == pytest.approx(sum(values) + rest, abs=1e-12)
    for found, other in zip(said, lens(changed, 0, 3), strict=True):
        assert np.allclose(found, other.probabilities, rtol=0, atol=1e-12)


def test_parts_and_the_rest_add_up_where_a_residual_is_set():
    """A residual's share of a part is that part itself, so it keeps what it would add; the rest makes up for it."""
    code = """
      explorer.set("h.0.mid[0,3,1]", 0.5);
      const { parts, rest, value } = explorer.parts("logits[0,3,4]");
      send([parts.reduce((sum, part) => sum + part.value, rest), value, rest]);
    """
    total, value, rest = with_page(code, "demo")
    assert total == pytest.approx(value, abs=1e-12)
    assert abs(rest) > 1e-3
