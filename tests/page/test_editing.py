"""Numbers that are set in a page: what follows is what Python computes, and the way back restores every bit."""

from __future__ import annotations

import random
import struct
from typing import Any

import numpy as np
import pytest

from gpt_by_hand import Trace
from gpt_by_hand.errors import UserError
from gpt_by_hand.notation import Role
from gpt_by_hand.page.contents import contents
from gpt_by_hand.trace.changed import constants, with_set
from tests.engines.closeness import error
from tests.page import pages
from tests.page.cases import trace
from tests.page.pages import by_name, with_page
from tests.support.node import needs_node

pytestmark = needs_node
# Each change by itself; of each, all numbers, what the page says of the difference, and whether the way back works.
EACH = """
const begun = bits();
send(given.changes.map((change) => {
  for (const [address, value] of change) explorer.set(address, value);
  const found = { x: Array.from(engine.x), differing: explorer.differing(), edits: explorer.edits };
  const changed = bits();
  for (const _ of change) explorer.undo();
  found.undone = bits() === begun;
  for (const _ of change) explorer.redo();
  found.redone = bits() === changed;
  for (const [address] of change) explorer.remove(address);
  found.removed = bits() === begun && explorer.edits.length === 0;
  return found;
}));
"""


def changes(whole: Trace, count: int, seed: int) -> list[list[list[Any]]]:
    """So many changes, of a word, a weight, a mask, a setting or what formulas compute; some of two numbers at once."""
    draw, program = random.Random(seed), whole.program
    named = sorted(set(constants(program)) - {"B", "T", "C", "D"})
    computed = [t for t in program.tensors.values() if t.name in program.definitions and t.concept not in FIXED]
    integers = [t for t in program.inputs if t.name in ("tokens", "targets")]
    masks = [t for t in program.inputs if t.role is Role.MASK]

    def one() -> list[Any]:
        kind = draw.choice(["word", "weight", "setting", "computed", "computed", "gradient", *["mask"] * bool(masks)])
        if kind == "setting":
            name = draw.choice(named)
            return [name, float(constants(program)[name]) * draw.uniform(0.5, 1.5)]
        gradients = [t for t in computed if t.role is Role.GRADIENT]
        which = {"word": integers, "weight": program.parameters, "computed": computed, "gradient": gradients}
        tensor = draw.choice([*(which | {"mask": masks})[kind]])
        place = [draw.randrange(extent) for extent in tensor.shape]
        vocabulary = whole.program.tensors["logits"].shape[-1]
        values = {"word": draw.randrange(vocabulary), "mask": draw.randrange(2)}
        value = values.get(kind, round(draw.gauss(0, 0.5), 3))
        return [f"{tensor.name}[{','.join(map(str, place))}]" if place else tensor.name, value]

    return [[list(pair) for pair in dict(one() for _ in range(1 + n % 2)).items()] for n in range(count)]


FIXED = ("power of e", "total of powers")  # cannot be set where there are gradients


def bits_of(numbers: list[float]) -> np.ndarray:
    return np.array(numbers, np.float64).view(np.int64)


@pytest.mark.parametrize(("case", "count"), [("pencil at 1", 50), ("dropout", 12), ("biases", 6)])
def test_what_follows_is_what_python_computes(case, count):
    whole = trace(case)
    asked = changes(whole, count, 7)
    before = with_page("send(Array.from(engine.x));", case)
    for change, found in zip(asked, with_page(EACH, case, changes=asked), strict=True):
        want, got = with_set(whole, dict(map(tuple, change))), by_name(whole.program, found["x"])
        for name in whole.program.tensors:
            assert error(got[name], np.asarray(want.arrays[name], np.float64)) < 1e-11, (change, name)
        given = sum(np.size(whole.arrays[t.name]) for t in (*whole.program.inputs, *whole.program.parameters))
        computed = len(found["x"]) - len(constants(whole.program))
        differs = bits_of(found["x"])[given:computed] != bits_of(before)[given:computed]
        assert found["differing"]["count"] == differs.sum(), change
        assert found["differing"]["of"] == len(differs)
        set_to = [[edit["address"], edit["after"]] for edit in found["edits"]]
        assert set_to == [pair for pair in change if not is_unchanged(whole, pair)]
        losses = [pytest.approx(float(one["loss"]), rel=1e-12) for one in (whole, want)]
        assert found["differing"]["loss"] == (losses if set_to else None)
        assert found["undone"] and found["redone"] and found["removed"], change


def is_unchanged(whole: Trace, pair: list[Any]) -> bool:
    """Is a given number set to what it was?"""
    name = pair[0].partition("[")[0]
    return name in whole.program.tensors and name not in whole.program.definitions and whole[pair[0]] == pair[1]


BACK = """
const seen = new Map([[explorer.iteration, bits()]]);
const step = (count) => {
  for (let n = 0; n < count; n++) {
    explorer.train(1);
    seen.set(explorer.iteration, bits());
  }
};
step(7);
explorer.set(given.word, 3);
explorer.set("beta1", 0.5);
explorer.set("h.0.mid[0,1,2]", 0.25);
seen.set(explorer.iteration, bits());
step(40);
explorer.set("transformer.wte.weight[1,1]", 0.1);
explorer.remove("h.0.mid[0,1,2]");
seen.set(explorer.iteration, bits());
step(9);
const tip = explorer.iteration;
const losses = explorer.losses.slice();
const link = explorer.share("loss");
const went = given.stops.map((n) => {
  const [iteration, wanted] = [...seen][n % seen.size];
  explorer.rewind(iteration);
  return bits() === wanted && explorer.iteration === iteration;
});
explorer.rewind(tip);
went.push(JSON.stringify(explorer.losses) === JSON.stringify(losses), explorer.recorded.length === seen.size);
explorer.undo();
explorer.redo();
went.push(bits() === seen.get(tip));
explorer.rewind([...seen.keys()][20]);
explorer.train(25);
went.push(bits() === [...seen.values()][45], explorer.recorded.length === 46);
while (explorer.canUndo) explorer.undo();
went.push(bits() === [...seen.values()][0], explorer.iteration === [...seen.keys()][0]);
went.push(explorer.restore(link) === "loss", bits() === seen.get(tip), explorer.share("loss") === link);
explorer.reset();
went.push(bits() === [...seen.values()][0], explorer.edits.length === 0, explorer.losses.length === 1);
explorer.undo();
went.push(bits() === seen.get(tip));
send([went, link]);
"""


@pytest.mark.parametrize("case", ["pencil", "dropout", "demo at 1"])
def test_every_bit_comes_back(case):
    stops = random.Random(3).sample(range(57), 12)
    went, link = with_page(BACK, case, stops=stops, word="tokens[0,2]")
    assert went == [True] * len(went)
    first = 0 if case == "pencil" else 1
    assert link == (
        f"loss&@{first + 7}&tokens[0,2]=3&beta1=0.5&h.0.mid[0,1,2]=0.25&@{first + 47}"
        f"&transformer.wte.weight[1,1]=0.1&h.0.mid[0,1,2]=&@{first + 56}"
    )


def test_typed_numbers_are_never_rounded():
    number = struct.unpack("<d", struct.pack("<q", 0x3FB999999999999B))[0]
    code = """
      explorer.set("h.0.mid[0,1,2]", given.number);
      const link = explorer.share();
      explorer.reset();
      explorer.restore(link);
      send([explorer.value("h.0.mid[0,1,2]"), link]);
    """
    assert with_page(code, "pencil", number=number) == [number, f"&h.0.mid[0,1,2]={number!r}"]


FAILS = """
import { UserError } from "app/explain/errors.js";
const begun = bits();
send(given.asked.map(([what, ...values]) => {
  try {
    explorer[what](...values);
    return "nothing is said";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return bits() === begun && !explorer.canUndo ? error.message : "numbers have changed";
  }
}));
"""


def test_what_cannot_be_set_is_refused_in_the_same_words():
    asked: list[tuple[str, Any]] = [
        *[("tokens[0,1]", 99), ("tokens[0,1]", 1.5), ("tokens[0,1]", "nonesuch"), ("iteration", "three")],
        *[("h.0.mid[0,1,2]", "word"), ("h.0.mid[0,1,2]", float("nan")), ("beta1", "large"), ("beta1", float("nan"))],
        *[("h.0.mid[0,1,99]", 1.0), ("h.0.mid", 1.0), ("h.0.midd[0,1,2]", 1.0), ("beta3", 1.0), ("h.0.mid[0", 1.0)],
        *[("h.0.attn.exp[0,0,1,1]", 1.0), ("probs.sum[0,1]", 1.0)],
    ]
    said = with_page(FAILS, "pencil", asked=[["set", *pair] for pair in asked])
    for (where, value), found in zip(asked, said, strict=True):
        try:
            with_set(trace("pencil"), {where: value})
            wanted = "nothing is said"
        except UserError as error:
            wanted = str(error)
        if where == "h.0.mid":  # in Python, a tensor may be set to one number
            assert found == "h.0.mid is a whole tensor: say which number, with the indices b 0…1, t 0…3, c 0…3"
        else:
            assert found == wanted, where


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("&h.0.mid[0,1,2]=abc", "the link says 'h.0.mid[0,1,2]=abc': it must be an address and a number"),
        ("&h.0.mid[0,1,2]", "the link says 'h.0.mid[0,1,2]': it must be an address and a number"),
        ("&=3", "the link says '=3': it must be an address and a number"),
        ("&@5&@3", "the link goes on to iteration '3': it must be a whole number from 5 to 20000"),
        ("&@1e9", "the link goes on to iteration '1e9': it must be a whole number from 0 to 20000"),
        ("&@999999", "the link goes on to iteration '999999': it must be a whole number from 0 to 20000"),
        ("&nonesuch[0]=1", "there is no tensor 'nonesuch' here"),
        ("&@2&tokens[0,1]=99", "tokens[0,1] is set to 99: it must be a whole number from 0 to"),
        ("%E0%A4%A", "the link says '%E0%A4%A', which is no text: copy the whole link"),
        ("nonesuch&beta1=0.5", "there is no tensor 'nonesuch' here"),
        ("&" + "&".join(["beta1=1"] * 10_001), "the link makes 10001 changes, which is too many"),
        ("&why.tok_emb[0,0,0]=1", "why.tok_emb"),
    ],
)
def test_a_link_that_was_damaged_changes_nothing(link, said):
    (found,) = with_page(FAILS, "pencil", asked=[["restore", link]])
    assert said in found


def test_other_mistakes():
    asked = [["train", 0], ["train", 1.5], ["rewind", 7], ["parts", "loss"], ["nudge", "tokens[0,1]"]]
    said = with_page(FAILS, "pencil", asked=asked)
    assert said == [
        "0 iterations: it must be 1 or more",
        "1.5 iterations: it must be 1 or more",
        "iteration 7 was not recorded",
        "loss is no score of a word: only those are taken apart",
        "tokens[0,1] has no gradient to check: ask for one that d.… exists of",
    ]
    (said,) = with_page(FAILS, "prompt", asked=[["train", 1]])
    assert said == "a prompt is not trained on: make a page with --iteration, not --prompt"


def test_what_was_set_in_python_is_set_in_the_page(monkeypatch):
    program = trace("prompt").program
    changed = trace("prompt").set({"tokens[0,4]": "world", "h.0.mid[0,1,:]": 0.25})
    monkeypatch.setattr(pages, "contents", lambda _: contents(changed))
    x, edits = with_page("send([Array.from(engine.x), explorer.edits]);", "prompt")
    got = by_name(program, x)
    for name in program.tensors:
        assert error(got[name], np.asarray(changed.arrays[name], np.float64)) < 1e-12, name
    assert len(edits) == 17
    assert edits[0]["address"].startswith("h.0.mid") or edits[0]["after"] == 31


EXPLAINED = """
import { value } from "app/notation/evaluate.js";
explorer.set("h.0.mid[0,1,2]", 0.5);
explorer.set("h.0.attn.scores[0,0,2,1]", -0.25);
explorer.set("logits[0,1,3]", 0.75);
explorer.set("transformer.wte.weight[1,1]", 0.1);
explorer.set("beta1", 0.5);
const computed = program.tensors.filter((tensor) => tensor.at >= 0 && tensor.given === "");
send(computed.map((tensor) => {
  let [worst, at] = [0, ""];
  const largest = Math.max(0, ...engine.numbers(tensor).filter(Number.isFinite).map(Math.abs));
  for (const address of explorer.addresses().filter((one) => one.split("[")[0] === tensor.name)) {
    const { instance, notes, value: found } = explorer.explain(address);
    if (instance === null) continue;
    const difference = Math.abs(value(instance.expression, explorer.explainer.numbers) - found) / (largest || 1);
    if (difference > worst) [worst, at] = [difference, address];
    if (instance.stopped?.length && !notes.some((note) => note.includes("is set"))) at = `${address} says nothing`;
  }
  return [tensor.name, worst, at];
}));
"""


def test_explanations_give_the_numbers_that_follow_from_what_is_set():
    """So do those of gradients that nothing passes through."""
    for name, worst, at in with_page(EXPLAINED, "pencil at 1"):
        assert worst < 1e-13, at or name
        assert "says nothing" not in at


def test_notes_of_what_is_set_are_those_of_python():
    code = """
      explorer.set("h.0.mid[0,1,2]", 0.5);
      explorer.set("transformer.wte.weight[1,1]", 0.1);
      send(given.asked.map((address) => [explorer.explain(address).notes, explorer.explain(address).precision]));
    """
    asked = ["h.0.mid[0,1,2]", "transformer.wte.weight[1,1]", "transformer.wte.weight[1,0]", "loss", "d.loss"]
    asked += ["previous.m.transformer.wte.weight[1,1]", "h.0.attn.q[0,0,0,0]", "tokens[0,1]"]
    changed = trace("pencil").set({"h.0.mid[0,1,2]": 0.5, "transformer.wte.weight[1,1]": 0.1})
    for address, (notes, precision) in zip(asked, with_page(code, "pencil", asked=asked), strict=True):
        want = changed.explain(address)
        assert notes == list(want.notes), address
        assert precision == want.precision, address


def test_after_training_nothing_is_said_of_draws_and_checkpoints():
    code = """
      const first = explorer.explain(given.asked).notes;
      const whose = explorer.whose();
      explorer.train(1);
      const { notes, precision } = explorer.explain(given.asked);
      send([first, notes, whose, explorer.whose(), precision]);
    """
    asked = "transformer.wte.weight[1,1]"
    first, later, whose, then, precision = with_page(code, "trained", asked=asked)
    assert "checkpoint" in first[0]
    assert "checkpoint" not in later[0]
    assert "iteration 400" in later[0]
    assert "400 iterations" in whose
    assert "then here for 1 iteration" in then
    assert precision == "float64"
