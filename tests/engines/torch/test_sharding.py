"""A model that is shared out, here to one process alone: it learns as the whole one does, in all kinds of numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import TrainConfig

pytest.importorskip("torch", reason="PyTorch shares out models")

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from gpt_by_hand.engines.torch.device import Device, find_device
from gpt_by_hand.engines.torch.learner import Learner, Rule, load_weights, read
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.engines.torch.sharding import sharded

CONFIG = Sizes.of(ModelConfig(num_layers=2, use_bias=True))
RULE = Rule(**{name: getattr(TrainConfig(), name) for name in Rule.__dataclass_fields__})


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "LOCAL_RANK", "0")
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.fixture
def quick_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that torch.compile does, up to the kernels, which would take a minute."""
    found = torch.compile
    monkeypatch.setattr(torch, "compile", lambda model, **options: found(model, **options, backend="aot_eager"))
    torch.compiler.reset()


def learnt(model: GPT, device: Device, seed: int = 1) -> tuple[list[float], Learner]:
    learner = Learner(model, device, RULE)
    drawn = np.random.default_rng(seed)
    load_weights(model, {n: drawn.normal(0, 0.1, tuple(p.shape)) for n, p in model.named_parameters()})
    losses = []
    for iteration in range(1, 6):
        rows = torch.from_numpy(drawn.integers(0, CONFIG.vocab_size, (2, 3, CONFIG.seq_length)))
        losses.append(float(learner.update([(rows[0], rows[1]), (rows[1], rows[0])], 100 * iteration)[0]))
    return losses, learner


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("recompute", [False, True])
def test_shared_out(group: None, dtype: str, recompute: bool) -> None:
    device = find_device("cpu", dtype)
    whole, parts = GPT(CONFIG, recompute), sharded(CONFIG, recompute, device, 1, compiled=False)
    assert parts.num_parameters() == whole.num_parameters()
    (losses, learner), (others, other) = learnt(whole, device), learnt(parts, device)
    np.testing.assert_allclose(losses, others, rtol=1e-6)
    assert losses != learnt(GPT(CONFIG), device, seed=2)[0]
    theirs = other.learnt()
    for kind, found in learner.learnt().items():
        one, two = read(found), read(theirs[kind])
        assert one.keys() == two.keys()
        for name, array in one.items():
            np.testing.assert_allclose(array, two[name], atol=1e-6 * max(1, np.abs(array).max()))


@pytest.mark.parametrize(("dtype", "recompute"), [("float32", False), ("bfloat16", True)])
def test_compiled_in_all_ways(group: None, quick_compiler: None, dtype: str, recompute: bool) -> None:
    """Whole, in DistributedDataParallel and shared out, with evaluations and batches of several sizes in between."""
    device, losses = find_device("cpu", dtype), []
    for kind in ("plain", "whole", "parallel", "shared"):
        shared = kind == "shared"
        model = sharded(CONFIG, recompute, device, 1, compiled=True) if shared else GPT(CONFIG, recompute)
        learner = Learner(model, device, RULE, compiled=kind in ("whole", "parallel"))
        if kind == "parallel":
            learner.forward = DistributedDataParallel(learner.forward, gradient_as_bucket_view=True)
        drawn = np.random.default_rng(1)
        load_weights(model, {n: drawn.normal(0, 0.1, tuple(p.shape)) for n, p in model.named_parameters()})
        rows = torch.from_numpy(drawn.integers(0, CONFIG.vocab_size, (5, CONFIG.seq_length)))
        batches = [(rows[:3], rows[:3]), (rows[3:], rows[3:])]
        losses.append([float(value) for n in (100, 200) for value in step(learner, batches, n)])
    for others in losses[1:]:
        np.testing.assert_allclose(others, losses[0], rtol=1e-5 if dtype == "float32" else 3e-3)


def step(learner: Learner, batches: list[tuple[torch.Tensor, torch.Tensor]], n: int) -> tuple[torch.Tensor, ...]:
    return learner.loss(*batches[0]), learner.update(batches, n)[0], learner.loss(*batches[1])
