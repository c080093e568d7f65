"""What computes a trainer's iterations with PyTorch: the twin, on a CPU, a GPU, or many."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import numpy as np
import torch

from gpt_by_hand.engines.torch.device import fast_products, find_device
from gpt_by_hand.engines.torch.learner import Learner, Rule
from gpt_by_hand.engines.torch.module import GPT
from gpt_by_hand.engines.torch.weights import load_moments, load_weights, read_moments, read_weights
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State


class TorchCompute:
    """The twin. Its weights stay on its device; `take_over` and `hand_over` bring them from a state and back."""

    engine: Literal["numpy", "c", "torch"] = "torch"
    at_once = True

    def __init__(self, model: ModelConfig, train: TrainConfig) -> None:
        self.train = train
        self.device = find_device(train.device, train.dtype)
        fast_products()
        torch.manual_seed(train.seed)  # for dropout alone: weights and batches are drawn by the run's own stream
        module = GPT(model, train.recompute).to(self.device.device)
        self.learner = Learner(module, self.device, _rule(train), train.compile)

    def take_over(self, state: State) -> None:
        """Go on from the state's weights and moments."""
        load_weights(self.learner.model, state.weights)
        load_moments(self.learner.model, self.learner.optimizer, state.m, state.v, state.iteration)

    def hand_over(self, state: State) -> None:
        """Bring the state's weights and moments up to date."""
        state.weights.update(_in_shape(read_weights(self.learner.model), state.weights))
        m, v = read_moments(self.learner.model, self.learner.optimizer)
        state.m.update(_in_shape(m, state.m))
        state.v.update(_in_shape(v, state.v))

    def iterate(self, state: State, batches: Mapping[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
        """Go on by `count` iterations; returns `loss`, `learning_rate` and, where clipped, `clip.norm` of each."""
        losses, norms, rates = [], [], []
        for n in range(count):
            at = state.iteration + n
            micro = self._micro_batches(batches["tokens"][n], batches["targets"][n])
            loss, norm = self.learner.update(micro, at)
            losses.append(loss)
            norms += [] if norm is None else [norm]
            rates.append(self.learner.rule.rate(at))
        state.iteration += count
        found = {"loss": _numbers(losses), "learning_rate": np.array(rates)}
        return found | ({"clip.norm": _numbers(norms)} if norms else {})

    def losses(self, weights: Mapping[str, np.ndarray], tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The mean loss of each batch, with the weights that the device has."""
        pairs = zip(tokens, targets, strict=True)
        return _numbers([self.learner.loss(self._moved(x), self._moved(y)) for x, y in pairs])

    def context(self) -> AbstractContextManager[object]:
        """Nothing needs to hold while training."""
        return nullcontext()

    def _micro_batches(self, tokens: np.ndarray, targets: np.ndarray) -> list[tuple[torch.Tensor, torch.Tensor]]:
        parts = self.train.gradient_accumulation_steps
        inputs, outputs = self._moved(tokens).chunk(parts), self._moved(targets).chunk(parts)
        return list(zip(inputs, outputs, strict=True))

    def _moved(self, array: np.ndarray) -> torch.Tensor:
        """The array on the device; a GPU fetches it from pinned memory while it computes."""
        tensor = torch.from_numpy(array)
        if self.device.device.type == "cuda":
            return tensor.pin_memory().to(self.device.device, non_blocking=True)
        return tensor.to(self.device.device)


def _rule(train: TrainConfig) -> Rule:
    return Rule(**{name: getattr(train, name) for name in Rule.__dataclass_fields__})


def _in_shape(arrays: Mapping[str, np.ndarray], like: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.reshape(like[name].shape) for name, array in arrays.items()}


def _numbers(tensors: list[Any]) -> np.ndarray:
    """Numbers from the device, all at once: each fetch waits for what was computed before it."""
    return torch.stack(tensors).float().cpu().numpy() if tensors else np.zeros(0, np.float32)
