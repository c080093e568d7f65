"""How many parameters a model has, by part."""

from __future__ import annotations

from math import prod

from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.notation import Role, Tensor

PARTS = {
    concepts.WORD_TABLE: "word table (also the head)",
    concepts.POSITION_TABLE: "position table",
    concepts.ATTENTION_WEIGHT: "attention",
    concepts.FEED_FORWARD_WEIGHT: "feed-forward",
    Role.GAIN: "LayerNorms",
}


def parameter_counts(config: ModelConfig) -> dict[str, int]:
    """The number of parameters in each part, in plain words; their sum is the model's size."""
    counts = dict.fromkeys(PARTS.values(), 0)
    for parameter in parameters(config):
        part = part_of(parameter)
        counts[part] = counts.get(part, 0) + prod(parameter.shape)
    return counts


def part_of(parameter: Tensor) -> str:
    """What the parameter is counted as; a bias goes with its weight."""
    weight = parameter.of or parameter
    return PARTS.get(weight.concept) or PARTS.get(weight.role) or weight.concept or weight.name


def counted(count: int, thing: str) -> str:
    """`1 block`, `12 blocks`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def shape_line(config: ModelConfig) -> str:
    """`2 blocks, 2 heads, width 16, 8 positions, vocabulary 32`."""
    return (
        f"{counted(config.num_layers, 'block')}, {counted(config.num_heads, 'head')}, width {config.dim_embedding:,}, "
        f"{counted(config.seq_length, 'position')}, vocabulary {config.vocab_size:,}"
    )


def batch_line(config: ModelConfig, rows: int, tokens: int) -> str:
    """`4 sequences of 8 tokens, 2 blocks, 2 heads of 8, width 16, vocabulary 32`."""
    return (
        f"{counted(rows, 'sequence')} of {counted(tokens, 'token')}, {counted(config.num_layers, 'block')}, "
        f"{counted(config.num_heads, 'head')} of {config.head_size:,}, width {config.dim_embedding:,}, "
        f"vocabulary {config.vocab_size:,}"
    )


def size_line(config: ModelConfig) -> str:
    """`6,864 parameters: word table (also the head) 512 + position table 128 + ...`."""
    counts = parameter_counts(config)
    parts = " + ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    return f"{sum(counts.values()):,} parameters: {parts}"
