"""An update asks nothing of the CPU, and its way back runs outside of autocast."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import TrainConfig

pytest.importorskip("torch", reason="it is PyTorch that learns")

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gpt_by_hand.engines.torch.device import Device, find_device
from gpt_by_hand.engines.torch.learner import MOMENTS, Learner, Rule, count_of
from gpt_by_hand.engines.torch.module import GPT, Sizes

CONFIG = Sizes.of(ModelConfig(use_bias=True, dropout_rate=0.1))
RULE = Rule(**{name: getattr(TrainConfig(), name) for name in Rule.__dataclass_fields__})


class OneDevice(TorchDispatchMode):
    """Inside, no operation takes tensors of two devices, as GPUs have it; single numbers may come from anywhere."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [one for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor) and one.dim()]
        assert len({one.device for one in given}) < 2, f"{func} has tensors of two devices"
        return func(*args, **(kwargs or {}))


def rows(device: str) -> torch.Tensor:
    return torch.zeros(3, CONFIG.seq_length, dtype=torch.int64, device=device)


@pytest.mark.parametrize("recompute", [False, True])
def test_nothing_is_elsewhere_or_waits(recompute: bool) -> None:
    """Tensors of `meta` have no numbers: who wants one of them, for which a GPU's queue would have to end, fails."""
    meta = Device(torch.device("meta"), torch.float32)
    learner = Learner(GPT(CONFIG, recompute).to("meta"), meta, RULE)
    for parameter in learner.model.parameters():
        moments = {kind: torch.zeros_like(parameter) for kind in MOMENTS.values()}
        learner.optimizer.state[parameter] = {**moments, "step": count_of(learner.optimizer, parameter, 3)}
    batches = [(rows("meta"), rows("meta"))] * 2
    with OneDevice():
        for iteration in range(3, 5):
            loss, norm = learner.update(batches, iteration)
            assert norm is not None
            assert loss.device.type == norm.device.type == learner.loss(*batches[0]).device.type == "meta"
        for bad in ((rows("cpu"), rows("meta")), (rows("meta"), rows("cpu"))):
            with pytest.raises(AssertionError, match="two devices"):
                learner.update([bad], 5)
    with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
        loss.item()


def test_the_count_of_a_fused_optimizer_is_with_its_weights() -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    for fused in (False, True):
        optimizer: Any = torch.optim.AdamW([weight], fused=fused)
        like = torch.empty(2, device="meta")
        assert count_of(optimizer, like, 7).device.type == ("meta" if fused else "cpu")
        assert count_of(optimizer, weight, 7) == 7


def test_autocast_is_for_the_way_there() -> None:
    learner = Learner(GPT(CONFIG), find_device("cpu", "bfloat16"), RULE)
    there, back = [], []
    learner.model.lm_head.register_forward_hook(lambda *given: there.append(torch.is_autocast_enabled("cpu")))
    learner.model.lm_head.weight.register_hook(lambda grad: back.append(torch.is_autocast_enabled("cpu")))
    learner.update([(rows("cpu"), rows("cpu"))] * 2, 0)
    assert there == [True, True]
    assert back == [False, False]
