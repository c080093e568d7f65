"""Our formulas and the same GPT in PyTorch, with autograd and torch.optim.AdamW: logits, loss, gradients, updates."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.engines.torch.learner import Learner, load_weights
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Program, Tensor
from tests.engines.closeness import EPS32, EPS64, assert_close, error
from tests.model.cases import CASES, NAMES, ROWS, Case, inputs_as
from tests.witness.torch_gpt import learning, train_steps, with_masks

torch.set_num_threads(1)  # the arrays are so small that threads only wait for each other

UPDATES = 3
SCHEDULE = {"learning_rate": 1e-2, "min_lr": 1e-3, "warmup_iters": 1, "lr_decay_iters": 4}  # 0, then 0.01, then 0.00775
# The longest way through three iterations has about 6,000 roundings on each side, which end some 80 eps away (a walk
# goes sqrt(n) far). 512 eps (6e-5 in float32) leaves room for LayerNorm's gradients, which cancellation makes small.
ROUNDINGS = 512
TOLERANCE = {np.float64: ROUNDINGS * EPS64, np.float32: ROUNDINGS * EPS32}
BOTH = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def three_updates(name: str) -> Program:
    """The iteration of the case, with a learning rate that moves every weight."""
    return iteration(CASES[name].config, replace(CASES[name].rule, **SCHEDULE), ROWS)


def stored(tensor: Tensor, values: dict) -> np.ndarray:
    """A parameter in the shape that it has in a checkpoint."""
    return np.array(values[tensor.name]).reshape(tensor.stored_shape)


def ours(name: str, dtype: type) -> list[dict[str, np.ndarray]]:
    """Three iterations by our formulas, from moments of zero, each starting from what the one before has left."""
    program = three_updates(name)
    run = compile_numpy(program, dtype=dtype)
    given = dict(inputs_as(name, dtype))
    given |= {key: np.zeros_like(value) for key, value in given.items() if key.startswith("previous.")}
    records = []
    for step in range(UPDATES):
        given |= {"iteration": step, **fresh_batch(name, step, dtype)}
        records.append(run(given) | {key: given[key] for key in given})
        for parameter in program.parameters:
            key = parameter.name
            given[key] = records[-1][f"new.{key}"]
            given[f"previous.m.{key}"], given[f"previous.v.{key}"] = (records[-1][f"adamw.{x}.{key}"] for x in "mv")
    return records


def fresh_batch(name: str, step: int, dtype: type) -> dict[str, np.ndarray]:
    """Other tokens, targets and dropout masks for each step."""
    case, rng = CASES[name], np.random.default_rng((step, NAMES.index(name)))
    batch: dict[str, np.ndarray] = {}
    for tensor in case.program.inputs:
        if tensor.name in ("tokens", "targets"):
            batch[tensor.name] = rng.integers(0, case.config.vocab_size, tensor.shape)
        if tensor.name.endswith(".mask"):
            batch[tensor.name] = (rng.random(tensor.shape) >= case.config.dropout_rate).astype(dtype)
    return batch


def theirs(name: str, dtype: type, records: list[dict]) -> list[dict]:
    """The same by PyTorch; the rows of a batch as micro-batches whose gradients are accumulated."""
    learner = torch_learner(CASES[name], dtype, records)
    batches = [[micro_batch(record, row) for row in range(ROWS)] for record in records]
    with torch.no_grad():
        logits = [with_masks(learner.model, masks)(tokens)[0] for tokens, _, masks in batches[0]]
    steps = train_steps(learner, batches, [float(record["learning_rate"]) for record in records])
    return [{"logits": torch.cat(logits)} | step for step in steps]


def torch_learner(case: Case, dtype: type, records: list[dict]) -> Learner:
    """The same model and rule, from the same weights."""
    model = GPT(Sizes.of(case.config)).to(torch.float64 if dtype is np.float64 else torch.float32)
    load_weights(model, {p.name: stored(p, records[0]) for p in case.program.parameters})
    return learning(
        model, **{name: getattr(case.rule, name) for name in ("beta1", "beta2", "eps", "weight_decay", "grad_clip")}
    )


def micro_batch(record: dict, row: int) -> tuple:
    masks = {key: torch.from_numpy(record[key][row : row + 1]) for key in record if key.endswith(".mask")}
    tokens, targets = (torch.from_numpy(record[key][row : row + 1]) for key in ("tokens", "targets"))
    return tokens, targets, masks or None


@lru_cache
def both(name: str, dtype: type) -> tuple[list[dict], list[dict]]:
    records = ours(name, dtype)
    return records, theirs(name, dtype, records)


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_logits_and_losses(name, dtype):
    mine, torchs = both(name, dtype)
    assert_close(mine[0]["logits"], torchs[0]["logits"], TOLERANCE[dtype], "logits")
    for record, other in zip(mine, torchs, strict=True):
        assert_close(record["sequence_loss"], other["losses"], TOLERANCE[dtype], "the losses of the rows")
        assert_close(record["loss"], np.mean(other["losses"]), TOLERANCE[dtype], "loss")


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_gradients_before_clipping(name, dtype):
    mine, torchs = both(name, dtype)
    for record, other in zip(mine, torchs, strict=True):
        for p in CASES[name].program.parameters:
            got = record[f"d.{p.name}"].reshape(p.stored_shape)
            assert_close(got, other["gradients"][p.name], TOLERANCE[dtype], f"d.{p.name}")
        if "clip.norm" in record:
            assert_close(record["clip.norm"], other["grad_norm"], TOLERANCE[dtype], "clip.norm")


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_parameters_after_three_updates(name, dtype):
    mine, torchs = both(name, dtype)
    for record, other in zip(mine, torchs, strict=True):
        for p in CASES[name].program.parameters:
            got = record[f"new.{p.name}"].reshape(p.stored_shape)
            assert_close(got, other["parameters"][p.name], TOLERANCE[dtype], f"new.{p.name}")


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_the_updates_move_far_enough_to_be_compared(name, dtype):
    """Each parameter moves by much more than the tolerance; a case that clips clips, and the others don't."""
    mine, _ = both(name, dtype)
    for p in CASES[name].program.parameters:
        assert error(mine[-1][f"new.{p.name}"], mine[0][p.name]) > 50 * TOLERANCE[dtype]
    assert any(record.get("clip.scale", 1) < 1 for record in mine) is CASES[name].clips


def test_decay_where_there_should_be_none_is_found():
    """LayerNorm gains and biases don't decay. A PyTorch that decays them differs there, and only there."""
    mine, _ = both("biases", np.float64)
    learner = torch_learner(CASES["biases"], np.float64, mine)
    for group in learner.optimizer.param_groups:
        group["weight_decay"] = 0.3
    batches = [[micro_batch(record, row) for row in range(ROWS)] for record in mine[:2]]  # the first rate is 0
    rates = [float(record["learning_rate"]) for record in mine[:2]]
    theirs = train_steps(learner, batches, rates)[-1]["parameters"]
    for p in CASES["biases"].program.parameters:
        off = error(mine[1][f"new.{p.name}"].reshape(p.stored_shape), theirs[p.name])
        assert off > 1e-3 if len(p.stored_shape) == 1 else off < TOLERANCE[np.float64], p.name


@BOTH
def test_a_gradient_that_is_off_is_found(dtype):
    mine, torchs = both("pencil", dtype)
    name = "transformer.h.0.attn.c_attn.weight"
    got = mine[0][f"d.{name}"].reshape(12, 4) * (1 + 2 * TOLERANCE[dtype])
    with pytest.raises(AssertionError):
        assert_close(got, torchs[0]["gradients"][name], TOLERANCE[dtype])
