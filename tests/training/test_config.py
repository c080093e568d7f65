"""Numbers that make no sense are refused by name."""

from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.errors import UserError
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.trace.sizes import size_line
from gpt_by_hand.training.config import PRESETS, RECIPES, TrainConfig, at_rate, check_schedule
from gpt_by_hand.training.session import preset

NAN, INF = float("nan"), float("inf")
COUNTS = ("batch_size", "gradient_accumulation_steps", "eval_iters")
BAD_TRAIN: list[tuple[str, Any]] = [
    *[(name, value) for name in COUNTS for value in (0, -1, 10**30)],
    *[("eval_interval", value) for value in (0, -5)],
    *[(name, value) for name in ("max_iters", "warmup_iters", "lr_decay_iters") for value in (-1, 10**30)],
    *[(n, v) for n in ("learning_rate", "min_lr", "weight_decay", "grad_clip") for v in (-1e-9, NAN, INF)],
    *[(name, value) for name in ("beta1", "beta2") for value in (-0.1, 1.0, NAN)],
    *[("eps", value) for value in (0.0, -1.0, NAN, INF)],
    *[("seed", value) for value in (-1, 2**32)],
    ("dataset", ""),
]
SIZES = ("vocab_size", "seq_length", "num_layers", "num_heads", "dim_embedding")
BAD_MODEL: list[tuple[str, Any]] = [
    *[(name, value) for name in SIZES for value in (0, -1, 10**30)],
    *[(name, 2**18 + 1 if name == "vocab_size" else 65537) for name in SIZES],
    *[("dropout_rate", value) for value in (-0.1, 1.0, NAN)],
    *[("init_std", value) for value in (-1.0, NAN, INF)],
    ("gelu", "relu"),
    ("num_heads", 3),
]


@pytest.mark.parametrize(("name", "value"), BAD_TRAIN)
def test_training(name: str, value: Any) -> None:
    with pytest.raises(UserError, match=f"^{name} is .* must be "):
        TrainConfig(**{name: value})


@pytest.mark.parametrize(("name", "value"), BAD_MODEL)
def test_model(name: str, value: Any) -> None:
    with pytest.raises(UserError, match=f"^{name} "):
        ModelConfig(**{name: value})


def test_heads_that_do_not_divide_the_width() -> None:
    with pytest.raises(UserError, match=r"num_heads 5 does not divide dim_embedding 12: try 1, 2, 3, 4, 6, 12 heads"):
        ModelConfig(num_heads=5, dim_embedding=12)


@pytest.mark.parametrize(
    ("name", "count", "matrices"),
    [("demo", 6_864, 6_784), ("pocket", 1_112, 1_088), ("pencil", 252, 240), ("shakespeare", 804_096, 802_944)],
)
def test_sizes_of_the_presets(name: str, count: int, matrices: int) -> None:
    counts = parameter_counts(MODEL_PRESETS[name])
    assert sum(counts.values()) == count
    assert sum(number for part, number in counts.items() if part != "LayerNorms") == matrices
    assert f"{count:,} parameters" in size_line(MODEL_PRESETS[name])


def test_pencil_fits_on_a_sheet() -> None:
    pencil = MODEL_PRESETS["pencil"]
    assert (pencil.num_layers, pencil.num_heads, pencil.seq_length, pencil.init_decimals) == (1, 1, 4, 1)
    assert pencil.dim_embedding <= 4
    assert pencil.vocab_size <= 8


def test_shakespeare() -> None:
    model, train = preset("shakespeare")
    assert (model.vocab_size, model.seq_length, model.num_layers, model.num_heads) == (65, 64, 4, 4)
    assert (model.dim_embedding, train.batch_size) == (128, 12)


def test_nanogpts_presets() -> None:
    """`config/train_shakespeare_char.py` and `config/train_gpt2.py`."""
    model, train = preset("shakespeare-char")
    assert (model.num_layers, model.num_heads, model.dim_embedding, model.seq_length) == (6, 6, 384, 256)
    assert (model.dropout_rate, train.batch_size, train.gradient_accumulation_steps) == (0.2, 64, 1)
    assert train.update_rule == UpdateRule(1e-3, 1e-4, 100, 5000, 0.9, 0.99, 1e-8, 0.1, 1.0)
    assert (train.max_iters, train.eval_interval, train.eval_iters) == (5000, 250, 200)
    for name in ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"):
        model, train = preset(name)
        assert (model.vocab_size, model.seq_length, model.use_bias, model.gelu) == (50257, 1024, True, "tanh")
        assert train.rows * model.seq_length == 491_520
        assert train.update_rule == UpdateRule(6e-4, 6e-5, 2000, 600_000, 0.9, 0.95, 1e-8, 0.1, 1.0)


def test_documented_defaults() -> None:
    train = TrainConfig()
    assert (train.batch_size, train.gradient_accumulation_steps, train.max_iters) == (4, 4, 2000)
    assert (train.eval_interval, train.learning_rate, train.warmup_iters) == (100, 3e-4, 100)
    assert train.update_rule == UpdateRule(3e-4, 3e-5, 100, 2000, 0.9, 0.95, 1e-8, 0.1, 1.0)
    assert train.rows == 16


def test_quick_recipe() -> None:
    _, train = preset("demo", "quick")
    assert (train.rows, train.learning_rate, train.min_lr, train.max_iters) == (16, 1e-2, 1e-3, 2000)


@pytest.mark.parametrize("rate", [1e-5, 3e-4, 6e-4, 1e-2, 1 / 3, 0.0])
def test_the_lowest_rate_follows(rate: float) -> None:
    """A tenth, as it is written: of 3e-4 exactly 3e-5; but a lowest rate of one's own stays."""
    found = at_rate(TrainConfig(), rate)
    assert found.learning_rate == rate
    assert found.min_lr == pytest.approx(rate / 10, rel=1e-14)
    assert len(repr(found.min_lr)) <= len(repr(rate)) + 2
    assert at_rate(TrainConfig(min_lr=1e-6), rate) == TrainConfig(learning_rate=rate, min_lr=1e-6)
    assert at_rate(TrainConfig(), None) == TrainConfig()


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_down_to_a_tenth(name: str, recipe: str) -> None:
    _, train = preset(name, recipe)
    assert at_rate(train, train.learning_rate) == train
    assert at_rate(train, 1e-5).min_lr == 1e-6


@given(
    st.builds(
        TrainConfig,
        learning_rate=st.floats(0, 1),
        min_lr=st.floats(0, 1),
        warmup_iters=st.integers(0, 9),
        lr_decay_iters=st.integers(0, 9),
    ),
    st.sets(st.sampled_from(["learning_rate", "min_lr", "warmup_iters", "lr_decay_iters", "seed"])),
)
def test_numbers_that_contradict_each_other(train: TrainConfig, chosen: set[str]) -> None:
    """Refused when they are chosen; those of a run from before are left alone."""
    rises = train.min_lr > train.learning_rate and bool(chosen & {"learning_rate", "min_lr"})
    late = train.warmup_iters > train.lr_decay_iters and bool(chosen & {"warmup_iters", "lr_decay_iters"})
    with pytest.raises(UserError, match=r"would (still )?rise") if rises or late else nullcontext():
        check_schedule(train, chosen)


@pytest.mark.parametrize(("names", "known"), [(("demos",), PRESETS), (("demo", "slow"), RECIPES)])
def test_unknown_names(names: tuple[str, ...], known: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=f"{names[-1]}.*{', '.join(known)}"):
        preset(*names)
