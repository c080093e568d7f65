"""The indices of a GPT's formulas: one letter for each thing that is counted."""

from __future__ import annotations

from dataclasses import dataclass

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import Axis, Index, Layout, Tensor

SEQUENCE = Axis("sequence in the batch", "sequence", "sequence {}", Layout.APART)
POSITION = Axis("position in the sequence", "position", "at {}", Layout.WORDS)
ASKING = Axis("position that asks", "position", "seen from {}", Layout.WORDS)
ASKED = Axis("position that is asked", "position looked at", "looking at {}", Layout.WORDS)
ROW = Axis("position in the position table", "position", "position {}")
CHANNEL = Axis("channel: one of the numbers that describe a word", "channel", "channel {}")
RESULT = Axis("channel that comes out of a layer", "channel", "channel {}")
PART = Axis("query, key or value", "part", "{}", Layout.APART, ("query", "key", "value"))
HEAD = Axis("head", "head", "head {}", Layout.APART)
HEAD_CHANNEL = Axis("channel of a head", "channel", "channel {}", apart=" of the head")
FEATURE = Axis("channel of the feed-forward layer", "feature", "feature {}")
WORD = Axis("word of the vocabulary", "word", "word {}", Layout.VOCABULARY)

AXES = {
    "b": SEQUENCE,
    "t": POSITION,
    "i": ASKING,
    "j": ASKED,
    "p": ROW,
    "c": CHANNEL,
    "e": RESULT,
    "s": PART,
    "h": HEAD,
    "d": HEAD_CHANNEL,
    "f": FEATURE,
    "v": WORD,
}


def by_sequence(tensor: Tensor) -> bool:
    """Does it have numbers of its own for each sequence of the batch?"""
    return bool(tensor.indices) and tensor.indices[0].axis == SEQUENCE


@dataclass(frozen=True)
class Axes:
    """The letters that formulas are written with; their extents follow from the sizes and from the batch.

    AXES says what each of them counts.
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
        extents |= {"c": width, "e": width, "s": len(PART.names), "h": config.num_heads, "d": config.head_size}
        extents |= {"f": 4 * width, "v": config.vocab_size}
        return Axes(**{name: Index(name, extent, AXES[name]) for name, extent in extents.items()})
