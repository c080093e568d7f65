"""nanoGPT's ckpt.pt, as its train.py writes it: plain values only."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.engines.torch.module import Sizes
from gpt_by_hand.interop.places import open_model
from tests.support.commands import Command, process, refused
from tests.support.hugging_face import formula_logits, twin_logits
from tests.witness.torch_gpt import init_like_nanogpt

torch = pytest.importorskip("torch", reason="pip install 'gpt-by-hand[torch]'")
ARGS = {"n_layer": 2, "n_head": 2, "n_embd": 8, "block_size": 6, "bias": False, "vocab_size": 11, "dropout": 0.1}
META = {"vocab_size": 11, "itos": dict(enumerate("abcdefghij\n")), "stoi": {c: n for n, c in enumerate("abcdefghij\n")}}


def saved(path: Path, prefix: str = "", **changes: Any) -> Any:
    """A checkpoint of nanoGPT's, with the weights that it draws; returns the witness."""
    args = {**ARGS, **{key: value for key, value in changes.items() if key in ARGS}}
    sizes = Sizes(
        vocab_size=args["vocab_size"],
        seq_length=args["block_size"],
        num_layers=args["n_layer"],
        num_heads=args["n_head"],
        dim_embedding=args["n_embd"],
        use_bias=args["bias"],
    )
    model = init_like_nanogpt(sizes, 7)
    state = {prefix + name: parameter.detach() for name, parameter in model.named_parameters()}
    state[f"{prefix}lm_head.weight"] = state[f"{prefix}transformer.wte.weight"]
    content = {"model": state, "optimizer": {"state": {}, "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.99)}]}}
    rest = {"model_args": args, "iter_num": 250, "best_val_loss": torch.tensor(1.5), "config": {"dataset": "x"}}
    more = {key: value for key, value in changes.items() if key not in ARGS}
    torch.save({**content, **rest, **more}, path)
    return model.eval()


@pytest.mark.parametrize("prefix", ["", "_orig_mod.", "module.", "_orig_mod.module."])
@pytest.mark.parametrize("bias", [False, True])
def test_the_same_logits(tmp_path: Path, prefix: str, bias: bool) -> None:
    witness = saved(tmp_path / "ckpt.pt", prefix, bias=bias)
    found = open_model(str(tmp_path / "ckpt.pt"))
    assert (found.iteration, found.config.use_bias, found.config.gelu) == (250, bias, "exact")
    assert found.config.dropout_rate == 0.1
    batch = np.array([[3, 1, 4, 1, 5]])
    with torch.no_grad():
        wanted = witness(torch.from_numpy(batch))
    wanted = (wanted[0] if isinstance(wanted, tuple) else wanted)[0].numpy()
    np.testing.assert_allclose(twin_logits(found, batch), wanted, atol=1e-5)
    np.testing.assert_allclose(formula_logits(found, batch), wanted, atol=1e-5)


def test_its_words(command: Command, tmp_path: Path) -> None:
    """Those of the meta.pkl beside it, or of another one; else tokens are numbers."""
    saved(tmp_path / "ckpt.pt")
    assert not open_model("ckpt.pt").has_words
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.pkl").write_bytes(pickle.dumps(META))
    result = command("convert", "ckpt.pt", "ours", "--tokenizer", "data/meta.pkl")
    assert "after 250 iterations" in result.out
    assert open_model("ours").tokenizer.encode("bad\n") == [1, 0, 3, 10]
    (tmp_path / "data" / "meta.pkl").rename(tmp_path / "meta.pkl")
    assert open_model("ckpt.pt").tokenizer == open_model(".").tokenizer == open_model("ours").tokenizer
    assert open_model("ours").iteration == 250


def test_masks_of_any_kind_are_left_out(tmp_path: Path) -> None:
    saved(tmp_path / "ckpt.pt")
    content = torch.load(tmp_path / "ckpt.pt")
    content["model"]["transformer.h.0.attn.bias"] = torch.ones(1, 1, 6, 6, dtype=torch.bool)
    content["iter_num"] = 10**30
    torch.save(content, tmp_path / "ckpt.pt")
    found = open_model(str(tmp_path / "ckpt.pt"))
    assert "transformer.h.0.attn.bias" not in found.weights
    assert found.iteration is None


PLAIN = {
    "a number of NumPy's": {"best_val_loss": np.float64(1.5)},
    "many numbers": {
        "best_val_loss": {k: np.dtype(k).type(1) for k in ("f2", "f4", "f8", "i1", "i8", "u2", "?", "c8")}
    },
    "text of NumPy's": {"config": {"dataset": np.str_("x")}},
    "arrays": {"rng": ("MT19937", np.arange(5, dtype=np.uint32), 3, 0, 0.0), "times": np.array([None], object)},
    "sets": {"config": {"tags": {"a", "b"}, "more": frozenset(["c"]), "all": (("a",), ({"b"},))}},
    "bytes": {"git": b"\x00\xff", "b": bytearray(b"x"), "c": 1j},
    "the iteration": {"iter_num": np.int64(250)},
    "sizes": {"model_args": {name: np.int64(n) if type(n) is int else n for name, n in ARGS.items()}},
}


@pytest.mark.parametrize("changes", PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("zipped", [True, False])
def test_plain_data_are_read(tmp_path: Path, changes: dict[str, Any], zipped: bool) -> None:
    """Numbers of NumPy's, tuples, sets, and whatever else runs nothing; in both of PyTorch's forms."""
    saved(tmp_path / "ckpt.pt", **changes)
    content = torch.load(tmp_path / "ckpt.pt", weights_only=False)
    torch.save(content, tmp_path / "ckpt.pt", _use_new_zipfile_serialization=zipped)
    assert open_model(str(tmp_path / "ckpt.pt")).iteration == 250


def nested(depth: int = 20) -> tuple[Any, ...]:
    """A tuple that holds one tuple twice, which holds one twice, ...: 2 ** depth of them to look at."""
    found: tuple[Any, ...] = ()
    for _ in range(depth):
        found = (found, found)
    return found


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("evil"),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"config": Evil()},
            ["ckpt.pt holds more than tensors and plain values: 'config' would", "run code", "refused"],
        ),
        ({"config": {"x": [Evil()]}}, ["'config', 'x' would import and call builtins.getattr"]),
        ({"iter_num": Path("x")}, ["ckpt.pt holds more than tensors and plain values: 'iter_num' holds a pathlib."]),
        ({"config": {"day": np.datetime64("2024-01-01")}}, ["of the kind 'M8'"]),
        ({"model_args": {**ARGS, "n_head": nested()}}, ["n_head of type tuple, not a whole number"]),
        ({"model": 3}, ["no checkpoint of nanoGPT"]),
        ({"model_args": {**ARGS, "n_layer": 1}}, ["h.1.", "is unknown"]),
        ({"model_args": {**ARGS, "n_layer": 3}}, ["h.2.", "is missing"]),
        ({"model_args": {**ARGS, "n_embd": 16}}, ["wte.weight is 11 x 8, not 11 x 16"]),
        ({"model_args": {**ARGS, "n_head": 3}}, ["num_heads 3 does not divide"]),
        ({"model_args": {**ARGS, "n_head": None}}, ["n_head None, not a whole number"]),
        ({"model_args": {**ARGS, "dropout": 10**400}}, ["ckpt.pt", "too large"]),
        ({"model_args": {**ARGS, "dropout": "x" * 3000}}, ["ckpt.pt", "could not convert"]),
        ({"model": {"transformer.wte.weight": 3}}, ["transformer.wte.weight is no tensor of floats"]),
        ({"model": {3: torch.zeros(2)}}, ["3 is no tensor of floats"]),
        ({"model": {"a": torch.zeros(2).to_sparse()}}, ["a is no plain tensor", "Sparse"]),
        ({"model": {"a": torch.zeros(2, device="meta")}}, ["a is no plain tensor", "meta"]),
        ({"model": {"a": torch.zeros(2), "module.a": torch.zeros(2)}}, ["a twice, with another prefix"]),
    ],
    ids=lambda value: str(list(value))[:40],
)
def test_refused(command: Command, tmp_path: Path, changes: dict[str, Any], said: list[str]) -> None:
    saved(tmp_path / "ckpt.pt", **changes)
    result = command("convert", "ckpt.pt", "ours")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), result
    assert not [word for word in said if word not in result.err], result.err
    assert [path.name for path in tmp_path.iterdir()] == ["ckpt.pt"]


def test_a_plain_pickle_is_refused_in_one_line(tmp_path: Path) -> None:
    """PyTorch has a warning for it, too."""
    (tmp_path / "ckpt.pt").write_bytes(pickle.dumps(META, protocol=4))
    result = process("convert", "ckpt.pt", "ours", cwd=tmp_path)
    assert "ckpt.pt" in refused(result)


@pytest.mark.parametrize("keep", [0, 10, 1000, -50])
def test_truncated(command: Command, tmp_path: Path, keep: int) -> None:
    saved(tmp_path / "ckpt.pt")
    path = tmp_path / "ckpt.pt"
    path.write_bytes(path.read_bytes()[:keep])
    result = command("convert", "ckpt.pt", "ours")
    assert (result.code, result.err.count("\n")) == (2, 1), result
    assert "ckpt.pt" in result.err
