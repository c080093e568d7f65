"""Hugging Face's GPT-2s come and go: the same logits by every engine and by transformers, the same tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gpt_by_hand import GPT
from gpt_by_hand.errors import UserError
from gpt_by_hand.interop import hugging_face
from gpt_by_hand.interop.places import open_model, write
from tests.support.byte_pairs import small_tokenizer
from tests.support.commands import Command
from tests.support.hugging_face import (
    formula_logits,
    loaded,
    random_gpt2,
    their_logits,
    tokens,
    transformers,
    twin_logits,
)

CLOSE = 1e-4


def same_everywhere(model: Any, theirs: Path, folder: Path, close: float = CLOSE) -> None:
    """The model that lies in `theirs` converts, computes the same here, and comes back as the same."""
    batch = tokens(model)
    wanted = their_logits(model, batch)
    write(open_model(str(theirs)), "gpt-by-hand", folder / "ours")
    ours = open_model(str(folder / "ours"))
    np.testing.assert_allclose(twin_logits(ours, batch), wanted, atol=close, rtol=0)
    np.testing.assert_allclose(formula_logits(ours, batch), wanted, atol=close, rtol=0)
    write(ours, "hf", folder / "back")
    np.testing.assert_array_equal(their_logits(loaded(folder / "back"), batch), wanted)


@pytest.mark.parametrize(
    ("settings", "shard"),
    [
        ({}, "5GB"),
        ({}, "20KB"),
        ({"activation_function": "gelu"}, "5GB"),
        ({"n_layer": 1, "n_head": 1, "n_inner": 96, "attn_pdrop": 0.2}, "5GB"),
    ],
    ids=["one file", "many files", "exact gelu", "one head"],
)
def test_the_same_model(tmp_path: Path, settings: dict[str, Any], shard: str) -> None:
    model = random_gpt2(tmp_path / "theirs", shard, **settings)
    assert (tmp_path / "theirs" / "model.safetensors").exists() == (shard == "5GB")
    same_everywhere(model, tmp_path / "theirs", tmp_path)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_short_numbers(tmp_path: Path, dtype: str) -> None:
    same_everywhere(random_gpt2(tmp_path / "theirs", dtype=dtype), tmp_path / "theirs", tmp_path)


def test_the_smallest_gpt2(tmp_path: Path) -> None:
    """124,439,808 parameters; 20 seconds and 2.5 GB."""
    sizes = {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12}
    model = random_gpt2(tmp_path / "theirs", **sizes)
    same_everywhere(model, tmp_path / "theirs", tmp_path)


def test_the_check_can_fail(tmp_path: Path) -> None:
    model = random_gpt2(tmp_path / "theirs")
    model.transformer.h[1].mlp.c_fc.bias.data[3] += 0.1
    with pytest.raises(AssertionError):
        same_everywhere(model, tmp_path / "theirs", tmp_path)


def test_names_and_buffers_of_the_first_gpt2(tmp_path: Path) -> None:
    """As it was published: no `transformer.` in front, the causal masks among the weights."""
    model = random_gpt2(tmp_path)
    arrays = {
        name.removeprefix("transformer."): array for name, array in load_file(tmp_path / "model.safetensors").items()
    }
    masks = {
        f"h.{n}.attn.{name}": np.ones((1, 1, 16, 16), np.float32) for n in range(3) for name in ("bias", "masked_bias")
    }
    save_file({**arrays, **masks, "lm_head.weight": arrays["wte.weight"]}, tmp_path / "model.safetensors")
    batch = tokens(model)
    np.testing.assert_allclose(formula_logits(open_model(str(tmp_path)), batch), their_logits(model, batch), atol=CLOSE)


def test_what_is_written_is_read_by_numpy_alone(tmp_path: Path, trained: Path) -> None:
    """Without transformers: a model without biases comes back as it was."""
    before = open_model(str(trained / "out"))
    write(before, "hf", tmp_path / "hf")
    assert "zeros" in before.notes[-1]
    with_biases = open_model(str(tmp_path / "hf"))
    assert with_biases.config.use_bias
    assert with_biases.tokenizer == before.tokenizer
    after = with_biases.without_zero_biases()
    assert after.config == before.config
    for name, array in before.weights.items():
        np.testing.assert_array_equal(array, after.weights[name])
    with_biases.weights["transformer.ln_f.bias"][2] = 1e-9
    with pytest.raises(UserError, match=r"ln_f\.bias is not 0 everywhere"):
        with_biases.without_zero_biases()


def test_the_same_text_has_the_same_tokens_and_logits(command: Command, tmp_path: Path) -> None:
    """A demo checkpoint, by AutoTokenizer and AutoModelForCausalLM."""
    library = transformers()
    command("train", "--max_iters", 50, "--eval_interval", 50, "--engine", "numpy")
    assert command("convert", "out", "hf").code == 0
    ours, model = GPT.load("out"), loaded(tmp_path / "hf")
    words = library.AutoTokenizer.from_pretrained(tmp_path / "hf")
    for text in ("hello world", "To be, or not".replace(",", ""), "once  upon", "i love gpt ", " Machine LEARNING"):
        found = words(text)["input_ids"]
        assert found == ours.tokenizer.encode(text)
        assert words.decode(found) == ours.tokenizer.decode(found) == text.lower()
        batch = np.array([found])
        traced = ours.trace(text)["logits"][0][:, :32]
        np.testing.assert_allclose(their_logits(model, batch), traced, atol=1e-6)
    assert model.generation_config.max_length == 8
    assert command("convert", "hf", "again", "--drop_zero_bias").code == 0
    prompt = ("--prompt", "hello", "--engine", "numpy")
    assert command("generate", *prompt).out == command("generate", *prompt, "--out_dir", "again").out


@pytest.mark.parametrize("kind", ["char", "bpe"])
def test_other_words(command: Command, tmp_path: Path, kind: str) -> None:
    library = transformers()
    text = "It was the age of wisdom; it was 東京.\nIt's the age of foolishness, isn't it?\n" * 20
    Path("text.txt").write_text(text, encoding="utf-8")
    small_tokenizer_json(tmp_path)
    command("prepare", "text", "text.txt", "--tokenizer", "char" if kind == "char" else "words")
    tiny = ("--preset", "pocket", "--dataset", "text", "--max_iters", 1, "--eval_iters", 1, "--engine", "numpy")
    assert command("train", *tiny).code == 0
    assert command("convert", "out", "hf").code == 0
    words, ours = library.AutoTokenizer.from_pretrained(tmp_path / "hf"), GPT.load("out").tokenizer
    found = words(text)["input_ids"]
    assert found == ours.encode(text)
    assert words.decode(found) == text
    assert open_model("hf").tokenizer == ours == open_model("out").tokenizer
    assert open_model("hf").tokenizer.kind == kind


def small_tokenizer_json(folder: Path) -> None:
    from gpt_by_hand.data.tokenizer_json import tokenizer_bytes

    (folder / "words").mkdir()
    (folder / "words" / "tokenizer.json").write_bytes(tokenizer_bytes(small_tokenizer()))


def theirs(folder: Path, model: Path) -> None:
    """A folder of Hugging Face's, written by us."""
    write(open_model(str(model)), "hf", folder)


def config(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return change


def tensors(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        arrays = dict(load_file(folder / "model.safetensors"))
        change(arrays)
        save_file(arrays, folder / "model.safetensors")

    return do


def file(name: str, content: str | bytes | None) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return do


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def not_finite(arrays: dict[str, np.ndarray]) -> None:
    table = arrays["transformer.wte.weight"]
    table[1, 2] = np.nan
    arrays["lm_head.weight"] = table.copy()


HEADER = b'{"ln_f.weight": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}}'
EIGHT_BITS = len(HEADER).to_bytes(8, "little") + HEADER + b"x"
LN_F, C_FC = "transformer.ln_f.weight", "transformer.h.0.mlp.c_fc.weight"
BAD: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "another type": (config(model_type="llama"), ["of type 'llama': only gpt2"]),
    "activation": (config(activation_function="relu"), ["the activation 'relu'", "gelu_new"]),
    "layer scale": (config(scale_attn_by_inverse_layer_idx=True), ["scale_attn_by_inverse_layer_idx True"]),
    "no scale": (config(scale_attn_weights=False), ["scale_attn_weights False"]),
    "epsilon": (config(layer_norm_epsilon=1e-6), ["layer_norm_epsilon 1e-06"]),
    "inner": (config(n_inner=7), ["n_inner 7"]),
    "text for a size": (config(n_embd="8"), ["n_embd is 8, not a whole number"]),
    "heads": (config(n_head=3), ["config.json: num_heads 3 does not divide"]),
    "too many layers": (config(n_layer=60000), ["does not hold 60000 layers"]),
    "one layer more": (config(n_layer=2), ["h.1.attn.c_attn.bias is missing", "and 6 more"]),
    "other width": (config(n_embd=16), ["wte.weight is 32 x 8, not 32 x 16", "and 10 more"]),
    "other vocabulary": (config(vocab_size=40), ["wte.weight is 32 x 8, not 40 x 8"]),
    "words of another": (config(vocab_size=20), ["32 entries", "knows 20", "another model"]),
    "dropout": (config(resid_pdrop="x"), ["a dropout rate is no number"]),
    "high dropout": (config(resid_pdrop=2, attn_pdrop=2, embd_pdrop=2), ["no number from 0", "[2, 2, 2]"]),
    "endless dropout": (config(resid_pdrop=10**400), ["a dropout rate is no number"]),
    "activation a list": (config(activation_function=["gelu"]), ["the activation"]),
    "two sizes": (config(num_attention_heads=4), ["n_head 2 and num_attention_heads 4, which mean the same"]),
    "no head of its own": (config(tie_word_embeddings=False), ["tie_word_embeddings False, but lm_head.weight"]),
    "config cut off": (file("config.json", "{"), ["config.json is damaged"]),
    "config a list": (file("config.json", "[]"), ["config.json is damaged: it is no dictionary"]),
    "no tensors": (file("model.safetensors", None), ["neither model.safetensors nor"]),
    "tensors cut off": (cut, ["model.safetensors is truncated"]),
    "tensors empty": (file("model.safetensors", ""), ["model.safetensors is truncated"]),
    "no safetensors": (file("model.safetensors", b"\x80\x02" * 50), ["is truncated, or no safetensors file"]),
    "one is missing": (tensors(lambda a: a.pop(LN_F)), [f"{LN_F} is missing"]),
    "one too many": (tensors(lambda a: a.update(score=np.zeros(3, np.float32))), ["score is unknown"]),
    "not turned": (tensors(lambda a: a.update({C_FC: a[C_FC].T.copy()})), [f"{C_FC} is 8 x 32, not 32 x 8"]),
    "whole numbers": (tensors(lambda a: a.update({LN_F: np.ones(8, np.int64)})), ["I64 numbers"]),
    "not finite": (tensors(lambda a: a[LN_F].fill(np.nan)), ["not finite", LN_F]),
    "twice": (tensors(lambda a: a.update({"ln_f.weight": a[LN_F] + 1})), [f"{LN_F} twice, with another prefix"]),
    "not finite, twice": (tensors(not_finite), ["not finite", "wte"]),
    "eight bits": (file("model.safetensors", EIGHT_BITS), ["ln_f.weight holds F8_E4M3 numbers"]),
    "a head of its own": (tensors(lambda a: a.update({"lm_head.weight": np.ones((32, 8), np.float32)})), ["own"]),
    "tokenizer cut off": (file("tokenizer.json", "{"), ["tokenizer.json is damaged"]),
    "another tokenizer": (file("tokenizer.json", '{"model": {"type": "Unigram"}}'), ["made by Unigram"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_folders(command: Command, trained: Path, name: str) -> None:
    """One line, exit code 2, and nothing is written."""
    spoil, words = BAD[name]
    theirs(trained / "hf", trained / "out")
    spoil(trained / "hf")
    before = {path for path in trained.rglob("*") if ".cache" not in path.parts}
    result = command("convert", "hf", "new")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), result
    assert not [word for word in words if word not in result.err], result.err
    assert {path for path in trained.rglob("*")} == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"weight_map": 3}', "does not say which file"),
        ('{"weight_map": {"a": "../model.safetensors"}}', "does not say which file"),
        ('{"weight_map": {"a": "part.safetensors"}}', "part.safetensors"),
        *(
            (json.dumps({"weight_map": {"a": name}}), "does not say which file")
            for name in ("../../etc/passwd", "/etc/passwd", "..", "", "a\0b", "\ud800", None)
        ),
        ("{", "is damaged"),
    ],
)
def test_bad_index(tmp_path: Path, trained: Path, content: str, said: str) -> None:
    theirs(tmp_path / "hf", trained / "out")
    (tmp_path / "hf" / "model.safetensors").unlink()
    (tmp_path / "hf" / "model.safetensors.index.json").write_text(content)
    with pytest.raises(UserError, match=re.escape(said)):
        open_model(str(tmp_path / "hf")).load()


def test_an_index_that_names_more_than_there_is(tmp_path: Path, trained: Path) -> None:
    theirs(tmp_path / "hf", trained / "out")
    (tmp_path / "hf" / "model.safetensors").rename(tmp_path / "hf" / "part.safetensors")
    places = {"weight_map": {"transformer.more": "part.safetensors"}}
    (tmp_path / "hf" / "model.safetensors.index.json").write_text(json.dumps(places))
    with pytest.raises(UserError, match=r"do not hold transformer\.more"):
        open_model(str(tmp_path / "hf")).load()


def test_a_tensor_in_two_parts(tmp_path: Path) -> None:
    random_gpt2(tmp_path, "20KB")
    first, second = sorted(tmp_path.glob("model-*.safetensors"))[:2]
    save_file({**load_file(second), **load_file(first)}, second)
    with pytest.raises(UserError, match=f"{second.name} holds transformer.*and so does another part"):
        open_model(str(tmp_path)).load()


def test_no_words_no_tokenizer(tmp_path: Path, trained: Path) -> None:
    """Tokens are numbers then, and no tokenizer.json is made of them."""
    theirs(tmp_path / "hf", trained / "out")
    (tmp_path / "hf" / "tokenizer.json").unlink()
    model = open_model(str(tmp_path / "hf"))
    assert "has no tokenizer" in model.notes[0]
    assert (model.has_words, model.tokenizer.encode("3 1 31")) == (False, [3, 1, 31])
    write(model, "hf", tmp_path / "again")
    assert not (tmp_path / "again" / "tokenizer.json").exists()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "pytorch_model-00001-of-00002.bin"])
def test_pickled_tensors_are_not_read(tmp_path: Path, trained: Path, name: str) -> None:
    theirs(tmp_path / "hf", trained / "out")
    (tmp_path / "hf" / "model.safetensors").rename(tmp_path / "hf" / name)
    with pytest.raises(UserError, match=r"pytorch_model\.bin is not read: save it again with transformers"):
        open_model(str(tmp_path / "hf")).load()


def test_the_other_names_of_the_sizes(tmp_path: Path) -> None:
    """GPT2Config takes them, too; with 12 heads, its default, the logits would be others."""
    model = random_gpt2(tmp_path)
    path = tmp_path / "config.json"
    content = json.loads(path.read_text())
    for name, other in hugging_face.OTHER_NAMES.items():
        content[other] = content.pop(name)
    path.write_text(json.dumps(content))
    batch = tokens(model)
    np.testing.assert_array_equal(their_logits(loaded(tmp_path), batch), their_logits(model, batch))
    np.testing.assert_allclose(formula_logits(open_model(str(tmp_path)), batch), their_logits(model, batch), atol=CLOSE)


def test_what_a_config_may_leave_out(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    found = hugging_face.read_config(tmp_path, [])
    assert (found.vocab_size, found.seq_length, found.dim_embedding, found.gelu) == (50257, 1024, 768, "tanh")
