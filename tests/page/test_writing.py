"""Words that a page writes are those that `generate` writes, and the probabilities the same."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from gpt_by_hand import GPT
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.training.generation import Generator, Sampling, Step
from gpt_by_hand.training.start import Arrays
from tests.page.cases import trace, trained_folder
from tests.page.pages import with_page
from tests.page.runs import run
from tests.support.node import needs_node

pytestmark = needs_node
TEXT = [5, 2, 7]
WAYS = [
    {"temperature": 0.8, "top_k": 0, "seed": 1337},
    {"temperature": 1.5, "top_k": 5, "seed": 1},
    {"temperature": 0.0, "top_k": 0, "seed": 2},
    {"temperature": 1e-6, "top_k": 0, "seed": 3},
    {"temperature": 0.3, "top_k": 1, "seed": 4},
    {"temperature": 1.0, "top_k": 31, "seed": 5},
    {"temperature": 1.0, "top_k": 99, "seed": 6},
    {"temperature": 1.2, "top_k": 0, "seed": 4294967295},
]
WRITE = """
const begun = bits();
const found = given.ways.map((how) => explorer.generate({ tokens: given.text, ...how, max_tokens: 30 }));
send([found, bits() === begun]);
"""


@cache
def model(case: str) -> GPT:
    return GPT.load(trained_folder()) if case == "trained" else GPT.from_preset(case)


def wanted(gpt: GPT, how: dict[str, float]) -> list[Step]:
    """What Python draws, in double precision from the same weights."""
    weights: Arrays = {name: array.astype(np.float64) for name, array in gpt.weights.items()}
    writer = Generator(gpt.config, gpt.tokenizer, weights, None)
    stream = RandomStream(int(how["seed"]))
    return list(writer.steps(TEXT, Sampling(max_tokens=30, **how), stream))


@pytest.mark.parametrize(
    ("case", "name"),
    [("demo", "demo"), ("pencil", "pencil"), ("trained", "trained"), ("prompt", "demo"), ("gradients", "demo")],
)
def test_words_are_those_that_generate_writes(case, name):
    found, restored = with_page(WRITE, case, text=TEXT, ways=WAYS)
    assert restored
    for how, steps in zip(WAYS, found, strict=True):
        want = wanted(model(name), how)
        assert [step["token"] for step in steps] == [step.token for step in want], how
        assert [step["draw"] for step in steps] == [step.draw for step in want]
        for step, other in zip(steps, want, strict=True):
            assert np.allclose(step["logits"], other.logits, rtol=0, atol=1e-5)
            assert np.allclose(
                step["probabilities"], other.probabilities, rtol=0, atol=2e-5 / max(how["temperature"], 0.3)
            )


def test_generate_itself_writes_them():
    gpt = model("trained")
    found, _ = with_page(WRITE, "trained", text=gpt.tokenizer.encode("hello"), ways=WAYS[:3])
    for how, steps in zip(WAYS, found, strict=False):
        said = gpt.generate("hello", max_tokens=30, **how)
        assert gpt.tokenizer.decode([*gpt.tokenizer.encode("hello"), *(step["token"] for step in steps)]) == said


def test_weights_and_settings_have_a_say_and_other_numbers_that_are_set_have_none():
    code = """
      const write = () => explorer.generate({ tokens: given.text, max_tokens: 1 })[0].logits;
      const first = write();
      explorer.set("h.0.mid[0,1,2]", 5);
      explorer.setWord(0, 1, 3);
      const same = write();
      explorer.set("transformer.wte.weight[3,1]", 1);
      const other = write();
      explorer.set("eps", 0.5);
      send([first, same, other, write(), explorer.value("logits[0,2,3]")]);
    """
    for case in ("demo", "prompt"):
        first, same, other, last, _ = with_page(code, case, text=TEXT)
        assert first == same
        assert len({tuple(first), tuple(other), tuple(last)}) == 3


def test_with_dropout_nothing_is_dropped_while_writing():
    noted = run("pencil", "documented", 1, dropout_rate=0.3)
    assert noted.losses
    plain, _ = with_page(WRITE, "pencil", text=[1, 2], ways=WAYS[:1])
    whole = trace("dropout")
    code = """
      for (const [name, numbers] of given.weights) engine.numbers(program.named.get(name)).set(numbers);
      send(explorer.generate({ tokens: given.text, ...given.ways[0], max_tokens: 30 }));
    """
    untrained = GPT.from_preset("pencil").weights
    weights = [[t.name, untrained[t.name].ravel().astype(float).tolist()] for t in whole.program.parameters]
    found = with_page(code, "dropout", text=[1, 2], ways=WAYS[:1], weights=weights)
    assert [step["logits"] for step in found] == [step["logits"] for step in plain[0]]


FAILS = """
import { UserError } from "app/explain/errors.js";
send(given.asked.map((how) => {
  try {
    explorer.generate({ tokens: [1], ...how });
    return "nothing is said";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}));
"""


def test_what_makes_no_sense_is_refused():
    asked = [{"temperature": -1.0}, {"temperature": 1e-9}, {"top_k": -1}, {"max_tokens": 0}]
    said = with_page(FAILS, "pencil", asked=[*asked, {"tokens": []}, {"seed": -1}])
    for how, found in zip(asked, said, strict=False):
        with pytest.raises(Exception, match="it must be") as wanted_error:
            Sampling(**how)
        assert found == str(wanted_error.value)
    assert said[4:] == ["the text holds no word: give one", "seed is -1: give a whole number from 0 to 4294967295"]


def test_words_that_the_vocabulary_does_not_have_cannot_come(monkeypatch):
    from tests.page import pages
    from tests.page.cases import contents

    few = contents("demo") | {"vocabulary": contents("demo")["vocabulary"] | {"known": 20}}
    monkeypatch.setattr(pages, "contents", lambda _: few)
    (steps,), _ = with_page(WRITE, "demo", text=TEXT, ways=WAYS[:1])
    for step in steps:
        assert step["token"] < 20
        assert step["logits"][20:] == [-np.inf] * 12
        assert step["probabilities"][20:] == [0.0] * 12


def test_scores_that_are_no_numbers_are_told():
    code = FAILS.replace("send(", 'explorer.set("transformer.wte.weight[1,1]", Infinity); send(')
    (said,) = with_page(code, "pencil", asked=[{}])
    assert said == "the model's scores are no numbers (nan): its weights, or what is set, are too large"
