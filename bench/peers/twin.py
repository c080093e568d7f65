"""Our twin: what `train --engine torch` runs, and with `--compile`."""

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
    from gpt_by_hand.engines.torch.device import find_device
    from gpt_by_hand.engines.torch.learner import Learner, Rule, load_weights
    from gpt_by_hand.engines.torch.module import GPT, Sizes

    torch.set_num_threads(threads)
    model = GPT(Sizes(work.vocab_size, work.seq_length, work.num_layers, work.num_heads, work.dim_embedding))
    load_weights(model, work.weights)
    rate = (work.learning_rate, work.learning_rate, 0, 1)
    rule = Rule(*rate, work.beta1, work.beta2, work.eps, work.weight_decay, work.grad_clip)
    began = time.perf_counter()
    learner = Learner(model, find_device("cpu"), rule, compiled=variant == "compiled")
    batches = [_batch(work, n) for n in range(len(work.tokens))]
    if variant == "compiled":  # before the clock runs, and from the start weights: nothing is updated yet
        learner.forward(*batches[0])[1].backward()
        learner.optimizer.zero_grad(set_to_none=True)
    setup = time.perf_counter() - began

    def step(number: int) -> torch.Tensor:
        return learner.update([batches[number % len(batches)]], number)[0]

    return Ready(lambda count: [step(n) for n in range(count)], {"PyTorch": torch.__version__}, setup)


def _batch(work: Work, number: int) -> tuple[torch.Tensor, torch.Tensor]:
    tokens, targets = (torch.from_numpy(array[number].astype("int64")) for array in (work.tokens, work.targets))
    return tokens, targets


if __name__ == "__main__":
    main(prepare)
