"""Loading: whatever has happened to the files, one line says which of them is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpt_by_hand.errors import UserError
from gpt_by_hand.training import checkpoint
from tests.support.damage import Keys, change, rename, replace_tensors

WRONG: dict[str, Any] = {
    "null": None,
    "list": [1],
    "text": "x",
    "dictionary": {"a": 1},
    "huge": 10**400,
    "large": 10**12,
    "negative": -(10**6),
    "infinite": float("inf"),
    "nan": float("nan"),
    "true": True,
}
# What may be so: any text is a folder's or a data set's name, and a seed, a time or an iteration may be large.
WORD = ("tokenizer", "words", 0)
FINE: dict[str, set[Keys]] = {
    "text": {WORD} | {("train", name) for name in ("dataset", "data_dir", "out_dir", "device")},
    "large": {
        ("iteration",),
        ("tokens",),
        ("seconds",),
        ("next_starts", 0),
        ("random", "draws"),
        ("train", "eval_interval"),
    }
    | {("evaluation", name) for name in ("iteration", "train_loss", "val_loss", "learning_rate", "tokens", "seconds")}
    | {("model", "init_std")}
    | {("train", name) for name in ("learning_rate", "min_lr", "weight_decay", "grad_clip", "eps")},
    "null": {("evaluation",), ("random", "spare_normal"), ("optimizer",)},
    "true": {("train", name) for name in ("compile", "recompute", "shard")},
}


@pytest.fixture
def out(trained: Path) -> Path:
    return trained / "out"


def refuses(out: Path, *words: str) -> str:
    """Assert that the checkpoint is refused in one line with the words; returns it."""
    with pytest.raises(UserError) as caught:
        checkpoint.load(out)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 600
    assert not [word for word in words if word not in said], said
    return said


def keys_of(data: Any, before: Keys = ()) -> list[Keys]:
    """The way to each entry, dictionaries inside of dictionaries included, and to the first entry of each list."""
    inner = data.items() if isinstance(data, dict) else enumerate(data[:1]) if isinstance(data, list) else ()
    return [way for key, value in inner for way in [(*before, key), *keys_of(value, (*before, key))]]


INDEX_KEYS: list[Keys] = [
    *[(key,) for key in ("format", "weights", "optimizer", "model", "train", "tokenizer", "iteration", "tokens")],
    *[("seconds",), ("evaluation",), ("next_starts",), ("next_starts", 0), ("random",)],
    *[("model", f) for f in checkpoint.ModelConfig.__dataclass_fields__],
    *[("train", f) for f in checkpoint.TrainConfig.__dataclass_fields__],
    *[("tokenizer", "kind"), ("tokenizer", "words"), ("tokenizer", "words", 0)],
    *[("evaluation", f) for f in checkpoint.Metrics.__dataclass_fields__],
    *[("random", key) for key in ("seed", "draws", "key", "position", "spare_normal")],
    ("random", "key", 0),
]


def test_all_keys_are_tried(out: Path) -> None:
    assert set(INDEX_KEYS) == set(keys_of(json.loads((out / "checkpoint.json").read_text())))


NEEDED = [way for way in INDEX_KEYS if way != WORD and way not in {("train", name) for name in checkpoint.LATER}]


@pytest.mark.parametrize("way", NEEDED, ids=lambda way: ".".join(map(str, way)))
def test_missing_entry(out: Path, way: Keys) -> None:
    change(out, way, lambda inside, key: inside.pop(key))
    refuses(out, "checkpoint.json is damaged")


def test_a_checkpoint_of_version_0_1_0_was_trained_with_numpy(out: Path) -> None:
    change(out, ("train", "engine"), lambda inside, key: inside.pop(key))
    assert checkpoint.load(out).train.engine == "numpy"


@pytest.mark.parametrize("way", INDEX_KEYS, ids=lambda way: ".".join(map(str, way)))
def test_wrong_entry(out: Path, way: Keys) -> None:
    path = out / "checkpoint.json"
    before = path.read_text()
    for wrong, value in WRONG.items():
        path.write_text(before)
        change(out, way, lambda inside, key, value=value: inside.__setitem__(key, value))
        if way in FINE.get(wrong, ()):
            checkpoint.load(out)
        elif json.loads(path.read_text()) != json.loads(before):
            refuses(out, str(out))


@pytest.mark.parametrize("name", ["checkpoint.json", "weights-*", "optimizer-*"])
@pytest.mark.parametrize("keep", [0, 1, 8, 100, 2000, -2])
def test_truncated(out: Path, name: str, keep: int) -> None:
    path = next(out.glob(name))
    path.write_bytes(path.read_bytes()[:keep])
    refuses(out, path.name, "damaged" if name[0] == "c" else "truncated")


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 100,
        b"\xff\xfe",
        b"[]",
        b"3",
        b'"format"',
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5000,
    ],
)
def test_garbage(out: Path, content: bytes) -> None:
    (out / "checkpoint.json").write_bytes(content)
    refuses(out, "checkpoint.json is damaged", "train again, or restore the file")


def test_another_format(out: Path) -> None:
    change(out, ("format",), lambda inside, key: inside.__setitem__(key, 3))
    refuses(out, "has format 3, and this program reads formats 1 and 2")


@pytest.mark.parametrize("kind", ["weights", "optimizer"])
@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "{}", "x/{}", "../out/{}", "./{}", "{}\n", "{}\0", "", ".", "metrics.jsonl"],
)
def test_a_file_elsewhere_is_never_opened(out: Path, kind: str, name: str) -> None:
    real = next(out.glob(f"{kind}-*")).name
    if name == "{}":
        name = real.upper()
    change(out, (kind,), lambda inside, key: inside.__setitem__(key, name.format(real)))
    refuses(out, "checkpoint.json is damaged", "is no file of a checkpoint")


def test_missing_tensors(out: Path) -> None:
    path = next(out.glob("weights-*"))
    path.unlink()
    refuses(out, f"cannot read {path}: No such file")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("kind", "name"), [("weights", "transformer.ln_f.weight"), ("optimizer", "m.transformer.ln_f.weight")]
)
def test_numbers_that_are_none(out: Path, kind: str, name: str, bad: float) -> None:
    replace_tensors(out, kind, lambda arrays: arrays[name].__setitem__(2, bad))
    refuses(out, kind, "not finite", name)


def test_number_too_large_for_float32(out: Path) -> None:
    name = "transformer.ln_f.weight"
    replace_tensors(out, "weights", lambda arrays: arrays.__setitem__(name, np.full(8, 1e300)))
    refuses(out, "not finite", name)


@pytest.mark.parametrize(
    "do",
    [
        lambda arrays: arrays.pop("transformer.ln_f.weight"),
        lambda arrays: arrays.__setitem__("transformer.h.1.ln_1.weight", np.ones(8, np.float32)),
        lambda arrays: arrays.__setitem__("transformer.ln_f.weight", np.ones(9, np.float32)),
        lambda arrays: arrays.__setitem__("transformer.ln_f.weight", np.ones(0, np.float32)),
        lambda arrays: arrays.clear(),
    ],
)
def test_weights_of_another_model(out: Path, do: Callable[[dict[str, Any]], object]) -> None:
    replace_tensors(out, "weights", do)
    refuses(out, "weights-", "from a model of other sizes")


@pytest.mark.parametrize("kind", ["weights", "optimizer"])
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 8, b"\xff" * 64, b"\x02" + b"\0" * 7 + b"{}", b"\x02" + b"\0" * 7 + b"[]"]
)
def test_no_safetensors(out: Path, kind: str, content: bytes) -> None:
    rename(out, kind, content)
    refuses(out, kind)


@pytest.mark.parametrize("folder", ["nowhere", "out/checkpoint.json", "data"])
def test_no_checkpoint(trained: Path, folder: str) -> None:
    with pytest.raises(UserError, match=r"no checkpoint in .*: train a model first"):
        checkpoint.load(trained / folder)


def test_a_folder_instead_of_the_file(out: Path) -> None:
    (out / "checkpoint.json").unlink()
    (out / "checkpoint.json").mkdir()
    refuses(out, "no checkpoint in")


def test_folder_that_may_not_be_read(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", forbidden)
    refuses(out, "Permission denied: choose a place that you may use")


def test_name_that_is_too_long() -> None:
    refuses(Path("x" * 5000), "File name too long")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(INDEX_KEYS), JSON), min_size=1, max_size=4))
def test_any_json(out: Path, changes: list[tuple[Keys, Any]]) -> None:
    path = out / "checkpoint.json"
    before = path.read_text()
    try:
        for way, value in changes:
            with suppress(AttributeError, LookupError, TypeError):  # an earlier change has replaced what is around it
                change(out, way, lambda inside, key, value=value: inside.__setitem__(key, value))
        checkpoint.load(out)
    except UserError as error:
        assert "\n" not in str(error)
    finally:
        path.write_text(before)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 8000), st.binary(min_size=1, max_size=6), st.integers(0, 40))
def test_any_bytes(out: Path, at: int, new: bytes, removed: int) -> None:
    path = out / "checkpoint.json"
    before = path.read_bytes()
    path.write_bytes(before[:at] + new + before[at + removed :])
    try:
        checkpoint.load(out)
    except UserError as error:
        assert "\n" not in str(error)
    finally:
        path.write_bytes(before)
