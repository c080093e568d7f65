"""Two processes train as one does; they stop, fail and are killed together; and their checkpoints fit any number."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.training import metrics
from tests.support.many import FOREVER, SMALL, Launched, differences, state

pytest.importorskip("torch", reason="torchrun comes with PyTorch")
needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the processes in /proc")
TWENTY = ("--max_iters", 20, "--eval_interval", 10)
SHARD = {"every process has the model": (), "shared out": ("--shard",)}


def alone(folder: Path, *options: object) -> str:
    """Train in this process, by PyTorch; returns what was printed."""
    said = StringIO()
    with redirect_stdout(said):
        found = main([str(a) for a in ("train", *SMALL, "--engine", "torch", *options, "--data_dir", folder / "data")])
    assert found == 0, said.getvalue()
    return said.getvalue()


@pytest.fixture(scope="session")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of one process: 20 iterations, and 30."""
    folder = tmp_path_factory.mktemp("one")
    alone(folder, *TWENTY, "--out_dir", folder / "20")
    shutil.copytree(folder / "20", folder / "30")
    alone(folder, "--init_from", "resume", "--max_iters", 30, "--out_dir", folder / "30")
    return folder


@pytest.mark.parametrize("how", SHARD)
def test_two_equal_one(one: Path, tmp_path: Path, how: str) -> None:
    """And what is printed is printed once; and the data that is not there yet is prepared once."""
    with Launched(tmp_path, *TWENTY, *SHARD[how]) as run:
        said = run.finish().splitlines()
    assert len([line for line in said if line.startswith("iteration ")]) == 3
    assert len(said) == len(set(said)), said
    assert "2 processes" in said[1]
    assert not differences(tmp_path / "out", one / "20")
    assert len(list((tmp_path / "out").iterdir())) == 4
    alone(tmp_path, "--init_from", "resume", "--max_iters", 30, "--no_shard", "--out_dir", tmp_path / "out")
    assert not differences(tmp_path / "out", one / "30")


@pytest.mark.parametrize("how", SHARD)
def test_one_goes_on_as_two(one: Path, tmp_path: Path, how: str) -> None:
    shutil.copytree(one / "data", tmp_path / "data")
    shutil.copytree(one / "20", tmp_path / "out")
    with Launched(tmp_path, "--init_from", "resume", "--max_iters", 30, *SHARD[how]) as run:
        run.finish()
    assert not differences(tmp_path / "out", one / "30")


def test_differences_are_seen(one: Path, tmp_path: Path) -> None:
    shutil.copytree(one / "20", tmp_path / "out")
    alone(one, "--init_from", "resume", "--max_iters", 20, "--out_dir", tmp_path / "out")
    assert not differences(one / "20", tmp_path / "out")
    alone(one, *TWENTY, "--seed", 1, "--out_dir", tmp_path / "other")
    assert {"next_starts", "losses at 20"} < set(differences(one / "20", tmp_path / "other"))


@needs_proc
@pytest.mark.parametrize("how", SHARD)
def test_a_killed_process_ends_the_others(tmp_path: Path, how: str) -> None:
    """The last checkpoint stays; where it is in parts, one process can go on from it, and write text."""
    with Launched(tmp_path, *FOREVER, *SHARD[how]) as run:
        run.until("iteration   100")
        ranks, start = run.children(), time.monotonic()
        os.kill(ranks[1], signal.SIGKILL)
        assert run.process.wait(30) != 0
        assert time.monotonic() - start < 30
        assert not any(map(_lives, ranks))
        assert run.errors() == [
            "error: the run has ended: process 1 does not answer any more; go on from the last checkpoint with "
            "--init_from resume"
        ]
    out = tmp_path / "out"
    assert bool(list(out.glob("parts-*"))) == ("--shard" in SHARD[how])
    at = state(out).iteration
    shutil.copytree(out, tmp_path / "copy")
    assert main(["generate", "--out_dir", str(tmp_path / "copy"), "--max_tokens", "2"]) == 0
    alone(tmp_path, "--init_from", "resume", "--max_iters", at + 5, "--no_shard", "--out_dir", out)
    assert state(out).iteration == at + 5
    assert not list(out.glob("parts-*"))


@needs_proc
def test_an_error_of_one_process_ends_the_others(tmp_path: Path) -> None:
    with Launched(tmp_path, *FOREVER, script="tests/training/failing.py") as run:
        assert run.process.wait(60) != 0
        assert "ValueError: a cosmic ray" in run.err.read_text()
        assert any("process 1 has failed (a cosmic ray)" in line for line in run.errors())


@pytest.mark.parametrize("how", SHARD)
def test_stopped_together(tmp_path: Path, how: str) -> None:
    """torchrun hands SIGTERM on to all; they end after the same iteration, and save once."""
    with Launched(tmp_path, *FOREVER, *SHARD[how]) as run:
        run.until("iteration    50")
        run.process.send_signal(signal.SIGTERM)
        run.process.wait(30)
        said = run.out.read_text()
        assert run.errors() == []
    at = state(tmp_path / "out").iteration
    assert said.count("stopped at") == said.count(f"stopped at iteration {at}, and saved") == 1
    assert not list((tmp_path / "out").glob("parts-*"))
    assert metrics.read(tmp_path / "out")[-1].iteration <= at


def test_a_batch_that_cannot_be_shared_out(tmp_path: Path) -> None:
    with Launched(tmp_path, "--batch_size", 3, "--gradient_accumulation_steps", 1) as run:
        assert run.process.wait(60) != 0
        (line,) = run.errors()
        assert "3 sequences an iteration" in line
        assert "among 2 processes: choose a multiple of 2" in line
        assert "Traceback" not in run.err.read_text().split("torch/distributed")[0]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
