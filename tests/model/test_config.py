"""Sizes that fit together, and sizes that don't."""

import math

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.size import parameter_counts, part_of
from gpt_by_hand.notation import Index, Role, Tensor
from gpt_by_hand.trace.sizes import size_line


@pytest.mark.parametrize(
    ("preset", "count"),
    [
        *(("demo", 6864), ("pocket", 1112), ("pencil", 252), ("shakespeare", 804_096)),
        *(("shakespeare-char", 10_745_088), ("gpt2", 124_439_808), ("gpt2-medium", 354_823_168)),
        *(("gpt2-large", 774_030_080), ("gpt2-xl", 1_557_611_200)),
    ],
)
def test_presets_have_the_size_that_is_told(preset, count):
    assert sum(parameter_counts(MODEL_PRESETS[preset]).values()) == count
    assert size_line(MODEL_PRESETS[preset]).startswith(f"{count:,} parameters: ")


@pytest.mark.parametrize("bias", [False, True])
def test_counts_by_part(bias):
    vocabulary, positions, layers, width = 7, 5, 3, 6
    counts = parameter_counts(ModelConfig(vocabulary, positions, layers, 2, width, use_bias=bias))
    assert list(counts.values()) == [
        vocabulary * width,
        positions * width,
        layers * (4 * width**2 + bias * 4 * width),
        layers * (8 * width**2 + bias * 5 * width),
        (2 * layers + 1) * (1 + bias) * width,
    ]


def test_parameters_are_counted_by_what_they_are():
    """Whatever they are called; what no part is known for is a part of its own."""
    c = Index("c", 2)
    weight = Tensor("model.layers.0.q_proj.weight", (c, c), role=Role.WEIGHT, concept=concepts.ATTENTION_WEIGHT)
    assert part_of(weight) == part_of(Tensor("x", (c,), role=Role.BIAS, of=weight)) == "attention"
    assert part_of(Tensor("model.norm.weight", (c,), role=Role.GAIN)) == "LayerNorms"
    assert part_of(Tensor("attn.weight", (c,), role=Role.WEIGHT, concept="gate")) == "gate"
    assert part_of(Tensor("wte.weight", (c,), role=Role.WEIGHT)) == "wte.weight"


def test_head_size():
    assert MODEL_PRESETS["demo"].head_size == 8


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"vocab_size": 0}, "vocab_size is 0: it must be at least 1"),
        ({"seq_length": -1}, "seq_length is -1"),
        ({"num_layers": 0}, "num_layers is 0"),
        ({"num_heads": 0}, "num_heads is 0"),
        ({"dim_embedding": 0}, "dim_embedding is 0"),
        ({"vocab_size": 262145}, "vocab_size is 262145: it must be at most 262144"),
        ({"num_heads": 3}, "num_heads 3 does not divide dim_embedding 16: try 1, 2, 4, 8, 16 heads"),
        ({"dropout_rate": 1.0}, "dropout_rate is 1.0: it must be at least 0 and below 1"),
        ({"dropout_rate": -0.1}, "dropout_rate is -0.1"),
        ({"dropout_rate": math.nan}, "dropout_rate is nan"),
        ({"init_std": -1.0}, "init_std is -1.0"),
        ({"init_std": math.inf}, "init_std is inf"),
        ({"init_std": math.nan}, "init_std is nan"),
        ({"gelu": "relu"}, "gelu is 'relu': it must be exact or tanh"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(wrong, message):
    with pytest.raises(UserError) as caught:
        ModelConfig(**wrong)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "right", [{"vocab_size": 262144}, {"num_heads": 16}, {"dropout_rate": 0.999}, {"init_std": 0.0}]
)
def test_the_last_value_that_fits(right):
    assert ModelConfig(**right)
