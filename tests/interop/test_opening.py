"""One way to open a model: every kind of source, through every command, is the same model, or the same sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand import GPT, UserError
from gpt_by_hand.data.meta import meta_bytes
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.interop import hub
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.generation import Generator
from gpt_by_hand.training.start import Arrays, start_weights
from tests.support.commands import TINY, Command, refused

PROMPT = "hello world"
Logits = Callable[[Command, str], np.ndarray]


def computed(folder: str | Path, weights: Arrays | None = None) -> np.ndarray:
    """The last logits [v] of the prompt, by the weights that are given, or those in the checkpoint."""
    saved = checkpoint.load(Path(folder))
    generator = Generator(saved.model, saved.tokenizer, weights or saved.state.weights)
    return generator.logits(generator.encode(PROMPT))


def by_generate(command: Command, source: str) -> np.ndarray:
    seen: list[np.ndarray] = []
    with pytest.MonkeyPatch.context() as patch:
        compute = Generator.logits
        patch.setattr(Generator, "logits", lambda self, tokens: seen.append(compute(self, tokens)) or seen[-1])
        options = ("--prompt", PROMPT, "--max_tokens", 1, "--engine", "numpy")
        done(command, "generate", "--init_from", source, *options)
    return seen[0]


def by_trace(command: Command, source: str) -> np.ndarray:
    options = ("--prompt", PROMPT, "--only", "logits", "--format", "json")
    first, second = (done(command, "trace", how, source, *options) for how in ("--init_from", "--checkpoint"))
    assert json.loads(first)["logits"]["values"] == json.loads(second)["logits"]["values"]
    return np.array(json.loads(first)["logits"]["values"][0][-1])


def by_explain(command: Command, source: str) -> np.ndarray:
    options = ("--prompt", PROMPT, "--format", "json", "--checkpoint", source)
    values = [done(command, "explain", f"logits[0,2,{v}]", *options) for v in (0, 9, 31)]
    return np.array([json.loads(said)["value"] for said in values])


def by_convert(command: Command, source: str) -> np.ndarray:
    done(command, "convert", source, "new", "--to", "gpt-by-hand")
    return computed("new")


def by_train(command: Command, source: str) -> np.ndarray:
    options = ("--max_iters", 1, "--learning_rate", 0, "--min_lr", 0, "--engine", "numpy")
    done(command, "train", "--init_from", source, "--out_dir", "new", *TINY, *options)
    return computed("new")


def by_python(command: Command, source: str) -> np.ndarray:
    return np.asarray(GPT.load(source).trace(PROMPT)["logits"][0, -1])


WAYS: dict[str, Logits] = {
    "generate": by_generate,
    "trace": by_trace,
    "explain": by_explain,
    "convert": by_convert,
    "train": by_train,
    "Python": by_python,
}
SOURCES = ["out", "hf", "nano", "nano/ckpt.pt", "gpt2", "pocket:7"]


def done(command: Command, *arguments: object) -> str:
    result = command(*arguments)
    assert result.code == 0, result
    return result.out


@pytest.fixture
def models(trained: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trained model in out, as Hugging Face's in hf, which `gpt2` is fetched as, and as nanoGPT's in nano."""
    done(command, "convert", "out", "hf")
    monkeypatch.setattr(hub, "fetched", lambda name: trained / "hf")
    return trained


def make_nano(folder: Path) -> None:
    torch = pytest.importorskip("torch", reason="pip install 'gpt-by-hand[torch]'")
    saved, stored = checkpoint.load(Path("out")), {}
    for parameter in parameters(saved.model):
        stored[parameter.name] = torch.from_numpy(saved.state.weights[parameter.name].reshape(parameter.stored_shape))
    model = saved.model
    sizes = {"n_layer": model.num_layers, "n_head": model.num_heads, "n_embd": model.dim_embedding}
    sizes |= {"block_size": model.seq_length, "vocab_size": model.vocab_size, "bias": model.use_bias}
    folder.mkdir()
    torch.save({"model": stored, "model_args": sizes}, folder / "ckpt.pt")
    (folder / "meta.pkl").write_bytes(meta_bytes(saved.tokenizer))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("source", SOURCES)
def test_the_same_model(models: Path, command: Command, source: str, way: str) -> None:
    if source.startswith("nano"):
        make_nano(models / "nano")
    drawn = start_weights(MODEL_PRESETS["pocket"], RandomStream(7)) if source == "pocket:7" else None
    wanted = computed("out", drawn)
    found = WAYS[way](command, source)
    np.testing.assert_allclose(found, wanted[[0, 9, 31]] if way == "explain" else wanted, rtol=1e-5, atol=1e-6)


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


BAD: dict[str, Callable[[Path], object]] = {
    "nowhere": lambda path: None,
    "pocket:x": lambda path: None,
    "pencil": lambda path: None,
    "pocket:4294967296": lambda path: None,
    "gpt2:7": lambda path: None,
    "empty": lambda path: path.mkdir(),
    "hf/config.json": lambda path: None,
    "hf": lambda path: damage(path / "model.safetensors"),
    "out": lambda path: damage(path / "checkpoint.json"),
    "moved": lambda path: damage(next(shutil.copytree("out", path).glob("weights-*"))),
}


@pytest.mark.parametrize("source", BAD)
def test_the_same_sentence(models: Path, command: Command, source: str) -> None:
    BAD[source](models / source)
    with pytest.raises(UserError) as caught:
        GPT.load(source)
    said = f"error: {caught.value}\n"
    assert source.partition(":")[0] in said or source == "gpt2:7" or "seed" in said
    prompt = ("--prompt", PROMPT)
    assert refused(command("generate", "--init_from", source, *prompt)) == said
    assert refused(command("generate", "--out_dir", source, *prompt)) == said
    assert refused(command("trace", "--init_from", source, *prompt)) == said
    assert refused(command("trace", "--checkpoint", source, *prompt)) == said
    assert refused(command("trace", "--checkpoint", source)) == said
    assert refused(command("explain", "logits[0,0,1]", "--checkpoint", source, *prompt)) == said
    assert refused(command("convert", source, "new")) == said
    assert refused(command("train", "--init_from", source, "--out_dir", "new", *TINY)) == said


def test_weights_are_read_when_they_are_asked_for(models: Path) -> None:
    damage(models / "hf" / "model.safetensors")
    model = open_model("hf")
    assert (model.config.num_layers, len(model.tokenizer), model.iteration) == (1, 32, None)
    with pytest.raises(UserError, match="is truncated, or no safetensors file"):
        model.load()


def test_weights_are_drawn_anew_each_time() -> None:
    model = open_model("pencil:3")
    for name, array in model.load().items():
        np.testing.assert_array_equal(array, model.load()[name])


def test_float64_is_said_to_be_rounded(models: Path) -> None:
    from safetensors.numpy import load_file, save_file

    file = models / "hf" / "model.safetensors"
    assert open_model("hf").weights
    save_file({name: array.astype(np.float64) for name, array in load_file(file).items()}, file)
    model = open_model("hf")
    assert {array.dtype for array in model.weights.values()} == {np.dtype(np.float32)}
    assert model.notes == ["the weights in hf are float64, and rounded to float32 here"]


@pytest.mark.parametrize(("source", "said"), [("pocket:7", "drawn with seed 7"), ("hf", "a trained weight")])
def test_where_the_weights_of_an_iteration_come_from(models: Path, command: Command, source: str, said: str) -> None:
    """The run's own stream has not drawn them: they are not followed into it."""
    assert said in done(command, "explain", "transformer.wte.weight[8,3]", "--checkpoint", source)
