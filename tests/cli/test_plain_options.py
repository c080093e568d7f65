"""Plain command lines are read without tyro: to the same result, and only if they are plain."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.cli import arguments, generate, train
from gpt_by_hand.cli.plain_options import plain_options
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.generation import Sampling

TRAIN = train.Options(ModelConfig(), TrainConfig())
GENERATE = generate.Options(Sampling())
WORDS = [
    "1",
    "0",
    "8",
    "-1",
    "0.5",
    "1e-3",
    ".5",
    "5.",
    "-2.5",
    "1_0",
    "nan",
    "inf",
    "",
    "-x",
    "--",
    "True",
    "numpy",
    "c",
]
WORDS += ["out", "resume", "quick", "pencil", "exact", "tanh", "some text", "ünïcode", "0x10", "+3", " 4", "9" * 30]
FLAGS = [field.name for kind in (train.Options, ModelConfig, TrainConfig) for field in fields(kind)]


def by_tyro(default, words):
    """What tyro makes of it: the options, or its one-line complaint."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(arguments, "plain_options", lambda *_: None)
            return arguments.parse(type(default), words, "x", default)
    except UserError as error:
        return str(error)


@given(
    st.lists(st.tuples(st.sampled_from(FLAGS), st.sampled_from(WORDS), st.sampled_from(["_ ", "- ", "_=", "-=", "-"])))
)
def test_what_is_read_is_what_tyro_reads(pairs):
    words = []
    for name, value, way in pairs:
        flag = "--" + name.replace("_", way[0])
        words += [flag] if len(way) == 1 else [f"{flag}={value}"] if way[1] == "=" else [flag, value]
    try:
        found = plain_options(TRAIN, words)
    except UserError as error:
        assert str(error) == by_tyro(TRAIN, words)
        return
    if found is not None:
        assert found == by_tyro(TRAIN, words)


@pytest.mark.parametrize(
    "words",
    [[], ["--max_iters", "5"], ["--max-iters=5", "--learning_rate", "1e-3"], ["--gpt_by_hand", "--out_dir", "a b"]],
)
def test_usual_command_lines_are_plain(words):
    assert plain_options(TRAIN, words) == by_tyro(TRAIN, words) != TRAIN or words == []


@pytest.mark.parametrize(
    "words",
    [["--help"], ["-h"], ["--max_iter", "5"], ["5"], ["--max_iters"], ["--max_iters", "x"], ["--engine", "g"]],
)
def test_the_rest_is_left_to_tyro(words):
    assert plain_options(TRAIN, words) is None


def test_generate_too():
    words = ["--prompt", "hello", "--temperature", "0.5", "--show-probabilities", "--top_k=3"]
    found = plain_options(GENERATE, words)
    assert found == by_tyro(GENERATE, words)
    assert (found.prompt, found.sampling.temperature, found.sampling.top_k) == ("hello", 0.5, 3)
