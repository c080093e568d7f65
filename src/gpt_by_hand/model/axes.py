"""The indices of a GPT's formulas: one letter for each thing that is counted."""

from __future__ import annotations

from dataclasses import dataclass

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import Index

LETTERS = {
    "b": "sequence in the batch",
    "t": "position in the sequence",
    "i": "position that asks",
    "j": "position that is asked",
    "p": "position in the position table",
    "c": "channel: one of the numbers that describe a word",
    "e": "channel that comes out of a layer",
    "s": "query, key or value",
    "h": "head",
    "d": "channel of a head",
    "f": "channel of the feed-forward layer",
    "v": "word of the vocabulary",
}


@dataclass(frozen=True)
class Axes:
    """The letters that formulas are written with; their extents follow from the sizes and from the batch.

    LETTERS says what each of them counts.
    """

    b: Index
    t: Index
    i: Index
    j: Index
    p: Index
    c: Index
    e: Index
    s: Index
    h: Index
    d: Index
    f: Index
    v: Index

    @staticmethod
    def of(config: ModelConfig, rows: int, positions: int) -> Axes:
        """The indices for `rows` sequences of `positions` tokens each."""
        width = config.dim_embedding
        extents = {"b": rows, "t": positions, "i": positions, "j": positions, "p": config.seq_length}
        extents |= {"c": width, "e": width, "s": 3, "h": config.num_heads, "d": config.head_size}
        extents |= {"f": 4 * width, "v": config.vocab_size}
        return Axes(**{name: Index(name, extent) for name, extent in extents.items()})
