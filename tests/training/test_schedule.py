"""The learning rate, against nanoGPT's `get_lr`."""

import math

import pytest

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import iteration

SMALLEST = ModelConfig(1, 1, 1, 1, 1)


def get_lr(at: int, rule: UpdateRule) -> float:
    """https://github.com/karpathy/nanoGPT, train.py."""
    if at < rule.warmup_iters:
        return rule.learning_rate * at / rule.warmup_iters
    if at > rule.lr_decay_iters:
        return rule.min_lr
    ratio = (at - rule.warmup_iters) / (rule.lr_decay_iters - rule.warmup_iters)
    return rule.min_lr + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (rule.learning_rate - rule.min_lr)


@pytest.mark.parametrize("rule", [UpdateRule(), UpdateRule(1e-2, 1e-3, 10, 60), UpdateRule(1e-3, 0.0, 0, 25)])
def test_nanogpts_schedule(rule: UpdateRule) -> None:
    rate = compile_numpy(iteration(SMALLEST, rule, 1), ["learning_rate"])
    for at in (0, 1, 7, 9, 10, 11, 24, 25, 26, 59, 60, 61, 99, 100, 101, 1999, 2000, 2001, 10**6):
        assert rate({"iteration": at})["learning_rate"] == pytest.approx(get_lr(at, rule), rel=1e-14, abs=1e-20)


@pytest.mark.parametrize(("at", "printed"), [(0, "0.0"), (1, "2.9999999999999997e-06")])
def test_to_the_last_digit(at: int, printed: str) -> None:
    rate = compile_numpy(iteration(SMALLEST, UpdateRule(), 1), ["learning_rate"])({"iteration": at})["learning_rate"]
    assert repr(float(rate)) == printed


@pytest.mark.parametrize(("warmup", "end"), [(0, 0), (5, 5), (9, 3)])
def test_no_time_to_fall(warmup: int, end: int) -> None:
    rule = UpdateRule(1e-2, 1e-3, warmup, end)
    rate = compile_numpy(iteration(SMALLEST, rule, 1), ["learning_rate"])
    for at in range(12):
        expected = 1e-2 * at / warmup if at < warmup else 1e-3
        assert rate({"iteration": at})["learning_rate"] == pytest.approx(expected)
