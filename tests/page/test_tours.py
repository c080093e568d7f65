"""Tours stop at numbers that there are, found by what they are; and what the parts of a score are called."""

from __future__ import annotations

import pytest

from gpt_by_hand.explain.listing import Listing
from gpt_by_hand.explain.why import parts_of
from tests.page.cases import contents, trace
from tests.page.pages import with_page
from tests.support.node import needs_node, node

pytestmark = needs_node
STOPS = """
import { firstStops, levelStops } from "app/view/tour_stops.js";
import { useSentences } from "app/explain/sentences.js";
useSentences(given.contents.sentences);
const valued = ([name, address]) => [name, address, explorer.value(address), explorer.explain(address).role];
send([firstStops(explorer).map(valued), levelStops(explorer).map(valued)]);
"""
TRAINED = ["loss", "surprise", "chance", "score", "weight", "update"]
LEVELS = ["box", "parts", "tensors", "formulas", "derivatives", "code"]


@pytest.mark.parametrize("case", ["demo", "demo at 1", "pencil", "pocket", "biases", "rows", "dropout", "gradients"])
def test_stops_are_numbers_of_the_trace(case):
    first, levels = with_page(STOPS, case)
    learns = case != "gradients"
    assert [stop for stop, *_ in first] == (TRAINED if learns else TRAINED[:-1])
    assert [level for level, *_ in levels] == LEVELS
    for _, address, value, _ in (*first, *levels):
        assert value == pytest.approx(float(trace(case)[address]), rel=1e-9, abs=1e-12), address


def test_a_prompt_has_no_loss_to_begin_with():
    first, levels = with_page(STOPS, "prompt")
    assert [stop for stop, *_ in first] == ["guess", "logit", "score", "weight"]
    assert [level for level, *_ in levels] == ["box", "parts", "tensors", "formulas", "code"]
    probabilities = trace("prompt")["probs"][0, -1]
    assert first[0][2] == pytest.approx(float(probabilities.max()))


def test_the_demo_s_stops():
    first, _ = with_page(STOPS, "demo")
    assert [(address, f"{value:.4g}") for _, address, value, _ in first] == [
        ("loss", "3.459"),
        ("nll[0,3]", "3.414"),
        ("probs[0,3,0]", "0.03292"),
        ("h.0.attn.scores[0,1,3,1]", "-0.004229"),
        ("transformer.h.0.attn.c_attn.weight[0,1,0,0]", "0.002655"),
        ("new.transformer.h.0.attn.c_attn.weight[0,1,0,0]", "0.002655"),
    ]


@pytest.mark.parametrize("case", ["demo", "prompt", "biases", "pencil"])
def test_parts_are_called_as_in_python(case):
    code = """
import { partName } from "app/view/part_names.js";
import { useSentences } from "app/explain/sentences.js";
useSentences(given.contents.sentences);
const { parts } = explorer.parts(given.address);
const word = contents.vocabulary.quoted[explorer.value("tokens[0,2]")];
send(parts.map((part) => [part.address, partName(program, part, { word, position: 2 }), part.value]));
"""
    found = parts_of(trace(case), "logits[0,2,5]")
    wanted = [(part.address, Listing(found).named(part), part.value) for part in found.parts]
    for (address, name, value), mine in zip(wanted, with_page(code, case, address="logits[0,2,5]"), strict=True):
        assert mine[:2] == [address, name]
        assert mine[2] == pytest.approx(value, abs=1e-12)


def test_settings_say_what_they_mean():
    code = """
import { settingsOf } from "app/view/settings.js";
import { useSentences } from "app/explain/sentences.js";
useSentences(given.contents.sentences);
send(settingsOf(explorer));
"""
    found = dict(with_page(code, "demo"))
    assert list(found) == [*contents("demo")["settings"], "eps"]
    assert found["max_lr"] == "The largest step size, reached after warming up."
    assert list(dict(with_page(code, "prompt"))) == ["eps"]
    assert {"beta1", "beta2", "adam_eps", "weight_decay", "grad_clip", "min_lr", "warmup_iters"} <= set(found)


@pytest.mark.parametrize(
    ("value", "step", "found"),
    [(0.1, 0.2, 0.3), (0.00265498, 0.1, 0.10265498), (0.3, -0.3, 0), (1.1, -0.1, 1), (-float("inf"), 0.1, 0.1)],
)
def test_steps_make_no_digits_of_their_own(value, step, found):
    assert node('import { stepped } from "app/view/what_if.js";\nsend(stepped(...given));', [value, step]) == found


@pytest.mark.parametrize(
    ("largest", "step"), [(0, 0.1), (1, 0.1), (0.5, 0.1), (2, 1), (0.06, 0.01), (3e-5, 1e-5), (5e-324, 1e-300)]
)
def test_a_step_is_small_beside_the_largest(largest, step):
    assert node('import { powerBelow } from "app/view/what_if.js";\nsend(powerBelow(given));', largest) == step


@pytest.mark.parametrize(
    ("loss", "texts"),
    [
        ([3.4591239, 3.4612], ["3.45912", "3.4612"]),
        ([3.45912391, 3.45912414], ["3.45912391", "3.45912414"]),
        ([2.5, 2.5], ["2.5", "2.5"]),
        ([3.4591, float("nan")], ["3.4591", "nan"]),
    ],
)
def test_two_losses_have_digits_that_tell_them_apart(loss, texts):
    assert node('import { lossTexts } from "app/view/edits.js";\nsend(lossTexts(given));', loss) == texts
