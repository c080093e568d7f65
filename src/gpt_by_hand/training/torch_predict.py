"""The scores of what comes next, by the twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from gpt_by_hand.engines.torch.device import fast_products, find_device, memory_explained
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.engines.torch.weights import load_weights
from gpt_by_hand.model.config import ModelConfig

ADVICE = ": use a smaller model, or --device cpu"


class TorchPrediction:
    """Runs as the formulas of `prediction` do: from weights and `tokens` to `logits` [1, T, v].

    The weights are brought to the device once; they are those of the first call.
    """

    any_length = True  # of window

    def __init__(self, config: ModelConfig, device: str, dtype: str = "auto") -> None:
        self.device = find_device(device, dtype)
        fast_products(self.device)
        with memory_explained(device, ADVICE):
            self.model = GPT(Sizes.of(config)).to(self.device.device).eval()
        self._loaded = False

    @torch.inference_mode()
    def __call__(self, given: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """The scores at every place of the window."""
        if not self._loaded:
            names = dict(self.model.named_parameters())
            load_weights(self.model, {name: given[name] for name in names})
            self._loaded = True
        tokens = torch.from_numpy(np.asarray(given["tokens"])).to(self.device.device)
        with memory_explained(str(self.device.device), ADVICE), self.device.autocast():
            return {"logits": self.model(tokens)[0].float().cpu().numpy()}
