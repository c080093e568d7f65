"""The sizes that are measured, and the work that each of them is."""

from __future__ import annotations

import numpy as np

from bench.peers.work import Work
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training.start import start_weights

BATCHES = 16  # different ones, used one after the other
SIZES = {  # name: preset, sequences in a batch
    "2 x 8": ("demo", 2),
    "16 x 8": ("demo", 16),
    "medium": ("shakespeare", 12),
}
SAID = {
    "2 x 8": "the demo, 2 sequences of 8",
    "16 x 8": "the demo, 16 sequences of 8",
    "medium": "the preset shakespeare: 12 sequences of 64 characters, 4 layers, width 128",
}


def work_of(name: str) -> Work:
    preset, rows = SIZES[name]
    return work(name, MODEL_PRESETS[preset], rows)


def work(name: str, model: ModelConfig, rows: int) -> Work:
    """Start weights as training draws them, and batches of random tokens."""
    stream = RandomStream(1337)
    arrays = start_weights(model, stream)
    weights = {p.name: arrays[p.name].reshape(p.stored_shape) for p in parameters(model)}
    length = model.seq_length
    drawn = stream.integers(model.vocab_size, BATCHES * rows * (length + 1)).reshape(BATCHES, rows, length + 1)
    sizes = (model.vocab_size, length, model.num_layers, model.num_heads, model.dim_embedding)
    tokens, targets = (np.ascontiguousarray(part, np.int32) for part in (drawn[..., :-1], drawn[..., 1:]))
    return Work(name, *sizes, rows, weights=weights, tokens=tokens, targets=targets)
