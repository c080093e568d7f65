"""What the facts in the texts of the pages are checked against: the example run, data, losses, addresses."""

from __future__ import annotations

import math
import re
from contextlib import redirect_stderr
from functools import lru_cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from gpt_by_hand import trace_iteration
from gpt_by_hand.cli import main
from gpt_by_hand.data.datasets import Dataset, load_dataset
from gpt_by_hand.data.prepare import prepare_built_in
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import evaluation
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.config import RECIPES, TrainConfig
from tests.docs import perfect
from tests.docs.markdown import ROOT, blocks
from tests.docs.parts import example_run
from tests.support.confirmed import Exact

DEMO, TRAIN = ModelConfig(), TrainConfig()
QUICK = TrainConfig(**RECIPES["quick"])


def preset(name: str, parameters: int, *sizes: int) -> bool:
    """Has the preset so many parameters, and these sizes: layers, heads, width, positions, vocabulary?"""
    config = MODEL_PRESETS[name]
    found = config.num_layers, config.num_heads, config.dim_embedding, config.seq_length, config.vocab_size
    return sum(parameter_counts(config).values()) == parameters and found == sizes


@lru_cache(maxsize=1)
def first_iteration() -> Exact:
    """Iteration 0 of `--gpt_by_hand` in double precision: what a text says of it holds on every machine."""
    return Exact(example_run())


@lru_cache(maxsize=1)
def second_iteration() -> Trace:
    with TemporaryDirectory() as data:
        return trace_iteration(1, data_dir=data)


@lru_cache(maxsize=1)
def demo_data() -> Dataset:
    with TemporaryDirectory() as folder:
        prepare_built_in("tiny_demo_words", Path(folder))
        found = load_dataset(Path(folder), DEMO.seq_length)
        return Dataset(found.name, np.array(found.train), np.array(found.val), found.tokenizer)


def windows(data: np.ndarray) -> np.ndarray:
    """Every window of the data: the tokens that a model reads, and the one after them."""
    return np.lib.stride_tricks.sliding_window_view(data.astype(np.int64), DEMO.seq_length + 1)


@lru_cache(maxsize=1)
def perfect_on_val() -> np.ndarray:
    """What a perfect predictor scores on each window of the validation data."""
    return np.array([perfect.surprise([int(t) for t in window]) for window in windows(demo_data().val)])


def loss_on_val(out: Path) -> float:
    """What the model in `out` scores on all windows of the validation data."""
    saved, every = checkpoint.load(out), windows(demo_data().val)
    program = evaluation(saved.model, len(every))
    inputs = {"tokens": every[:, :-1], "targets": every[:, 1:], "positions": np.arange(DEMO.seq_length)}
    return float(compile_numpy(program, ["loss"])({**saved.state.weights, **inputs})["loss"])


def shown_in_a_block(page: str, text: str) -> bool:
    """Is it in an output on the page, which test_commands.py compares with what is printed?"""
    return any(text in block.text for block in blocks(ROOT / page))


def word_is(address: str, numbers: str) -> bool:
    """Is the address with a word that of the numbers, in the first iteration?"""
    trace = first_iteration().trace
    return np.array_equal(trace[address], trace[numbers])


def largest_change() -> float:
    trace = second_iteration()
    names = [parameter.name for parameter in trace.program.parameters]
    return max(float(np.abs(trace[f"new.{name}"] - trace[name]).max()) for name in names)


def nothing_changes_at_first() -> bool:
    trace = example_run()
    return all((trace[f"new.{p.name}"] == trace[p.name]).all() for p in trace.program.parameters)


def last_losses() -> list[float]:
    """The validation losses after 2,000 iterations, in the order in which docs/train.md shows them."""
    shown = "".join(block.text for block in blocks(ROOT / "docs" / "train.md"))
    return [float(loss) for loss in re.findall(r"iteration  2000: .* val (\S+)", shown)]


def losses_shown() -> list[str]:
    """The quick run's with one decimal and the documented run's with two."""
    quick, documented = last_losses()
    return [f"{quick:.1f}", f"{documented:.2f}"]


def exit_code(*arguments: str) -> int:
    with redirect_stderr(StringIO()):
        return main(arguments)


def same_number(*addresses: str) -> bool:
    """Do these addresses mean the same element?"""
    return len({example_run()[f"h.0.attn.scores[{address}]"] for address in addresses}) == 1


def torch_begins_with_the_same_numbers() -> bool:
    torch = pytest.importorskip("torch")
    torch.manual_seed(1337)
    return np.allclose(torch.randn(16).numpy(), RandomStream(1337).normal(16), rtol=0, atol=1e-6)


def root_derivative_is_right() -> bool:
    """The slope of 1 / sqrt(x) at 2, by a small step and as the page says."""
    x, step = 2.0, 1e-6
    slope = (1 / math.sqrt(x + step) - 1 / math.sqrt(x - step)) / (2 * step)
    return math.isclose(slope, -((1 / math.sqrt(x)) ** 3) / 2, rel_tol=1e-8)
