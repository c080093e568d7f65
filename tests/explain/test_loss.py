"""The loss of a text and the gradients of a prompt, against PyTorch's cross-entropy and autograd; and what is said."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from math import exp, log

import numpy as np
import pytest
import torch
from torch.nn import functional

from gpt_by_hand import GPT, ModelConfig, UserError, train
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import number_tokenizer
from gpt_by_hand.engines.torch import module
from gpt_by_hand.engines.torch.learner import load_weights
from gpt_by_hand.explain.loss import Loss, document
from gpt_by_hand.layout.document import Bar, Number, Paragraph, Table
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.trace import surprise
from gpt_by_hand.trace.changed import with_set
from gpt_by_hand.trace.recording import trace_prompt
from gpt_by_hand.training.start import start_weights
from tests.engines.closeness import EPS64, assert_close

torch.set_num_threads(1)  # the arrays are so small that threads only wait for each other

# The longest way to a gradient has about 2,000 roundings on each side, and so ends some 50 eps away (sqrt(n)).
TOLERANCE = 256 * EPS64
SIZES = {
    "biases": ModelConfig(7, 5, 2, 3, 6, use_bias=True, gelu="tanh", init_std=0.4),
    "pencil": ModelConfig(8, 4, 1, 1, 4, init_std=0.5, init_decimals=1),
    "wide": ModelConfig(300, 12, 1, 2, 8, init_std=0.3),
}
MODELS = ("trained", *SIZES)


@cache
def model(name: str) -> GPT:
    """A model whose words, but for those of the trained one, are numbers; its biases are not 0."""
    if name == "trained":
        return train("demo", "quick", max_iters=150, eval_iters=1, engine="numpy")
    config, noise = SIZES[name], np.random.default_rng(1)
    drawn = start_weights(config, RandomStream(3))
    weights = {key: array if array.any() else noise.normal(0, 0.3, array.shape) for key, array in drawn.items()}
    return GPT(config, number_tokenizer(config.vocab_size), {k: w.astype(np.float32) for k, w in weights.items()})


@cache
def torchs(name: str) -> module.GPT:
    """The same weights in the independent model."""
    found = module.GPT(module.Sizes.of(model(name).config)).double()
    stored = {p.name: p.stored_shape for p in parameters(model(name).config)}
    load_weights(found, {key: model(name).weights[key].reshape(shape) for key, shape in stored.items()})
    return found.eval()


def a_text(name: str, count: int) -> str:
    """A text of so many tokens: numbers, or words with spaces between them."""
    rng, words = random.Random(count), model(name).tokenizer.words
    if name != "trained":
        return " ".join(rng.choice(words) for _ in range(count))
    return "".join(" " if n % 2 else rng.choice(words[1:]) for n in range(count))


def theirs(name: str, text: str) -> list[float]:
    """PyTorch's cross-entropy of each token but the first, after as many before it as the model looks at."""
    tokens, length = torch.tensor(model(name).tokenizer.encode(text)), model(name).config.seq_length
    with torch.no_grad():
        scores = [torchs(name)(tokens[None, max(0, n - length) : n])[0][0, -1] for n in range(1, len(tokens))]
    return [functional.cross_entropy(s, t).item() for s, t in zip(scores, tokens[1:], strict=True)]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [2, 5, 9, 40])
def test_losses_are_pytorchs(name: str, count: int) -> None:
    """Within the window, at its end, and far beyond it."""
    text = a_text(name, count)
    loss, want = model(name).loss(text), theirs(name, text)
    assert_close([one.nll for one in loss.surprises], want, TOLERANCE, "nll")
    assert_close(float(loss), np.mean(want), TOLERANCE, "the loss")
    assert loss.sum == pytest.approx(sum(want), rel=1e-13)
    assert (loss.bits, loss.perplexity) == pytest.approx((np.mean(want) / log(2), exp(np.mean(want))), rel=1e-13)
    assert [one.token for one in loss.surprises] == model(name).tokenizer.encode(text)[1:]


@pytest.mark.parametrize("name", MODELS)
def test_in_pieces_and_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many windows and words are computed together, whether all of a trace is kept or not: to rounding."""
    for count in (4, 30):
        text = a_text(name, count)
        whole = [one.nll for one in model(name).loss(text).surprises]
        for numbers in (1, 700, 5_000):
            monkeypatch.setattr(surprise, "AT_ONCE", numbers)
            monkeypatch.setattr(surprise, "KEPT", 1)
            assert_close([one.nll for one in model(name).loss(text).surprises], whole, TOLERANCE)


@pytest.mark.parametrize("name", MODELS)
def test_ranks_and_probabilities(name: str) -> None:
    text = a_text(name, 20)
    tokens, length = model(name).tokenizer.encode(text), model(name).config.seq_length
    for one in model(name).loss(text).surprises:
        seen = torch.tensor([tokens[max(0, one.position - length) : one.position]])
        with torch.no_grad():
            chances = torchs(name)(seen)[0][0, -1].softmax(-1)
        assert one.probability == pytest.approx(chances[one.token].item(), rel=1e-12) == exp(-one.nll)
        assert one.rank == 1 + int((chances > chances[one.token]).sum())


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [2, 4, 30])
def test_gradients_are_autograds(name: str, count: int) -> None:
    """Of all weights, and on the way: of the scores and of what the head reads. Of a long text, over its end."""
    text, most = a_text(name, count), model(name).config.seq_length
    trace, twin = model(name).gradients(text), torchs(name)
    tokens = torch.tensor(model(name).tokenizer.encode(text)[-most - 1 :])
    twin.zero_grad()
    hidden = twin.hidden(tokens[None, :-1])
    scores = twin.lm_head(hidden)
    hidden.retain_grad(), scores.retain_grad()
    loss = functional.cross_entropy(scores[0], tokens[1:])
    loss.backward()
    assert_close(trace["loss"], loss.item(), TOLERANCE, "loss")
    assert_close(trace["d.logits"], scores.grad, TOLERANCE, "d.logits")
    assert_close(trace["d.ln_f"], hidden.grad, TOLERANCE, "d.ln_f")
    gradients = dict(twin.named_parameters())
    largest = max(p.grad.abs().max().item() for p in gradients.values())
    for parameter in parameters(model(name).config):
        got = trace[f"d.{parameter.name}"].reshape(parameter.stored_shape)
        want = gradients[parameter.name].grad.numpy()
        # A gradient that is 0 but for rounding, such as that of the keys' bias, is measured against all of them.
        assert np.abs(got - want).max() <= TOLERANCE * max(np.abs(want).max(), largest / 16), parameter.name


def test_a_loss_that_is_off_is_found() -> None:
    want = theirs("pencil", a_text("pencil", 9))
    with pytest.raises(AssertionError):
        assert_close([nll * (1 + 3 * TOLERANCE) for nll in want], want, TOLERANCE)


@pytest.mark.parametrize("name", MODELS)
def test_the_same_to_the_last_bit_at_its_address(name: str) -> None:
    """Where an address is given, the gradients' trace has that very number there, and its mean."""
    text = a_text(name, 5)
    loss, trace = model(name).loss(text), model(name).gradients(text)
    assert [trace[one.address] for one in loss.surprises] == [one.nll for one in loss.surprises]
    assert trace["loss"] == float(loss)
    longer = model(name).loss(a_text(name, 20))
    assert not any(one.address for one in longer.surprises)


def test_weights_do_not_change() -> None:
    before = {name: array.copy() for name, array in model("biases").weights.items()}
    trace = model("biases").gradients("1 2 3")
    assert trace["targets"].tolist() == [[2, 3]] and trace["tokens"].tolist() == [[1, 2]]
    assert not any(name.startswith("new.") for name in trace)
    assert "each word's target is the next one; no update" in trace.whose.line()
    assert all(np.array_equal(model("biases").weights[name], array) for name, array in before.items())


def test_explained_from_the_prompt() -> None:
    trace = model("biases").gradients("1 2 3 4")
    checked = trace.explain("d.transformer.h.0.mlp.c_fc.weight[2,1]", check=True)
    assert checked.check.error < 1e-6 * max(1, abs(checked.check.gradient))
    assert checked.uses
    assert "given by the prompt" not in trace.explain("targets[0,1]").text() or trace["targets[0,1]"] == 3


# What is set.


def set_loss(name: str, text: str, settings: dict[str, object]) -> Loss:
    """The loss of a text where some numbers are set."""
    made = model(name)
    trace = with_set(trace_prompt(made.config, made.tokenizer, made.weights, text, goal="loss"), settings)
    return Loss.of(trace, surprise.tokens_of(trace, text))


@pytest.mark.parametrize("count", [4, 30])
def test_a_weight_that_is_set(count: int) -> None:
    """As if the model had it, in every window."""
    text, name = a_text("biases", count), "transformer.wte.weight"
    table = model("biases").weights[name].copy()
    table[2, 1] = 0.75
    other = GPT(model("biases").config, model("biases").tokenizer, {**model("biases").weights, name: table})
    found = set_loss("biases", text, {f"{name}[2,1]": 0.75})
    assert_close([o.nll for o in found.surprises], [o.nll for o in other.loss(text).surprises], TOLERANCE)
    assert abs(float(found) - float(model("biases").loss(text))) > 1e-3
    assert "you set transformer.wte.weight[2,1] = 0.75" in str(document(found)[0])


def test_an_intermediate_that_is_set() -> None:
    found = set_loss("biases", "1 2 3 4", {"logits[0,2,4]": 40.0})
    assert found.surprises[2].nll == pytest.approx(0, abs=1e-9)
    assert [o.nll for o in found.surprises[:2]] == [o.nll for o in model("biases").loss("1 2 3 4").surprises[:2]]
    with pytest.raises(UserError, match=r"logits\[0,2,4\] is set, which is of one window"):
        set_loss("biases", a_text("biases", 30), {"logits[0,2,4]": 40.0})


# What is said.


def test_the_table_adds_up() -> None:
    """What stands in the rows is what stands in the last one; of many words, the largest and the others."""
    for count, rows in ((20, 19 + 1), (60, 12 + 2)):
        (table,) = [block for block in document(model("trained").loss(a_text("trained", count))) if is_table(block)]
        assert len(table.rows) == rows
        shown = [[float(p.text) for cell in row.cells for p in cell if isinstance(p, Number)] for row in table.rows]
        nats = [row[1] if len(row) > 2 else row[0] for row in shown]
        assert sum(nats[:-1]) == pytest.approx(nats[-1], abs=len(nats) * 0.5e-4)
        assert nats[:12] == sorted(nats[:12], reverse=True) or count == 20


def is_table(block: object) -> bool:
    return isinstance(block, Table)


def test_all_where_nothing_is_folded() -> None:
    loss = model("trained").loss(a_text("trained", 60))
    (table,) = filter(is_table, document(loss, folded=False))
    assert len(table.rows) == 60


def notes(loss: Loss) -> str:
    return "\n".join(str(block.line[0]) for block in document(loss) if isinstance(block, Paragraph))


def test_what_is_said() -> None:
    short = notes(model("pencil").loss("1 2 3"))
    assert "per word, the sum divided by 2" in short and 'the first word, "1", is not predicted' in short
    assert f"all 8 words of the vocabulary as equally likely has {log(8):.6g} nats, 3 bits" in short
    assert "looks no further back" not in short
    long = notes(model("pencil").loss("1 2 3 4 5 6"))
    assert "from position 5 on, each is predicted after the 4 before it alone" in long


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [5, 40])
def test_where_to_ask_on(name: str, count: int) -> None:
    """What is offered gives the greatest surprise of all."""
    loss = model(name).loss(a_text(name, count))
    found = []
    document(loss, ask=lambda where, prompt: found.append((where, prompt)) or "")
    ((where, prompt),) = found
    assert model(name).gradients(prompt)[where] == pytest.approx(max(o.nll for o in loss.surprises), rel=1e-12)
    said = next(line for line in loss.text().splitlines() if "model.gradients" in line)
    assert f"model.gradients({prompt!r}).explain({where!r})" in said


def test_as_data() -> None:
    loss = model("trained").loss("to be or not to be")
    data = json.loads(json.dumps(loss.to_dict(), allow_nan=False))
    assert (data["loss"], data["sum"], data["perplexity"]) == (float(loss), loss.sum, loss.perplexity)
    assert [(t["word"], t["nll"], t["bits"]) for t in data["tokens"][:2]] == [
        ("' '", loss.surprises[0].nll, loss.surprises[0].bits),
        ("be", loss.surprises[1].nll, loss.surprises[1].bits),
    ]
    assert data["first"] == {"word": "to", "token": model("trained").tokenizer.ids["to"]}
    assert (data["window"], data["precision"], data["model"]["trained_iterations"]) == (8, "float64", 150)
    assert "<table" in loss._repr_html_() and repr(loss) == loss.text()


def test_single_precision() -> None:
    text = a_text("trained", 30)
    single, double = model("trained").loss(text, precision="float32"), model("trained").loss(text)
    assert float(single) != float(double) == pytest.approx(float(single), rel=1e-5)
    assert "computed in float32, as in training" in single.text()


@pytest.mark.parametrize(("text", "says"), [("", "0 tokens"), ("gpt", "1 token, and no next one"), ("gpt hnd", "hand")])
def test_what_has_no_loss(text: str, says: str) -> None:
    for ask in (model("trained").loss, model("trained").gradients):
        with pytest.raises(UserError, match=says):
            ask(text)


def test_a_surprise_beyond_all_numbers() -> None:
    """What the model takes as impossible is said to be so, and nothing breaks."""
    loss = set_loss("pencil", "1 2 3", {"logits[0,0,2]": -np.inf})
    assert loss.surprises[0].nll == float("inf") and loss.to_dict()["loss"]["after"] == "inf"
    assert "inf" in loss.text()


def test_a_surprise_that_is_no_number() -> None:
    """It has no rank and no bar, and comes first where the most surprising words do."""
    text = a_text("biases", 5)
    loss = set_loss("biases", text, {"logits[0,2,0]": np.inf})
    data = json.loads(json.dumps(loss.to_dict(), allow_nan=False))
    unknown = [token["nll"] == "nan" for token in data["tokens"]]
    assert unknown == [False, False, True, False] and data["loss"]["after"] == "nan"
    assert [token["rank"] is None for token in data["tokens"]] == unknown
    (table, _) = filter(is_table, document(loss))
    bars = [any(isinstance(part, Bar) for cell in row.cells for part in cell) for row in table.rows]
    assert bars == [True, True, False, True, False] and "<table" in loss._repr_html_()
    repeated = replace(loss, surprises=loss.surprises * 10, before=None)
    (folded,) = filter(is_table, document(repeated))
    assert [row.cells[3][0].text == "nan" for row in folded.rows[:12]] == [True] * 10 + [False] * 2


def test_settings_are_kept_apart() -> None:
    """Other sizes are other programs, though they are made in the same places."""
    text = a_text("pencil", 12)
    first = float(model("pencil").loss(text))
    config = replace(SIZES["pencil"], seq_length=3)
    weights = dict(model("pencil").weights)
    weights["transformer.wpe.weight"] = weights["transformer.wpe.weight"][:3]
    assert float(GPT(config, model("pencil").tokenizer, weights).loss(text)) != first
    assert float(model("pencil").loss(text)) == first
