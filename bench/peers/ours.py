"""What our own contenders share: the work as our configurations and our state."""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np

from bench.peers.serve import Ready
from bench.peers.work import Work
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training.compute import Compute
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State


def configurations(work: Work) -> tuple[ModelConfig, TrainConfig]:
    """Model and training; the learning rate stays as it is from the first iteration on."""
    model = ModelConfig(work.vocab_size, work.seq_length, work.num_layers, work.num_heads, work.dim_embedding)
    rate = work.learning_rate
    train = TrainConfig(
        learning_rate=rate,
        min_lr=rate,
        warmup_iters=0,
        lr_decay_iters=1,
        beta1=work.beta1,
        beta2=work.beta2,
        eps=work.eps,
        weight_decay=work.weight_decay,
        grad_clip=work.grad_clip,
        batch_size=work.rows,
        gradient_accumulation_steps=1,
    )
    return model, train


def start(work: Work, model: ModelConfig) -> State:
    weights = {p.name: work.weights[p.name].reshape(p.shape) for p in parameters(model)}
    m, v = ({name: np.zeros_like(array) for name, array in weights.items()} for _ in range(2))
    return State(weights, m, v, RandomStream(0), [0])


def ready(work: Work, compute: Compute, began: float) -> Ready:
    """The engine at work on states and batches; no batch is drawn while the clock runs."""
    state = start(work, configurations(work)[0])
    batches = lru_cache(maxsize=None)(work.batches)

    def iterate(count: int) -> list[float]:
        tokens, targets = batches(count)
        return list(compute.iterate(state, {"tokens": tokens, "targets": targets}, count)["loss"])

    setup = time.perf_counter() - began
    batches(1)
    return Ready(iterate, {"NumPy": np.__version__}, setup)
