"""GPT-2s of Hugging Face's, with random weights, on the disk; and the logits of a model by each of its engines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.training.opened import OpenedModel

SMALL = {"vocab_size": 97, "n_positions": 16, "n_embd": 24, "n_layer": 3, "n_head": 4}
NO_WORDS = {"bos_token_id": None, "eos_token_id": None}  # GPT-2's are beyond a small vocabulary


def transformers() -> Any:
    """The library, without its network; the test is skipped where it is not installed."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    found = pytest.importorskip("transformers", reason="pip install transformers")
    found.utils.logging.set_verbosity_error()
    found.utils.logging.disable_progress_bar()
    return found


def random_gpt2(folder: Path, shard: str = "5GB", dtype: str = "float32", **settings: Any) -> Any:
    """A GPT-2 with random weights, biases too, saved to the folder by the library."""
    library = transformers()
    import torch

    torch.manual_seed(1337)
    model = library.GPT2LMHeadModel(library.GPT2Config(**{**SMALL, **NO_WORDS, **settings})).eval()
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    model.to(getattr(torch, dtype)).save_pretrained(folder, max_shard_size=shard)
    return model.float()


def loaded(folder: Path) -> Any:
    """The model in a folder, by the library."""
    return transformers().AutoModelForCausalLM.from_pretrained(folder).eval()


def tokens(model: Any, length: int = 12) -> np.ndarray:
    """A row of random tokens, [1, t]."""
    return np.random.default_rng(5).integers(model.config.vocab_size, size=(1, length))


def their_logits(model: Any, batch: np.ndarray) -> np.ndarray:
    """The library's logits [t, v]."""
    import torch

    with torch.no_grad():
        return model(torch.from_numpy(batch)).logits[0].float().numpy()


def twin_logits(model: OpenedModel, batch: np.ndarray) -> np.ndarray:
    """The PyTorch twin's."""
    import torch

    from gpt_by_hand.engines.torch.learner import load_weights
    from gpt_by_hand.engines.torch.module import GPT, Sizes

    twin = GPT(Sizes.of(model.config)).eval()
    load_weights(twin, model.weights)
    with torch.no_grad():
        return twin(torch.from_numpy(batch))[0][0].numpy()


def formula_logits(model: OpenedModel, batch: np.ndarray) -> np.ndarray:
    """The NumPy engine's."""
    run = compile_numpy(prediction(model.config, 1, batch.shape[1]), ["logits"])
    return run({**model.weights, "tokens": batch, "positions": np.arange(batch.shape[1])})["logits"][0]
