"""The programs of the model: names, shapes and places, and what the numbers mean."""

import inspect
import math
import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.adamw import UpdateRule, update
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import evaluation, iteration, parameters, prediction
from gpt_by_hand.model.sampling import sampling
from gpt_by_hand.model.scopes import scope
from gpt_by_hand.notation import Index, Writer
from gpt_by_hand.notation.chain_rule import gradient_of
from gpt_by_hand.printers.numpy import print_numpy
from gpt_by_hand.printers.text import element, text
from tests.model.cases import CASES, NAMES, definition, inputs

# The table of addresses in the design, for one layer.
ADDRESSES = """tok_emb[b, t, c] pos_emb[t, c] embed[b, t, c]
h.0.ln_1.mean[b, t] h.0.ln_1.centred[b, t, c] h.0.ln_1.var[b, t] h.0.ln_1.rstd[b, t] h.0.ln_1[b, t, c]
h.0.attn.q[b, h, t, d] h.0.attn.k[b, h, t, d] h.0.attn.v[b, h, t, d] h.0.attn.scores[b, h, i, j] h.0.attn.max[b, h, i]
h.0.attn.exp[b, h, i, j] h.0.attn.sum[b, h, i] h.0.attn.weights[b, h, i, j] h.0.attn.mix[b, t, h, d]
h.0.attn.c_proj[b, t, e] h.0.mid[b, t, c] h.0.ln_2[b, t, c] h.0.mlp.c_fc[b, t, f] h.0.mlp.gelu[b, t, f]
h.0.mlp.c_proj[b, t, e] h.0.out[b, t, c] ln_f[b, t, c] logits[b, t, v] probs[b, t, v] nll[b, t] loss
d.h.0.attn.scores[b, h, i, j] clip.norm clip.scale adamw.m.transformer.wpe.weight[p, c]
adamw.v.transformer.wpe.weight[p, c] new.transformer.wpe.weight[p, c]"""


def test_the_addresses_of_the_design():
    tensors = CASES["demo"].program.tensors.values()
    addresses = set(re.findall(r"[^\s\[\]]+(?:\[[^\]]*\])?", ADDRESSES))
    assert len(addresses) == 35
    assert addresses <= {element(t.name, t.indices) for t in tensors}


def gpt2_parameters(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Names and shapes as in GPT-2's checkpoints (weights turned: out x in, as PyTorch's Linear stores them)."""
    width = config.dim_embedding
    shapes: dict[str, tuple[int, ...]] = {
        "wte.weight": (config.vocab_size, width),
        "wpe.weight": (config.seq_length, width),
    }
    for layer in range(config.num_layers):
        linear = {"attn.c_attn": 3, "attn.c_proj": 1, "mlp.c_fc": 4}
        for norm in ("ln_1", "ln_2"):
            shapes |= {f"h.{layer}.{norm}.weight": (width,), f"h.{layer}.{norm}.bias": (width,)}
        for name, times in linear.items():
            shapes |= {f"h.{layer}.{name}.weight": (times * width, width), f"h.{layer}.{name}.bias": (times * width,)}
        shapes |= {f"h.{layer}.mlp.c_proj.weight": (width, 4 * width), f"h.{layer}.mlp.c_proj.bias": (width,)}
    shapes |= {"ln_f.weight": (width,), "ln_f.bias": (width,)}
    return {f"transformer.{k}": v for k, v in shapes.items() if config.use_bias or not k.endswith(".bias")}


def test_gradients_are_measured_by_part_whatever_weights_are_called():
    c, write = Index("c", 2), Writer()
    with write.at(scope("mlp", 1)):
        up = write.parameter("model.layers.1.up", c)
    down = write.parameter("down", c, part="the end")
    update(write, UpdateRule(), [(p, gradient_of(p)) for p in (up, down)])
    found = {a.name: text(a.expression) for a in write.assignments}
    assert found["clip.square.transformer.h.1"] == "clip.square.model.layers.1.up"
    assert found["clip.square.the end"] == "clip.square.down"


def test_each_block_is_a_part_and_so_is_all_that_is_in_none():
    parts = {p.name: p.part for p in parameters(replace(MODEL_PRESETS["pencil"], use_bias=True))}
    assert set(parts.values()) == {f"transformer.{name}" for name in ("wte", "wpe", "h.0", "ln_f")}
    assert all(name.startswith(f"{part}.") for name, part in parts.items())


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_gpt2(name):
    config = CASES[name].config
    want = gpt2_parameters(config)
    for program in (CASES[name].program, evaluation(config, 1), prediction(config, 1, 1)):
        assert {p.name: p.stored_shape for p in program.parameters} == want
        assert all(math.prod(p.shape) == math.prod(p.stored_shape) for p in program.parameters)
    assert parameters(config) == CASES[name].program.parameters


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_is_a_question_with_a_place(name):
    phases = ["forward", "loss", "backward", "clip", "update"]
    for assignment in CASES[name].program.assignments:
        assert "?" in assignment.title, assignment.name
        assert assignment.scope.name and assignment.phase in phases and assignment.written_at, assignment.name
    seen = dict.fromkeys(a.phase for a in CASES[name].program.assignments)
    assert set(seen) == set(phases) - ({"clip"} if CASES[name].rule.grad_clip == 0 else set())


@pytest.mark.parametrize("name", NAMES)
def test_every_input_and_parameter_is_explained(name):
    program = CASES[name].program
    assert all(tensor.title for tensor in (*program.inputs, *program.parameters))


@pytest.mark.parametrize("name", NAMES)
def test_shares_add_up_and_norms_are_normal(name):
    values, config = definition(name), CASES[name].config
    for shares in ("probs", *(f"h.{layer}.attn.weights" for layer in range(config.num_layers))):
        np.testing.assert_allclose(values[shares].sum(-1), 1, rtol=1e-14)
        assert (values[shares] >= 0).all()
    centred = values["ln_f.centred"] * values["ln_f.rstd"][..., None]
    np.testing.assert_allclose(centred.mean(-1), 0, atol=1e-14)
    np.testing.assert_allclose((centred**2).mean(-1), values["ln_f.var"] / (values["ln_f.var"] + 1e-5), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_loss_is_the_mean_surprise(name):
    values = definition(name)
    chances = np.take_along_axis(values["probs"], values["targets"][..., None], -1)
    np.testing.assert_allclose(values["nll"], -np.log(chances[..., 0]), rtol=1e-12)
    np.testing.assert_allclose(values["loss"], values["nll"].mean(), rtol=1e-14)


@pytest.mark.parametrize("name", ["demo", "biases", "dropout"])
def test_a_prediction_does_not_look_ahead(name):
    """The first n positions alone give what they give in front of others; and without dropout, in evaluation too."""
    config = CASES[name].config
    given = {k: v for k, v in inputs(name).items() if not k.endswith(".mask")}
    whole = compile_numpy(evaluation(config, 2), ["probs"], np.float64)(given)["probs"]
    for n in range(1, config.seq_length + 1):
        first = {**given, "tokens": given["tokens"][:, :n], "positions": given["positions"][:n]}
        part = compile_numpy(prediction(config, 2, n), ["probs"], np.float64)(first)["probs"]
        np.testing.assert_allclose(part, whole[:, :n], rtol=1e-12)


def test_dropout_is_for_training():
    config = CASES["dropout"].config
    assert not any(".mask" in tensor for tensor in (*evaluation(config, 2).tensors, *prediction(config, 2, 3).tensors))
    masks = [t.name for t in CASES["dropout"].program.inputs if t.name.endswith(".mask")]
    parts = ("attn.drop", "attn.resid_drop", "mlp.drop")
    assert masks == ["drop.mask", *(f"h.{layer}.{part}.mask" for layer in range(2) for part in parts)]
    assert not any("drop" in tensor for tensor in CASES["demo"].program.tensors)
    values = definition("dropout")
    np.testing.assert_allclose(values["drop"], values["embed"] * values["drop.mask"] / 0.7, rtol=1e-15)


def test_forward_is_the_same_for_training_and_evaluation():
    given = inputs("biases")
    want = compile_numpy(CASES["biases"].program, ["logits", "loss"], np.float64)(given)
    got = compile_numpy(evaluation(CASES["biases"].config, 2), ["logits", "loss"], np.float64)(given)
    assert all(np.array_equal(got[key], want[key]) for key in want)


def nanogpt_rate(rule: UpdateRule, step: int) -> float:
    """The schedule as nanoGPT writes it."""
    if step < rule.warmup_iters:
        return rule.learning_rate * step / rule.warmup_iters
    if step > rule.lr_decay_iters:
        return rule.min_lr
    ratio = (step - rule.warmup_iters) / (rule.lr_decay_iters - rule.warmup_iters)
    return rule.min_lr + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (rule.learning_rate - rule.min_lr)


def rate(rule: UpdateRule, step: int) -> float:
    run = compile_numpy(iteration(MODEL_PRESETS["pencil"], rule, 1).only(["learning_rate"]), ["learning_rate"])
    return run({"iteration": step})["learning_rate"]


@pytest.mark.parametrize("step", [0, 1, 50, 99, 100, 101, 1000, 1999, 2000, 2001, 10**6])
def test_learning_rate(step):
    assert rate(UpdateRule(), step) == pytest.approx(nanogpt_rate(UpdateRule(), step), rel=1e-15)


def test_learning_rates_of_the_example_run():
    assert rate(UpdateRule(), 0) == 0.0
    assert rate(UpdateRule(), 1) == 2.9999999999999997e-06


@pytest.mark.parametrize(
    "rule", [UpdateRule(warmup_iters=0, lr_decay_iters=0), UpdateRule(warmup_iters=5, lr_decay_iters=5)]
)
def test_a_schedule_without_a_slope_divides_by_nothing(rule):
    assert [rate(rule, rule.warmup_iters), rate(rule, rule.warmup_iters + 1)] == [rule.min_lr, rule.min_lr]
    assert rate(replace(rule, lr_decay_iters=0), 4) == (3e-4 * 4 / 5 if rule.warmup_iters else 3e-5)


def updated(rule: UpdateRule, gradient: float) -> tuple[float, float]:
    """A LayerNorm gain and a matrix element of 2, after one update with the same gradient everywhere and no moments."""
    program = iteration(MODEL_PRESETS["pencil"], rule, 1)
    gradients = [f"d.{p.name}" for p in program.parameters]
    new = ["new.transformer.ln_f.weight", "new.transformer.wpe.weight"]
    after = program.given(*gradients).only(new)
    given = {t.name: np.zeros(t.shape) for t in (*after.inputs, *after.parameters)} | {"iteration": 200}
    given |= {p.name: np.full(p.shape, 2.0) for p in program.parameters}
    given |= {f"d.{p.name}": np.full(p.shape, gradient) for p in program.parameters}
    result = compile_numpy(after, new, np.float64)(given)
    return result[new[0]][0], result[new[1]][0, 0]


def by_hand(gradient: float, decay: float, rule: UpdateRule) -> float:
    mean, square = 0.1 * gradient / (1 - 0.9**201), 0.05 * gradient**2 / (1 - 0.95**201)
    return 2 * (1 - decay * 1e-2) - 1e-2 * mean / (math.sqrt(square) + rule.eps)


FLAT = UpdateRule(1e-2, 1e-2, 0, 0)


@pytest.mark.parametrize(
    "rule", [FLAT, replace(FLAT, weight_decay=0.0), replace(FLAT, eps=0.1), replace(FLAT, grad_clip=0.0)]
)
@pytest.mark.parametrize("gradient", [1e-3, -0.5, 0.0, 40.0])
def test_an_update_by_hand(rule, gradient):
    length = abs(gradient) * math.sqrt(252)  # 252 parameters
    clipped = gradient * min(1.0, 1.0 / (length + 1e-6)) if rule.grad_clip else gradient
    gain, weight = updated(rule, gradient)
    assert gain == pytest.approx(by_hand(clipped, 0.0, rule), rel=1e-13)
    assert weight == pytest.approx(by_hand(clipped, rule.weight_decay, rule), rel=1e-13)


@pytest.mark.parametrize(
    ("temperature", "threshold", "kept"), [(1.0, -math.inf, 4), (0.5, 0.0, 3), (2.0, 1.0, 2), (1.0, 3.0, 1)]
)
def test_sampling(temperature, threshold, kept):
    logits = np.array([1.0, -2.0, 3.0, 0.0])
    given = {"logits": logits, "temperature": temperature, "threshold": threshold}
    got = compile_numpy(sampling(4), ["sample.probs"], np.float64)(given)["sample.probs"]
    want = np.where(logits >= threshold, np.exp(logits / temperature), 0)
    np.testing.assert_allclose(got, want / want.sum(), rtol=1e-14)
    assert np.count_nonzero(got) == kept


def test_a_deep_model_can_be_written_and_printed():
    """Sums over all parameters must not nest as deep as there are parameters."""
    limit, here = sys.getrecursionlimit(), len(inspect.stack(0))
    model = ModelConfig(num_layers=24, dim_embedding=2, use_bias=True)
    try:
        sys.setrecursionlimit(here + 200)
        program = iteration(model, UpdateRule(), 1)
        assert "clip_norm = " in print_numpy(program, ["loss"])
        assert len(program.parameters) > 250
    finally:
        sys.setrecursionlimit(limit)
