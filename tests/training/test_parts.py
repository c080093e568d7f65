"""A checkpoint in parts: what is there is read, and what is missing or spoiled is named in one line."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.session import begin, preset
from tests.support.many import state

pytest.importorskip("torch", reason="PyTorch reads and writes parts")

from dataclasses import replace

from gpt_by_hand.engines.torch.sharding import all_finite
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.torch_compute import TorchCompute


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with a checkpoint in one part, of a model after three iterations; beside it, the same in one piece."""
    model, train = preset("pocket")
    trainer = begin(model, replace(train, engine="torch", data_dir=str(tmp_path / "data")), say=lambda line: None)
    compute, out = trainer.compute, tmp_path / "out"
    assert isinstance(compute, TorchCompute)
    compute.take_over(trainer.state)
    trainer.advance(3)
    compute.sharded = True
    compute._reshard = lambda: None  # type: ignore[method-assign]
    parts = checkpoint.parts_folder(out, 7)
    assert compute.save_parts(trainer.state, parts)
    found = Checkpoint(trainer.model, trainer.train, trainer.dataset.tokenizer, trainer.state)
    checkpoint.save(found, out, parts)
    compute.hand_over(trainer.state)
    checkpoint.save(found, tmp_path / "whole")
    return out


def refused(folder: Path) -> str:
    with pytest.raises(UserError) as found:
        checkpoint.load(folder)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_the_same_as_in_one_piece(saved: Path, tmp_path: Path) -> None:
    one, other = state(saved), state(tmp_path / "whole")
    for kind in ("weights", "m", "v"):
        arrays, others = getattr(one, kind), getattr(other, kind)
        assert arrays.keys() == others.keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, others[name])
    assert np.abs(one.m["transformer.wte.weight"]).max() > 0
    assert (one.iteration, one.shards) == (3, None)


def test_where_the_parts_are(saved: Path) -> None:
    found = checkpoint.load(saved, whole=False).state
    assert (found.shards, found.weights) == (saved / "parts-0000000000000007", {})


def test_the_next_checkpoint_removes_them(saved: Path, tmp_path: Path) -> None:
    checkpoint.save(checkpoint.load(tmp_path / "whole"), saved)
    assert sorted(path.name.split("-")[0] for path in saved.iterdir()) == ["checkpoint.json", "optimizer", "weights"]


def test_parts_that_are_not_there(saved: Path) -> None:
    shutil.rmtree(saved / "parts-0000000000000007")
    assert f"cannot read the parts of the checkpoint in {saved}/parts-0000000000000007" in refused(saved)


@pytest.mark.parametrize("name", ["__0_0.distcp", ".metadata"])
@pytest.mark.parametrize("size", [None, 0, 100])
def test_spoiled_parts(saved: Path, name: str, size: int | None) -> None:
    path = saved / "parts-0000000000000007" / name
    content = path.read_bytes()
    path.unlink()
    if size is not None:
        path.write_bytes(content[:size])
    assert "cannot read the parts of the checkpoint" in refused(saved)


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("touched"),))


@pytest.mark.parametrize("what", [Evil(), {"a": 1}, None])
def test_parts_run_no_code(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: object) -> None:
    monkeypatch.chdir(tmp_path)
    (saved / "parts-0000000000000007" / ".metadata").write_bytes(pickle.dumps(what))
    assert "cannot read the parts" in refused(saved)
    assert not Path("touched").exists()


def test_parts_that_are_no_tensors(saved: Path) -> None:
    """PyTorch unpickles such parts freely."""
    path = saved / "parts-0000000000000007" / ".metadata"
    metadata = pickle.loads(path.read_bytes())
    metadata.state_dict_metadata["weights.transformer.wte.weight"] = None
    path.write_bytes(pickle.dumps(metadata))
    assert "is no tensor" in refused(saved)


def test_parts_of_other_sizes(saved: Path) -> None:
    index = json.loads((saved / "checkpoint.json").read_text())
    index["model"]["dim_embedding"] = 16
    (saved / "checkpoint.json").write_text(json.dumps(index))
    assert "cannot read the parts" in refused(saved)


@pytest.mark.parametrize("name", ["../out", "parts-7", 7, None, ""])
def test_a_name_that_no_folder_of_parts_has(saved: Path, name: object) -> None:
    index = json.loads((saved / "checkpoint.json").read_text())
    (saved / "checkpoint.json").write_text(json.dumps({**index, "parts": name}))
    assert "which is no file of a checkpoint" in refused(saved)


def test_how_gradients_are_scaled(saved: Path, tmp_path: Path) -> None:
    """float16 goes on with the scale that it had."""
    import torch

    whole = checkpoint.load(tmp_path / "whole")
    assert whole.state.scaler == {}
    whole.state.scaler = torch.amp.GradScaler("cpu", init_scale=1024.0).state_dict()
    checkpoint.save(whole, tmp_path / "whole")
    again = torch.amp.GradScaler("cpu")
    again.load_state_dict(state(tmp_path / "whole").scaler)
    assert again.get_scale() == 1024.0
    index = json.loads((tmp_path / "whole" / "checkpoint.json").read_text())
    (tmp_path / "whole" / "checkpoint.json").write_text(json.dumps({**index, "scaler": {"scale": "x"}}))
    assert "scaler is" in refused(tmp_path / "whole")


def test_numbers_that_are_not_finite(saved: Path, tmp_path: Path) -> None:
    import torch

    good, bad = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    with torch.no_grad():
        bad.weight[0, 0] = float("nan")
    assert all_finite(good)
    assert not all_finite(bad)
