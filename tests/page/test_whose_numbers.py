"""Which model it is, what somebody has set, and the check of a gradient: said by the page as by Python."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gpt_by_hand import GPT, Trace, trace_iteration
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.finite_difference import nudge
from gpt_by_hand.language import speaking
from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.model import concepts
from gpt_by_hand.page.contents import contents as made
from gpt_by_hand.page.contents import settings as settings_of
from gpt_by_hand.trace.provenance import BEGINNINGS
from gpt_by_hand.trace.whose import Whose
from tests.page.cases import PROMPT, contents, trace
from tests.page.explained import EXPLAINER
from tests.page.explained import given as for_page
from tests.support.node import APP, needs_node, node

pytestmark = needs_node
rows = st.one_of(st.none(), st.tuples(st.integers(1, 3), st.integers(1, 2)))
models = st.builds(
    Whose,
    source=st.sampled_from(["", "out", "a folder, of mine"]),
    seed=st.one_of(st.none(), st.integers(0, 9)),
    before=st.one_of(st.none(), st.integers(0, 2000)),
    here=st.integers(0, 1500),
    iteration=st.one_of(st.none(), st.integers(0, 3000)),
    rows=rows,
    usual=rows,
    window=st.one_of(st.none(), st.just((8, 12))),
    precision=st.sampled_from(["", "float32", "float64"]),
    targets=st.booleans(),
    settings=st.sampled_from([(), ("beta1 = 0.5",), ("beta1 = 0.5", "h.0.mid[0,1,2] = 1e-05")]),
)


@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
@given(models=st.lists(models, min_size=100, max_size=200))
def test_which_model_it_is(models: list[Whose]) -> None:
    asked = [[asdict(one) | {"by_hand": one.by_hand}, [s.split(" = ") for s in one.settings]] for one in models]
    found = node(
        'import { useSentences } from "app/explain/sentences.js";\n'
        'import { whoseLine } from "app/explain/whose.js";\n'
        "useSentences(given.sentences);\n"
        "send(given.asked.map(([one, set]) => whoseLine(one, set.map(([where, value]) => [where, Number(value)]))));",
        {"sentences": SENTENCES, "asked": asked},
    )
    assert found == [one.line() for one in models]


@pytest.mark.parametrize(("language", "begins"), [("en", "you set this"), ("de", "Du hast hier")])
def test_what_is_set_says_so_and_what_follows_says_what_it_was(language: str, begins: str) -> None:
    """With a word, a weight, an intermediate and an infinite score set."""
    before = GPT.from_preset("demo").trace(PROMPT)
    here = {"tokens[0,4]": "world", "transformer.wte.weight[9,0]": 0.5, "h.0.mid[0,1,3]": 0.25}
    changed = before.set({**here, "h.0.attn.scores[0,1,3,2]": float("-inf")})
    asked = [*here, "h.0.attn.scores[0,1,3,2]", "h.0.attn.scores[0,0,1,2]", "loss"]
    asked = [*asked[:-1], "h.1.out[0,4,2]", "logits[0,4,31]", "tok_emb[0,4,1]", "tok_emb[0,3,1]", "h.0.mid[0,1,2]"]
    with speaking(language):
        explained = [changed.explain(where) for where in asked]
        want = [[list(one.notes), one.precision, one.instance is not None] for one in explained]
        found = node(
            EXPLAINER + SET,
            {
                **for_page(before, made(changed), asked=asked),
                "x": _numbers(changed, before),
                "was": _numbers(before, before),
                "here": [where for where, _ in settings_of(changed)],
            },
        )
    assert found == want
    assert all(notes[0].startswith(begins) for notes, *_ in found[:4])


SET = """
const own = program.tensors.filter((tensor) => tensor.at >= 0);
const isSet = (tensor, place) => given.here.includes(addressOf(tensor.name, place));
const before = (tensor, place) => (own.includes(tensor) ? given.was[flat(tensor, place)] : null);
const touched = given.here.map((where) => where.split("[")[0]);
const isSingle = (tensor) => tensor.given === "parameter" && !touched.includes(tensor.name);
const { whose, absent } = contents;
const changed = new Explainer(program, numbers, words, origin, { whose, absent, isSet, before, isSingle });
const told = ({ notes, precision, instance }) => [notes, precision, instance !== null];
send(given.asked.map((where) => told(changed.explain(where))));
"""


def _numbers(of: Trace, known: Trace) -> list[float]:
    return np.concatenate([np.asarray(of.arrays[name], np.float64).ravel() for name in known.program.tensors]).tolist()


NUDGED = (
    *("h.0.mid[0,1,2]", "d.h.0.mid[0,1,2]", "transformer.wte.weight[0,3]", "transformer.h.0.ln_1.weight[3]", "loss"),
    *("d.loss", "h.0.attn.scores[0,1,3,2]", "h.0.attn.scores[0,1,2,3]", "learning_rate", "tokens[0,1]", "embed[1,2,3]"),
)


def test_gradients_are_checked_as_in_python() -> None:
    """The losses are Python's, so that each digit must be the same."""
    explainer = Explainer(trace("demo at 1"))
    checks = [checked(explainer, where) for where in NUDGED]
    losses = [[one["larger"], one["smaller"]] if isinstance(one, dict) else [] for one in checks]
    found = node(EXPLAINER + NUDGE, for_page(trace("demo at 1"), contents("demo at 1"), asked=NUDGED, losses=losses))
    assert found == checks


NUDGE = """
import { nudge } from "app/explain/nudge.js";
send(given.asked.map((where, n) => failing(() => {
  const found = explainer.find(where);
  const lossWith = (tensor, place, step) => given.losses[n][step > 0 ? 0 : 1];
  const { lines, ...facts } = nudge(program, numbers, ...found, lossWith);
  return { ...facts, lines };
})));
"""


def checked(explainer: Explainer, where: str) -> Any:
    try:
        found = nudge(explainer.trace, *explainer.find(where))
    except UserError as error:
        return str(error)
    return {**found.facts(), "lines": [line.strip() for line in found.lines()]}


def test_concepts_are_those_of_python() -> None:
    """Each that JavaScript names is what Python calls a tensor of a program, or of what it begins with."""
    names = [line.split()[2] for line in (APP / "explain" / "concepts.js").read_text().splitlines() if "export" in line]
    found = node(f'import {{ {", ".join(names)} }} from "app/explain/concepts.js";\nsend({{ {", ".join(names)} }});')
    known = {value for name, value in vars(concepts).items() if name.isupper() and isinstance(value, str)}
    assert set(found.values()) <= known | {tensor.concept for tensor in BEGINNINGS.values()}
    tensors = {tensor.concept for case in ("demo", "dropout") for tensor in trace(case).program.tensors.values()}
    assert {found[name] for name in ("TOKENS", "TARGETS", "POSITIONS", "LOSS")} <= tensors


@pytest.mark.parametrize("seed", [0, 1337])
@pytest.mark.parametrize("sizes", ["3 wide", "2 wide", "whole", "biases"])
def test_start_weights_are_followed_to_their_draws(sizes: str, seed: int) -> None:
    """In models so small that some weights are drawn one by one, in double precision; each weight's formula."""
    from tests.explain.test_beginnings import SIZES

    found = trace_iteration(0, seed=seed, **SIZES[sizes])
    explainer = Explainer(found)
    asked = [
        f"{parameter.name}[{','.join(map(str, place))}]"
        for parameter in found.program.parameters
        for place in list(np.ndindex(*parameter.shape))[:: max(1, int(np.prod(parameter.shape)) // 60)]
    ]
    values = node(EXPLAINER + FORMULAS, for_page(found, made(found), asked=asked))
    for where, (operands, value) in zip(asked, values, strict=True):
        said = explainer.explain(where)
        assert operands == [operand.address for operand in said.operands], where
        assert value == pytest.approx(explainer.value(said.instance.expression), rel=1e-12), where  # type: ignore[union-attr]


FORMULAS = """
send(given.asked.map((where) => {
  const found = explainer.explain(where);
  return [found.operands.map((one) => one.address), value(found.instance.expression, explainer.numbers)];
}));
"""
