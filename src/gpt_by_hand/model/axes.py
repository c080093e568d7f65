"""The indices of a GPT's formulas: one letter for each thing that is counted."""

from __future__ import annotations

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

AXES = {"b": SEQUENCE, "t": POSITION, "i": ASKING, "j": ASKED, "p": ROW, "c": CHANNEL, "e": RESULT}
AXES |= {"s": PART, "h": HEAD, "d": HEAD_CHANNEL, "f": FEATURE, "v": WORD}


def by_sequence(tensor: Tensor) -> bool:
    """Does it have numbers of its own for each sequence of the batch?"""
    return bool(tensor.indices) and tensor.indices[0].axis == SEQUENCE


class Axes:
    """The letters that formulas are written with; their extents follow from the sizes and from the batch.

    `rows` sequences of `positions` tokens each. AXES says what each of the letters counts.
    """

    def __init__(self, config: ModelConfig, rows: int, positions: int) -> None:
        width = config.dim_embedding
        self.b, self.t, self.i, self.j = (_index(name, rows if name == "b" else positions) for name in "btij")
        self.p, self.c, self.e = _index("p", config.seq_length), _index("c", width), _index("e", width)
        self.s, self.h, self.d = _index("s", 3), _index("h", config.num_heads), _index("d", config.head_size)
        self.f, self.v = _index("f", 4 * width), _index("v", config.vocab_size)


def _index(name: str, extent: int) -> Index:
    return Index(name, extent, AXES[name])
