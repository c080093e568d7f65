"""One training iteration on the NumPy engine beside PyTorch eager doing the same work, in turns, in one run.

    python bench/iteration.py [--rounds 10]

Same sizes, same batch, same update (forward, gradients, clipping, AdamW). PyTorch is measured twice: micro-steps
accumulated, as it is usually trained, and all rows in one batch, which is the work that the NumPy engine does.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from gpt_by_hand.data.datasets import Dataset
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.engines.threads import matrix_threads
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import PRESETS, TrainConfig
from gpt_by_hand.training.session import preset
from gpt_by_hand.training.state import start_state
from gpt_by_hand.training.trainer import Trainer
from tests.witness.torch_gpt import Sizes, init_like_nanogpt, optimizer

CASES = {  # name: preset, batch_size, micro-steps, iterations per round
    "demo, 1 x 2 (by hand)": ("demo", 1, 2, 40),
    "demo, 4 x 4": ("demo", 4, 4, 40),
    "shakespeare, 12 x 1": ("shakespeare", 12, 1, 1),
}


def numpy_iteration(model: ModelConfig, train: TrainConfig) -> Trainer:
    words = tuple(f"w{i}" for i in range(model.vocab_size))
    tokens = RandomStream(7).integers(model.vocab_size, 5000).astype(np.uint16)
    dataset = Dataset("random", tokens, tokens, Tokenizer("word", words))
    return Trainer(model, train, dataset, start_state(model, train, dataset))


def torch_iteration(model: ModelConfig, train: TrainConfig, steps: int) -> Callable[[], object]:
    sizes = Sizes(model.vocab_size, model.seq_length, model.num_layers, model.num_heads, model.dim_embedding)
    module = init_like_nanogpt(sizes)
    adamw = optimizer(module)
    shape = (train.rows // steps, model.seq_length)
    batches = [torch.randint(model.vocab_size, (2, *shape)) for _ in range(steps)]

    def iterate() -> None:
        for tokens, targets in batches:
            _, loss = module(tokens, targets)
            (loss / steps).backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), train.grad_clip)
        adamw.step()
        adamw.zero_grad(set_to_none=True)

    return iterate


def microseconds(iterate: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        iterate()
    return (time.perf_counter() - start) / count * 1e6


def compare(name: str, rounds: int) -> None:
    preset_name, batch_size, steps, count = CASES[name]
    model, _ = preset(preset_name)
    settings = {**PRESETS[preset_name], "batch_size": batch_size, "gradient_accumulation_steps": steps}
    train = TrainConfig(**settings)
    trainer = numpy_iteration(model, train)
    engines: dict[str, Callable[[], object]] = {
        "NumPy engine": trainer.step,
        "PyTorch eager, one batch": torch_iteration(model, train, 1),
    }
    if steps > 1:
        engines[f"PyTorch eager, {steps} accumulated"] = torch_iteration(model, train, steps)
    for iterate in engines.values():
        microseconds(iterate, max(3, count // 4))
    times: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(rounds):
        for engine, iterate in engines.items():
            own_threads = matrix_threads(trainer.program) if engine == "NumPy engine" else nullcontext()
            with own_threads:
                time.sleep(0.05)  # until the last engine's threads have gone to sleep
                iterate()
                times[engine].append(microseconds(iterate, count))
    ours = times["NumPy engine"]
    print(f"\n{name}: microseconds per iteration (median of {rounds} rounds), and how many times the NumPy engine's")
    for engine, found in times.items():
        ratio = statistics.median(other / own for other, own in zip(found, ours, strict=True))
        print(f"  {engine:<30} {statistics.median(found):>10,.0f}   {ratio:6.2f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    print(f"PyTorch {torch.__version__} with {torch.get_num_threads()} threads, NumPy {np.__version__}")
    for name in CASES:
        compare(name, rounds)


if __name__ == "__main__":
    main()
