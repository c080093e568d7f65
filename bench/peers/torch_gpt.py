"""PyTorch: the independent GPT in the loop that one would write, with PyTorch's fused AdamW, its fastest here.

Variants: "" is eager with all rows in one batch, "accumulated" eager with one row after the other, "compiled" has
forward and backward pass compiled by torch.compile.
"""

from __future__ import annotations

import time

try:
    import torch
except ImportError:  # said in its row
    torch = None

from bench.peers.serve import AbsentError, Ready, main
from bench.peers.work import Work


def prepare(work: Work, threads: int, variant: str) -> Ready:
    if torch is None:
        raise AbsentError("not installed (pip install torch)")
    torch.set_num_threads(threads)
    model = _model(work)
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": work.weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    adamw = torch.optim.AdamW(groups, lr=work.learning_rate, betas=(work.beta1, work.beta2), eps=work.eps, fused=True)
    parts = work.rows if variant == "accumulated" else 1
    batches = [_parts(work, n, parts) for n in range(len(work.tokens))]
    began = time.perf_counter()
    forward = torch.compile(model) if variant == "compiled" else model
    if variant == "compiled":  # before the clock runs, and from the start weights: nothing is updated yet
        forward(*batches[0][0])[1].backward()
        adamw.zero_grad(set_to_none=True)
    setup = time.perf_counter() - began

    def step(number: int) -> torch.Tensor:
        total = torch.zeros(())
        for tokens, targets in batches[number % len(batches)]:
            loss = forward(tokens, targets)[1]
            loss = loss / parts if parts > 1 else loss
            loss.backward()
            total = loss.detach() if parts == 1 else total + loss.detach()
        torch.nn.utils.clip_grad_norm_(parameters, work.grad_clip)
        adamw.step()
        adamw.zero_grad(set_to_none=True)
        return total

    return Ready(lambda count: [step(n) for n in range(count)], {"PyTorch": torch.__version__}, setup)


def _model(work: Work) -> torch.nn.Module:
    from gpt_by_hand.engines.torch.learner import load_weights
    from gpt_by_hand.engines.torch.module import GPT, Sizes

    model = GPT(Sizes(work.vocab_size, work.seq_length, work.num_layers, work.num_heads, work.dim_embedding))
    load_weights(model, work.weights)
    return model


def _parts(work: Work, number: int, parts: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """A batch as so many pairs of tokens and targets."""
    tokens, targets = (torch.from_numpy(array[number].astype("int64")) for array in (work.tokens, work.targets))
    return list(zip(tokens.chunk(parts), targets.chunk(parts), strict=True))


if __name__ == "__main__":
    main(prepare)
