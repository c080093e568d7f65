"""Where everything starts: weights down to 32-bit random numbers, tokens down to the draw that chose them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gpt_by_hand import GPT, Trace, trace_iteration
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.sources import NormalSource, NormalSources
from gpt_by_hand.explain.beginnings import LIMIT
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.trace.address import AddressError
from gpt_by_hand.trace.provenance import AT_ONCE, Origin
from tests.explain.traces import addresses, sample, value_at
from tests.support.arithmetic import Arithmetic

SIZES: dict[str, dict[str, Any]] = {
    "demo": {"name": "demo"},
    "pocket": {"name": "pocket"},
    "pencil": {"name": "pencil"},
    "shakespeare's": {"name": "demo", "seq_length": 64, "num_layers": 4, "num_heads": 4, "dim_embedding": 128},
    "biases": {"name": "demo", "use_bias": True},
    "2 wide": {"name": "pocket", "dim_embedding": 2, "num_heads": 1, "num_layers": 2},
    "3 wide": {"name": "pencil", "dim_embedding": 3, "init_decimals": -1, "seq_length": 3, "use_bias": True},
    "1 wide": {"name": "pencil", "dim_embedding": 1, "init_decimals": -1},
    "5 wide": {"name": "pocket", "dim_embedding": 5, "num_heads": 1, "seq_length": 5},
    "whole": {"name": "pencil", "init_decimals": 0, "init_std": 3.0},
}


@pytest.mark.parametrize("sizes", SIZES)
def test_start_weights(sizes: str) -> None:
    """Each is made of the numbers that its explanation names; of large models, a sample."""
    found = trace_iteration(0, **SIZES[sizes])
    explain = Explainer(found)
    weights = [parameter.name for parameter in found.program.parameters]
    every = [where for name in weights for where in addresses(found, name)]
    small = len(every) < 3000
    for where in every if small else sample(found, 60, 0, "transformer."):
        explained = explain.explain(where)
        computed = Arithmetic().evaluate(explained.substituted or "")
        assert abs(computed.value - value_at(found, where)) <= computed.bound < 1, where
        assert explained.phase == "start"
        drawn = where.partition("[")[0].endswith(".weight") and ".ln_" not in where
        assert [operand.address.partition("[")[0].rstrip("53") for operand in explained.operands] == (
            ["uniform", "uniform"] if drawn else []
        )
        if not drawn:
            assert explained.notes == ("it starts with this value; nothing is drawn for it",)
            assert computed.value == (0 if where.partition("[")[0].endswith(".bias") else 1)


@pytest.mark.parametrize("seed", range(8))
def test_rounded_start_weights(seed: int) -> None:
    """To one decimal: wherever rounding could go either way, it goes as it did when they were drawn."""
    found = trace_iteration(0, "pencil", seed=seed)
    explain = Explainer(found)
    for parameter in found.program.parameters:
        for where in addresses(found, parameter.name):
            exact = Arithmetic().evaluate(explain.explain(where).substituted or "")
            assert abs(exact.value - value_at(found, where)) < 1e-6, (where, exact)


@pytest.mark.parametrize("counts", [[1], [15, 15], [16], [17], [31, 3, 40], [2, 7, 16, 5, 33], [1, 1, 1, 64]])
def test_sources_of_normal_numbers(counts: list[int]) -> None:
    """From the raw values at the positions that are named, by Box and Muller's formula, the numbers themselves."""
    raw = np.random.RandomState(5).randint(0, 2**32, 500, np.uint32).astype(object)
    stream, sources = RandomStream(5), NormalSources()
    for count in counts:
        for drawn, source in zip(stream.normal(count), sources.normals(count), strict=True):
            assert float(drawn) == pytest.approx(box_muller(raw, source), rel=1e-5, abs=1e-6)
        stream.raw(3)
        sources.skip(3)
    assert stream.draws == sources.at


def box_muller(raw: np.ndarray, source: NormalSource) -> float:
    def uniform(at: int) -> float:
        if source.double:
            return (int(raw[at]) * 2**32 + int(raw[at + 1])) % 2**53 / 2**53
        return int(raw[at]) % 2**24 / 2**24

    turned = (math.sin if source.sine else math.cos)(2 * math.pi * uniform(source.angle))
    return math.sqrt(-2 * math.log(1 - uniform(source.length))) * turned


@pytest.mark.parametrize("settings", [{}, {"dropout_rate": 0.2}, {"dataset": "tiny_demo"}], ids=str)
@pytest.mark.parametrize("iteration", [0, 1, 2, 5])
def test_batches(settings: dict[str, Any], iteration: int) -> None:
    """From the draw to the start, from the start to the token: evaluations at 0, 2 and 4 draw in between."""
    found = trace_iteration(iteration, "pencil", eval_interval=2, eval_iters=3, **settings)
    explain, seed = Explainer(found), 1337
    raw = np.random.RandomState(seed).randint(0, 2**32, 20000, np.uint32)
    assert found.origin is not None
    assert found.origin.batch is not None
    data = found.origin.batch.data
    length = found["tokens"].shape[1]
    for name, later in (("tokens", 0), ("targets", 1)):
        for (row, at), token in np.ndenumerate(found[name]):
            explained = explain.explain(f"{name}[{row},{at}]", depth=4)
            start = explain.explain(f"starts[{row}]")
            assert [o.address for o in explained.operands] == [f"data[{start.value + at + later}]", f"starts[{row}]"]
            assert explained.value == token == data[start.value + at + later]
            assert explained.substituted == str(token)
            (random,) = start.operands
            position = int(random.address.removeprefix("random[").removesuffix("]"))
            assert random.value == raw[position]
            assert start.substituted == f"{raw[position]} % {len(data) - length}"
            assert start.value == raw[position] % (len(data) - length)
            says = f"the sequence starts at token {start.value} of the training text, and {start.value} + {at + later} "
            assert explained.notes[1] == f"{says}= {start.value + at + later}"
            assert explained.notes[0] == f"{token} stands for {quoted(found, token)}"
    draws = {explain.explain(f"starts[{row}]").operands[0].address for row in range(len(found["tokens"]))}
    assert len(draws) == len(found["tokens"])


def quoted(found: Trace, token: int) -> str:
    word = found.tokenizer.words[token]
    return f'"{word}"' if word.strip() and " " not in word else repr(word)


def test_a_prompt_before_training() -> None:
    """Weights still lead to their draws; the words are given."""
    found = GPT.from_preset("demo").trace("gpt by hand")
    explained = found.explain("transformer.wte.weight[8,3]")
    assert explained.substituted
    assert explained.value == trace_iteration(0)["transformer.wte.weight[8,3]"]
    assert found.explain("tokens[0,2]").notes == ('6 stands for "by"', "given by the prompt")
    for name in ("starts", "data"):
        with pytest.raises(AddressError, match=f"{name} does not exist here: a prompt is no training text"):
            found.explain(f"{name}[0]")


def test_any_position_of_the_random_stream() -> None:
    """Across the blocks that are drawn together, and the last one that is allowed."""
    raw = np.random.RandomState(3).randint(0, 2**32, 2 * AT_ONCE + 5, np.uint32)
    origin = Origin(3, trace_iteration(0, "pencil").origin.model, True)  # type: ignore[union-attr]
    for at in (2 * AT_ONCE + 4, 0, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE):
        assert origin.raw(at) == raw[at]


@pytest.mark.parametrize("inside", ["", "[]", "[-1]", "[²]", "[x]", "[0,0]", "[1.5]", f"[{LIMIT}]"])
def test_no_such_position(inside: str) -> None:
    found = trace_iteration(0, "pencil")
    with pytest.raises(AddressError, match=rf"^random.* random has the indices n 0…{LIMIT - 1}$"):
        found.explain(f"random{inside}")


def test_by_name() -> None:
    found = trace_iteration(0, "pencil")
    assert found.explain("random[n=3]").value == found.explain("random[3]").value
    with pytest.raises(AddressError, match=r"starts has the indices n 0…1$"):
        found.explain("starts[2]")
