"""The work that all contenders share: sizes, start weights, batches, and the numbers of the update.

Python and NumPy only, so that a contender in another environment can read it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

CHECKED = 4  # iterations whose losses are compared before anything is timed


@dataclass
class Work:
    """One size of model and batch. Weights have GPT-2's names and shapes; batches are [number, rows, positions]."""

    name: str
    vocab_size: int
    seq_length: int
    num_layers: int
    num_heads: int
    dim_embedding: int
    rows: int
    learning_rate: float = 3e-4
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-8
    weight_decay: float = 0.1
    grad_clip: float = 1.0
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    tokens: np.ndarray = field(default_factory=lambda: np.zeros((1, 1, 1), np.int32))
    targets: np.ndarray = field(default_factory=lambda: np.zeros((1, 1, 1), np.int32))

    def batches(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Tokens and targets of so many iterations, [count, rows, positions]: the batches one after the other."""
        which = np.arange(count) % len(self.tokens)
        return self.tokens[which], self.targets[which]

    def save(self, path: Path) -> None:
        arrays = {f"weight {name}": array for name, array in self.weights.items()}
        numbers = {name: value for name, value in asdict(self).items() if isinstance(value, (str, int, float))}
        np.savez(path, numbers=json.dumps(numbers), tokens=self.tokens, targets=self.targets, **arrays)

    @staticmethod
    def load(path: str) -> Work:
        with np.load(path) as found:
            weights = {n.removeprefix("weight "): found[n] for n in found.files if n.startswith("weight ")}
            numbers = json.loads(str(found["numbers"]))
            return Work(**numbers, weights=weights, tokens=found["tokens"], targets=found["targets"])
