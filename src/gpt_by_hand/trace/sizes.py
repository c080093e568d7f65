"""The sizes of a model, of a batch and of its parts, each in a line."""

from __future__ import annotations

from gpt_by_hand.language import whole
from gpt_by_hand.layout.sentences import many, said, told
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.size import parameter_counts


def shape_line(config: ModelConfig) -> str:
    """`2 blocks, 2 heads, width 16, 8 positions, vocabulary 32`."""
    return said(
        "size.model",
        blocks=many("size.blocks", config.num_layers),
        heads=many("size.heads", config.num_heads),
        width=whole(config.dim_embedding),
        positions=many("size.positions", config.seq_length),
        words=whole(config.vocab_size),
    )


def batch_line(config: ModelConfig, rows: int, tokens: int) -> str:
    """`4 sequences of 8 tokens, 2 blocks, 2 heads of 8, width 16, vocabulary 32`."""
    return said(
        "size.batch",
        sequences=many("sequences", rows),
        tokens=many("size.tokens", tokens),
        blocks=many("size.blocks", config.num_layers),
        heads=many("size.heads", config.num_heads),
        size=whole(config.head_size),
        width=whole(config.dim_embedding),
        words=whole(config.vocab_size),
    )


def size_line(config: ModelConfig) -> str:
    """`6,864 parameters: word table (also the head) 512 + position table 128 + ...`."""
    counts = parameter_counts(config)
    parts = " + ".join(f"{told(name)} {whole(count)}" for name, count in counts.items() if count)
    return said("size.parameters", count=whole(sum(counts.values())), parts=parts)
