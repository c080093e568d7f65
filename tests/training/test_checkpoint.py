"""Saving: whole or not at all, nothing of the old one lost, nothing left lying about."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training import checkpoint
from tests.support.commands import Result, environment, refused, snapshot
from tests.training.runs import differences


def test_round_trip(trained: Path) -> None:
    before = checkpoint.load(trained / "out")
    checkpoint.save(before, trained / "other")
    after = checkpoint.load(trained / "other")
    assert not differences(before.state, after.state)
    assert (after.model, after.train, after.tokenizer) == (before.model, before.train, before.tokenizer)
    assert after.state.evaluation == before.state.evaluation
    assert after.state.seconds == before.state.seconds


def test_files(trained: Path) -> None:
    """Three files, beside the metrics; the tensors under GPT-2's names and shapes."""
    from safetensors.numpy import load_file

    out = trained / "out"
    names = sorted(path.name.split("-")[0] for path in out.iterdir())
    assert names == ["checkpoint.json", "metrics.jsonl", "optimizer", "weights"]
    stored = load_file(next(out.glob("weights-*.safetensors")))
    model = checkpoint.load(out).model
    assert {n: a.shape for n, a in stored.items()} == {p.name: p.stored_shape for p in parameters(model)}
    assert stored["transformer.h.0.attn.c_attn.weight"].shape == (24, 8)
    assert {a.dtype for a in stored.values()} == {np.dtype(np.float32)}


def test_same_content_twice(trained: Path) -> None:
    saved, before = checkpoint.load(trained / "out"), snapshot(trained)
    checkpoint.save(saved, trained / "out")
    checkpoint.save(saved, trained / "out")
    assert snapshot(trained) == before


@pytest.mark.parametrize("kind", ["weights", "optimizer"])
def test_a_number_that_has_changed_is_refused(trained: Path, kind: str) -> None:
    """One bit of one number: the file is as good as any other, and holds another model."""
    path = next((trained / "out").glob(f"{kind}-*"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"{path.name} is truncated or was changed"):
        checkpoint.load(trained / "out")


def test_old_tensors_and_unfinished_files_are_removed(trained: Path) -> None:
    out = trained / "out"
    old = set(out.glob("*.safetensors"))
    rubbish = [".checkpoint.json.abc.tmp", ".weights-12.safetensors.x1.tmp", ".metrics.jsonl.q.tmp", "..writable.w.tmp"]
    mine = ["notes.txt", ".notes.tmp", "weights.safetensors", "weights-mine.safetensors"]
    for name in [*rubbish, *mine]:
        (out / name).write_text("?")
    saved = checkpoint.load(out)
    saved.state.weights["transformer.ln_f.weight"] += 1
    saved.state.m["transformer.ln_f.weight"] += 1
    checkpoint.save(saved, out)
    assert not [path for path in [*old, *(out / name for name in rubbish)] if path.exists()]
    assert [name for name in mine if (out / name).exists()] == mine
    assert not differences(checkpoint.load(out).state, saved.state)


@pytest.mark.parametrize("part", ["weights", "m", "v"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_are_not_saved(trained: Path, part: str, bad: float) -> None:
    saved, before = checkpoint.load(trained / "out"), snapshot(trained)
    getattr(saved.state, part)["transformer.ln_f.weight"][3] = bad
    with pytest.raises(UserError, match=r"after iteration 20 the .* of transformer.ln_f.weight is not finite"):
        checkpoint.save(saved, trained / "out")
    assert snapshot(trained) == before


@pytest.mark.parametrize("write", range(3))
def test_full_disk(trained: Path, monkeypatch: pytest.MonkeyPatch, write: int) -> None:
    """The first, second or third file that is written does not fit any more."""
    saved, before = checkpoint.load(trained / "out"), snapshot(trained)
    changed = replace(saved, state=replace(saved.state, weights={n: a + 1 for n, a in saved.state.weights.items()}))
    changed.state.m = {name: array + 1 for name, array in changed.state.m.items()}
    written = []

    def fsync(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > write:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(UserError, match=r"cannot write .*: No space left on device: make room") as caught:
        checkpoint.save(changed, trained / "out")
    assert "\n" not in str(caught.value)
    after = snapshot(trained)
    assert {name: after[name] for name in before} == before
    assert not list((trained / "out").glob(".*"))
    assert not differences(checkpoint.load(trained / "out").state, saved.state)
    monkeypatch.undo()
    checkpoint.save(saved, trained / "out")
    assert snapshot(trained) == before


LIMITED = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = sys.argv[2:]
runpy.run_module("gpt_by_hand", run_name="__main__")
"""


@pytest.mark.parametrize("limit", [0, 3000, 6000])  # bytes; the weights take 5,248, the moments 10,520
@pytest.mark.parametrize("init", ["scratch", "resume"])
def test_disk_quota(trained: Path, limit: int, init: str) -> None:
    before, loaded = snapshot(trained), checkpoint.load(trained / "out").state
    line = ["train", "--preset", "pocket", "--init_from", init, "--max_iters", "40", "--eval_interval", "10"]
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), "gpt_by_hand", *line],
        cwd=trained,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    refused(Result(ran.returncode, ran.stdout, ran.stderr), "cannot write out/")
    after = snapshot(trained)
    assert {name: after[name] for name in before} == before
    assert not differences(checkpoint.load(trained / "out").state, loaded)


def test_index_is_plain_json(trained: Path) -> None:
    index = json.loads((trained / "out/checkpoint.json").read_text())
    assert index["iteration"] == 20
    assert index["model"]["dim_embedding"] == 8
    assert index["tokenizer"]["words"][10] == "hello"
    assert index["random"]["seed"] == 1337
