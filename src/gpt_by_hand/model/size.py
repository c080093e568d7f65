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
