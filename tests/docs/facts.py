"""The numbers in the text of the pages, and where each of them comes from.

A fact is a piece of a page's text and a function that says whether it is true. `test_numbers.py` checks every fact, and
that no number on a page is without one.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gpt_by_hand import trace_iteration
from gpt_by_hand.cli.prepare import Options as PrepareOptions
from gpt_by_hand.data.datasets import Dataset, load_dataset
from gpt_by_hand.data.prepare import DEMO_VOCABULARY, PENCIL_PHRASES, SHAKESPEARE_CHARACTERS, WORD_PHRASES, prepare_words
from gpt_by_hand.data.tokenizers import build_word_tokenizer
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import evaluation
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.config import BY_HAND, PRESETS, RECIPES, TrainConfig
from tests.docs import perfect
from tests.docs.markdown import ROOT, blocks
from tests.docs.parts import GPT2, _docstrings, example_run

DEMO, TRAIN = ModelConfig(), TrainConfig()
QUICK = TrainConfig(**RECIPES["quick"])


@dataclass(frozen=True)
class Fact:
    """A piece of a page's text, and whether it is true."""

    page: str
    says: str
    true: Callable[[], bool]


def size(name: str) -> int:
    return sum(parameter_counts(MODEL_PRESETS[name]).values())


@lru_cache(maxsize=1)
def second_iteration() -> Trace:
    with TemporaryDirectory() as data:
        return trace_iteration(1, data_dir=data)


@lru_cache(maxsize=1)
def demo_data() -> Dataset:
    with TemporaryDirectory() as folder:
        prepare_words(Path(folder))
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


def shown_in_a_block(text: str) -> Callable[[], bool]:
    """Is it in an output on the README, which test_commands.py compares with what is printed?"""
    return lambda: any(text in block.text for block in blocks(ROOT / "README.md"))


def rounded(value: float, text: str) -> bool:
    """Is `text` the value, rounded to the digits that it has?"""
    return f"{value:.{len(text.partition('.')[2])}f}" == text


def last_number(name: str, trace: Trace) -> str:
    return repr(trace[name].item())


def largest_change() -> float:
    trace = second_iteration()
    names = [parameter.name for parameter in trace.program.parameters]
    return max(float(np.abs(trace[f"new.{name}"] - trace[name]).max()) for name in names)


def nothing_changes_at_first() -> bool:
    trace = example_run()
    return all((trace[f"new.{p.name}"] == trace[p.name]).all() for p in trace.program.parameters)


def project() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def facts() -> Iterator[Fact]:
    """All of them, page by page."""

    def readme(says: str, true: Callable[[], bool] | bool) -> Fact:
        return Fact("README.md", says, (lambda: true) if isinstance(true, bool) else true)

    def notation(says: str, true: bool) -> Fact:
        return Fact("notation.md", says, lambda: true)

    def how(says: str, true: bool) -> Fact:
        return Fact("how-it-works.md", says, lambda: true)

    def glossary(says: str, true: bool) -> Fact:
        return Fact("glossary.md", says, lambda: true)

    score = "-0.00422875"
    yield readme(f"**{score}**", lambda: rounded(example_run()["h.0.attn.scores[0,1,3,1]"], score))
    yield readme("Head 1 of the first block", lambda: example_run().tokenizer.encode("by gpt")[::2] == [6, 8])
    yield readme("Python 3.10 or newer", project()["requires-python"] == ">=3.10")
    yield readme("what 200 iterations buy", shown_in_a_block("iteration   200:"))

    # What training does
    yield readme("A guess among 32 words scores\nln 32 = 3.4657", rounded(math.log(DEMO.vocab_size), "3.4657"))
    yield readme("drawn at random from eight", len(WORD_PHRASES) == 8)
    yield readme("8 of every 66 tokens", (len(perfect.PHRASES), sum(map(len, perfect.PHRASES))) == (8, 66))
    yield readme("(8/66) · ln 8 = 0.2521", rounded(8 / 66 * math.log(8), "0.2521") and _known_from_the_sixth_on())
    yield readme("a window\nof 8 tokens", DEMO.seq_length == 8)
    yield readme("costs 1.7062 on average", rounded(perfect.expected(8)[0], "1.7062"))
    yield readme("Over all 8\npositions", DEMO.seq_length == 8)
    yield readme("**0.4443**", rounded(sum(perfect.expected(8)) / 8, "0.4443"))
    yield readme("2,000 iterations of 16 sequences", (TRAIN.max_iters, TRAIN.rows, QUICK.rows) == (2000, 16, 16))
    yield readme("| 3e-4 falling to 3e-5 | 1e-2 falling to 1e-3 |", _rates() == (3e-4, 3e-5, 1e-2, 1e-3))
    yield readme("| 1.3442 | 0.3976 |", lambda: _losses_are_shown("1.3442", "0.3976"))
    yield readme("3e-4 is a step size for large models", TRAIN.learning_rate == 3e-4)
    yield readme("until iteration 2,000 (`--lr_decay_iters`)", TRAIN.lr_decay_iters == 2000)
    yield readme("a run of 200\niterations is the beginning", True)
    yield readme("ends at 0.3976, below 0.4443", lambda: _losses_are_shown("0.3976"))
    yield readme("looks at 80\nrandom windows", TRAIN.eval_iters * TRAIN.batch_size == 80)
    yield readme("scatters by about 0.02", lambda: rounded(perfect_on_val().std() / math.sqrt(80), "0.02"))
    yield readme("all of its 332 windows", lambda: len(windows(demo_data().val)) == 332)
    yield readme("a perfect predictor scores 0.4226", lambda: rounded(perfect_on_val().mean(), "0.4226"))
    yield readme("the quick run's model\nabout 0.44", True)  # test_commands.py: after_the_readme

    # Every number of two iterations
    yield readme("iterations 0 and 1", BY_HAND["max_iters"] == 2)
    yield readme("Iteration 0\n", True)
    yield readme("Iteration 1\n", True)
    yield readme("16 numbers each", DEMO.dim_embedding == 16)
    yield readme("Here is\nhead 1 of the first block", True)
    yield readme("row `3 by`, column `1 gpt`", shown_in_a_block("  3 by  "))
    yield readme("each of the 32 words", DEMO.vocab_size == 32)
    second, both = "3.4309597", "3.4591241"
    yield readme(
        f"second micro-step scores {second}, and both together {both}",
        lambda: rounded(example_run()["sequence_loss[1]"], second) and rounded(example_run()["loss"].item(), both),
    )
    yield readme("cut to\nlength 1", TRAIN.grad_clip == 1)
    yield readme("starts at 0, so iteration 0 changes no weight", nothing_changes_at_first)
    yield readme("3e-4 · 1 / 100", lambda: second_iteration()["learning_rate"] == 3e-4 * 1 / 100)
    yield readme("the learning rate, 3e-06", lambda: 2.9e-6 < largest_change() < 3.05e-6)
    yield readme("in block 0", True)

    # Addresses and the exercise
    for place in ("0,1,3,1", "b=0,h=1,i=3,j=1"):
        yield readme(f"`h.0.attn.scores[{place}]`", lambda p=place: _is_the_score(p))
    yield readme("sequence of iteration 0", True)
    yield readme("those of seed 1337", TRAIN.seed == 1337)
    yield readme("get -0.004229", True)  # test_worked_example.py
    yield readme("`where(1 <= 3, …, -inf)`? Position 3 may look back at position 1", True)
    yield readme("prints -0.0042287474", shown_in_a_block("-0.0042287474"))

    # Python, presets, data
    yield readme("the exit code is 2", lambda: _exit_code("train", "--num_heads", "3") == 2)
    yield readme("about 1,000 parameters, exactly 1,112", size("pocket") == 1112)
    yield readme("one block, width 8", _sizes("pocket") == (1, 8))
    yield readme("252 parameters, one block, one head, width 4, windows of 4 words", _pencil())
    yield readme("language of\n  eight words", len({w for p in PENCIL_PHRASES for w in p.split()}) == 8)
    yield readme("804,096 parameters, 65 characters, windows of 64", _shakespeare())
    yield readme("about 1.1 MB", "downloads 1.1 MB" in " ".join(_docstrings(PrepareOptions)["what"].split()))
    yield readme("the 31 most common ones", DEMO_VOCABULARY - 1 == 31)
    yield readme("with all 65", len(SHAKESPEARE_CHARACTERS) == 65)
    yield readme("the N - 1 most common entries", build_word_tokenizer("a a b b c d", 3).words == (" ", "a", "<UNK>"))
    yield readme("exactly 32\nentries", lambda: len(demo_data().tokenizer) == 32)

    # The notation
    width, head = DEMO.dim_embedding, DEMO.head_size
    yield notation("0 … extent - 1", True)
    yield notation("| Constant | `2`, `eps` |", True)
    yield notation("`c_attn.weight[0, h, d, c]`", True)
    yield notation("48 rows and 16 columns;", (3 * width, width) == (48, 16))
    yield notation("3 · 2 · 8 rows and 16 columns", (DEMO.num_heads, head, width) == (2, 8, 16))
    yield notation("the keys have 4\nchannels and the queries 8", True)  # in the generated part below it
    yield notation("no factor of 1", True)
    yield notation("1 / sqrt(x) is -(1 / sqrt(x))³ / 2, and 1 / sqrt(x)", _derivative_of_a_root())
    yield notation("`h.0.attn.scores[0,1,3,2]`", True)
    yield notation("`h.0.attn.scores[b=0,h=1,i=3,j=2]`", _same_element("0,1,3,2", "b=0,h=1,i=3,j=2"))

    # How it works
    yield how("With a batch of 1 and two micro-steps", BY_HAND["batch_size"] == 1)
    yield how("`torch.manual_seed(1337); torch.randn(16)`", _torch_agrees())
    yield how("32-bit values", True)

    # The glossary
    yield glossary("runs over 0, 1, 2 … up to", True)
    yield glossary("`h.0.attn.scores[0,1,3,1]`", True)
    yield glossary("their shares are 0", lambda_true(_masked_shares_are_zero))
    yield glossary("brings its spread to 1", True)
    yield glossary("shares that add up to 1", True)
    yield glossary("among 32 equally likely tokens has ln 32 = 3.4657 nats", rounded(math.log(32), "3.4657"))
    yield glossary("grows from 0", TRAIN.warmup_iters > 0)
    yield glossary("below 1 likely tokens", True)


