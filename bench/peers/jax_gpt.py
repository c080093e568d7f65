"""JAX: the same GPT, and the whole loop of iterations in one compiled lax.scan; AdamW and clipping by hand.

Needs JAX and NumPy alone, so that it runs in an environment of its own (see --jax-python).
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.serve import AbsentError, Ready, main
from bench.peers.work import CHECKED, Work

SMALL = 2 * 10**7  # tokens times weights: so much is done in one scan
Arrays = dict[str, Any]


def prepare(work: Work, threads: int, variant: str) -> Ready:
    jax = _jax(threads)
    run = jax.jit(_training(jax, work), donate_argnums=(0, 1, 2))
    weights = {name: jax.numpy.asarray(array) for name, array in work.weights.items()}
    m, v = ({name: jax.numpy.zeros(array.shape) for name, array in weights.items()} for _ in range(2))
    state = [weights, m, v, jax.numpy.zeros(())]
    block = max(CHECKED, min(256, SMALL // (work.tokens[0].size * sum(w.size for w in work.weights.values()))))
    tokens, targets = (jax.numpy.asarray(array, "int32") for array in work.batches(block))
    began = time.perf_counter()
    compiled = run.lower(*state, tokens, targets).compile()

    def iterate(count: int) -> list[float]:
        found = []
        for _ in range(count // block):
            *state[:], losses = compiled(*state, tokens, targets)
            found.append(losses)
        return [loss for losses in found for loss in np.asarray(losses)]

    return Ready(iterate, {"JAX": jax.__version__}, time.perf_counter() - began, block)


def _jax(threads: int) -> Any:
    """JAX on the CPU with so many threads: its pool has one for each processor that it sees when it starts."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    seen = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if len(seen) > threads:
        os.sched_setaffinity(0, set(sorted(seen)[:threads]))
    try:
        import jax
    except ImportError:
        raise AbsentError("not installed (pip install jax)") from None
    jax.block_until_ready(jax.jit(lambda x: x @ x)(np.ones((64, 64), np.float32)))
    if len(seen) > threads:  # from here on they may run where they like
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setaffinity(int(thread.name), seen)
    return jax


def _training(jax: Any, work: Work) -> Any:
    """A function from weights, moments, how many updates there were, and batches to what they are after them."""
    jnp = jax.numpy
    gradient = jax.value_and_grad(lambda weights, x, y: _loss(jax, work, weights, x, y))

    def update(carry: tuple[Any, ...], batch: tuple[Any, Any]) -> tuple[tuple[Any, ...], Any]:
        weights, m, v, number = carry
        loss, found = gradient(weights, *batch)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in found.values()))
        scale = jnp.minimum(1.0, work.grad_clip / (norm + 1e-6))
        found = {name: scale * g for name, g in found.items()}
        number = number + 1
        m = {name: work.beta1 * m[name] + (1 - work.beta1) * g for name, g in found.items()}
        v = {name: work.beta2 * v[name] + (1 - work.beta2) * g * g for name, g in found.items()}
        first, second = 1 - work.beta1**number, 1 - work.beta2**number
        new = {}
        for name, weight in weights.items():
            kept = 1 - work.learning_rate * work.weight_decay if weight.ndim >= 2 else 1.0
            step = m[name] / first / (jnp.sqrt(v[name] / second) + work.eps)
            new[name] = weight * kept - work.learning_rate * step
        return (new, m, v, number), loss

    def train(weights: Arrays, m: Arrays, v: Arrays, number: Any, tokens: Any, targets: Any) -> tuple[Any, ...]:
        carry, losses = jax.lax.scan(update, (weights, m, v, number), (tokens, targets))
        return (*carry, losses)

    return train


def _loss(jax: Any, work: Work, weights: Arrays, tokens: Any, targets: Any) -> Any:
    """The mean loss of a batch [rows, positions], in nats per token."""
    jnp, wte = jax.numpy, weights["transformer.wte.weight"]
    x = wte[tokens] + weights["transformer.wpe.weight"]
    for layer in range(work.num_layers):
        own = {n.split(f".h.{layer}.", 1)[1]: w for n, w in weights.items() if f".h.{layer}." in n}
        x = x + _attention(jax, work, own, _layer_norm(jnp, x, own["ln_1.weight"]))
        hidden = _layer_norm(jnp, x, own["ln_2.weight"]) @ own["mlp.c_fc.weight"].T
        x = x + jax.nn.gelu(hidden, approximate=False) @ own["mlp.c_proj.weight"].T
    logits = _layer_norm(jnp, x, weights["transformer.ln_f.weight"]) @ wte.T
    chosen = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return jnp.mean(jax.nn.logsumexp(logits, axis=-1) - chosen)


def _attention(jax: Any, work: Work, own: Arrays, x: Any) -> Any:
    """Causal self-attention of x [rows, positions, width]."""
    jnp, (rows, length, width) = jax.numpy, x.shape
    heads, size = work.num_heads, width // work.num_heads
    q, k, v = jnp.moveaxis((x @ own["attn.c_attn.weight"].T).reshape(rows, length, 3, heads, size), 2, 0)
    scores = jnp.einsum("bihd,bjhd->bhij", q, k) / np.sqrt(size).astype(np.float32)
    seen = jnp.where(np.tril(np.ones((length, length), bool)), scores, -jnp.inf)
    mix = jnp.einsum("bhij,bjhd->bihd", jax.nn.softmax(seen, axis=-1), v).reshape(rows, length, width)
    return mix @ own["attn.c_proj.weight"].T


def _layer_norm(jnp: Any, x: Any, weight: Any) -> Any:
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    return centred / jnp.sqrt(jnp.mean(centred * centred, axis=-1, keepdims=True) + 1e-5) * weight


if __name__ == "__main__":
    main(prepare)
