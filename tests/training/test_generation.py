"""Drawing words: from the model's own probabilities, the same ones for a seed."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.trace.recording import trace_prompt
from gpt_by_hand.training import checkpoint, generation
from gpt_by_hand.training.choice import choose_prediction
from gpt_by_hand.training.generation import Generator, Sampling, Step
from gpt_by_hand.training.start import start_weights
from tests.support.compilers import needs_compiler, needs_scripts, plain, script

__all__ = ["plain"]
WORDS = Tokenizer("word", ("a", "b", "c", "d", "e"))
MODEL = ModelConfig(vocab_size=5, seq_length=4, num_layers=1, num_heads=1, dim_embedding=4, init_std=0.7)


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator(MODEL, WORDS, start_weights(MODEL, RandomStream(3)))


def written(generator: Generator, how: Sampling, prompt: str = "a b") -> list[Step]:
    return list(generator.steps(generator.encode(prompt), how, RandomStream(how.seed)))


def probabilities(generator: Generator, tokens: list[int], how: Sampling) -> np.ndarray:
    return generator.sample(generator.logits(tokens), how)


def test_the_same_seed_writes_the_same(generator: Generator) -> None:
    first, again, other = (
        [step.token for step in written(generator, Sampling(20, seed=seed))] for seed in (1337, 1337, 5)
    )
    assert first == again
    assert first != other
    assert len(first) == 20


@pytest.mark.parametrize("seed", [1, 2])
def test_top_1_is_greedy(generator: Generator, seed: int) -> None:
    tokens = generator.encode("a b")
    for step in written(generator, Sampling(10, temperature=2.0, top_k=1, seed=seed)):
        assert step.token == int(np.argmax(generator.logits(tokens)))
        assert step.probabilities[step.token] == 1
        tokens.append(step.token)


@pytest.mark.parametrize("top_k", [0, 1, 2, 4, 5, 99])
def test_top_k(generator: Generator, top_k: int) -> None:
    logits = generator.logits([0, 1])
    found = probabilities(generator, [0, 1], Sampling(top_k=top_k, temperature=1.0))
    kept = np.argsort(-logits)[: top_k or 5]
    expected = np.zeros(5)
    expected[kept] = np.exp(logits[kept])
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-12)


@pytest.mark.parametrize("temperature", [1e-4, 0.5, 1.0, 3.0, 1e6])
def test_temperature(generator: Generator, temperature: float) -> None:
    logits = generator.logits([0, 1])
    found = probabilities(generator, [0, 1], Sampling(temperature=temperature))
    expected = np.exp((logits - logits.max()) / temperature)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-12)


@pytest.mark.parametrize("top_k", [0, 1, 3])
def test_temperature_0_is_the_limit(generator: Generator, top_k: int) -> None:
    """The likeliest word, whatever the seed; equal ones share, as they do just above 0."""
    greedy = Sampling(20, temperature=0, top_k=top_k)
    steps = written(generator, greedy)
    assert [step.token for step in steps] == [int(step.logits.argmax()) for step in steps]
    assert {step.probabilities[step.token] for step in steps} == {1.0}
    assert [s.token for s in steps] == [s.token for s in written(generator, replace(greedy, seed=7))]
    for logits in (np.array([1.0, 3.0, -2.0]), np.array([2.0, 2.0, 1.0]), np.array([0.5, -math.inf, 0.5])):
        few = Generator(replace(MODEL, vocab_size=3), Tokenizer("word", ("a", "b", "c")), {})
        cold = few.sample(logits, Sampling(temperature=generation.COLDEST))
        np.testing.assert_array_equal(few.sample(logits, Sampling(temperature=0)), cold)


def test_the_limits_are_the_ones_that_are_said(generator: Generator) -> None:
    """From the coldest temperature to the largest number there is, the formulas give shares that add up to 1."""
    for temperature in (generation.COLDEST, sys.float_info.max):
        found = generator.sample(np.array([0.0, 1e9, -1e9, -math.inf, 1.0]), Sampling(temperature=temperature))
        assert found.sum() == pytest.approx(1)


def test_draws_choose_tokens(generator: Generator) -> None:
    """The draw falls into the drawn token's share of [0, 1)."""
    for step in written(generator, Sampling(50)):
        before = step.probabilities[: step.token].sum()
        assert before - 1e-12 <= step.draw < before + step.probabilities[step.token] + 1e-12


def test_draws_follow_the_probabilities(generator: Generator) -> None:
    how = Sampling(1, temperature=1.0)
    stream, count = RandomStream(0), 2000
    drawn = [next(iter(generator.steps([0], how, stream))).token for _ in range(count)]
    shares = np.bincount(drawn, minlength=5) / count
    np.testing.assert_allclose(shares, probabilities(generator, [0], how), atol=0.04)


def test_logits_are_those_of_the_last_words(generator: Generator) -> None:
    """However full the window is; of a longer text it sees the end."""
    for length in range(1, 5):
        tokens = [0, 3, 1, 4][:length]
        trace = trace_prompt(MODEL, WORDS, generator.weights, WORDS.decode(tokens))
        np.testing.assert_allclose(generator.logits(tokens), trace["logits"][0, -1], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(generator.logits([2, 2, 2, 0, 3, 1, 4]), generator.logits([0, 3, 1, 4]))


def test_only_words_of_the_vocabulary_are_drawn() -> None:
    """A model with more tokens than there are words never draws one of the others."""
    model = replace(MODEL, vocab_size=64)
    generator = Generator(model, WORDS, start_weights(model, RandomStream(3)))
    for top_k in (0, 6, 64):
        steps = written(generator, Sampling(40, temperature=5.0, top_k=top_k))
        assert {step.token for step in steps} <= set(range(5))
        assert all(step.probabilities[5:].sum() == 0 for step in steps)


def test_a_model_with_fewer_words_than_the_tokenizer() -> None:
    with pytest.raises(UserError, match="the tokenizer has 5 words, the model knows 3"):
        Generator(replace(MODEL, vocab_size=3), WORDS, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", v) for v in (1e-7, -0.5, -1.0, float("nan"), float("inf"))] + [("top_k", -1), ("max_tokens", 0)],
)
def test_numbers_that_make_no_sense(name: str, value: float) -> None:
    with pytest.raises(UserError, match=f"^{name} is "):
        Sampling(**{name: value})


@pytest.mark.parametrize(("prompt", "words"), [("", "holds no word"), ("  ", "holds no word"), ("a z", "'z'")])
def test_prompts_that_cannot_be_read(generator: Generator, prompt: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        generator.encode(prompt)


def test_after_training_hello_is_followed_by_world(command, tmp_path: Path) -> None:
    assert command("train", "--recipe", "quick", "--max_iters", 400, "--eval_interval", 400).code == 0
    saved = checkpoint.load(tmp_path / "out")
    trained = Generator(saved.model, saved.tokenizer, saved.state.weights)
    tokens = [step.token for step in written(trained, Sampling(2, top_k=1), "hello")]
    assert trained.tokenizer.decode(tokens) == " world"


@needs_compiler
@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("change", [{}, {"use_bias": True, "gelu": "tanh", "num_heads": 2}])
def test_c_gives_the_same_probabilities(change: dict[str, object]) -> None:
    """To 1e-5: some eighty roundings of float32 on the way to a logit, each of at most 6e-8 of its size."""
    model = replace(MODEL, **change)
    weights, said = start_weights(model, RandomStream(3)), []
    predict = choose_prediction(model, "c", said.append)
    by_c, by_numpy = Generator(model, WORDS, weights, predict), Generator(model, WORDS, weights)
    for tokens in ([1], [0, 3, 1, 4], [2, 2, 2, 0, 3, 1, 4]):
        ours, theirs = (probabilities(g, tokens, Sampling(temperature=0.5)) for g in (by_c, by_numpy))
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
    assert re.fullmatch(r"engine: C, compiled in \d+\.\d s", " ".join(said))


@needs_compiler
@pytest.mark.usefixtures("plain")
def test_c_is_compiled_where_it_is_asked_for_and_then_found() -> None:
    said: list[str] = []
    assert choose_prediction(MODEL, "auto", said.append) is None
    assert choose_prediction(MODEL, "numpy", said.append) is None
    assert said == []
    assert choose_prediction(MODEL, "c", said.append) is not None
    assert choose_prediction(MODEL, "c", said.append) is not None
    assert said[1:] == ["engine: C, compiled earlier"]
    assert choose_prediction(MODEL, "auto", said.append) is not None
    assert choose_prediction(replace(MODEL, seq_length=5), "auto", said.append) is None
    assert choose_prediction(MODEL, "numpy", said.append) is None
    assert len(said) == 2


def test_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    said: list[str] = []
    assert choose_prediction(MODEL, "auto", said.append) is None
    with pytest.raises(UserError, match=r"there is no program 'no-such-compiler'.*--engine numpy"):
        choose_prediction(MODEL, "c", said.append)
    with pytest.raises(UserError, match=r"engine is 'tpu': it must be one of auto, numpy, c"):
        choose_prediction(MODEL, "tpu", said.append)
    assert said == []


@needs_scripts
def test_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", str(script(tmp_path / "cc", 'echo "cc: error: out of order" >&2; exit 1')))
    assert choose_prediction(MODEL, "auto", print) is None
    with pytest.raises(UserError, match="out of order"):
        choose_prediction(MODEL, "c", print)
