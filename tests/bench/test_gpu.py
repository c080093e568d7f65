"""The bench for GPUs runs anywhere, if slowly; both of its loops do the same work."""

import argparse
import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="it compares PyTorch with PyTorch")

import torch

from bench import gpu
from gpt_by_hand.engines.torch.device import Device, find_device

CHOSEN = argparse.Namespace(compile=False)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_both_loops_learn_the_same(dtype: torch.dtype) -> None:
    device = Device(torch.device("cpu"), dtype)
    loops = [make(gpu.TINY, device, CHOSEN) for make in (gpu._ours, gpu._plain)]
    (_, ours), (_, plain) = loops
    plain.load_state_dict(ours.state_dict())
    batch = gpu._batch(gpu.TINY, (4, gpu.TINY.seq_length), device, seed=1)
    losses = [[float(step(*batch, n)) for n in range(2)] for step, _ in loops]
    assert losses[0] == pytest.approx(losses[1], abs=1e-3)
    assert losses[0][1] < losses[0][0] - 0.02


def test_it_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--tiny", "--device", "cpu", "--no-compile", "--iterations", "1", "--batch_size", "2"]
    assert gpu.main([*options, "-o", str(tmp_path / "found.json")]) == 0
    found = json.loads((tmp_path / "found.json").read_text())
    assert found == json.loads(capsys.readouterr().out)
    assert found["device"] == find_device("cpu").name
    assert (found["batch"], found["vocab_size"]) == ([2, 32], 256)
    for loop in (found["ours"], found["plain"]):
        assert len(loop["ms_per_iteration"]) == gpu.ROUNDS
        assert (loop["parameters"], loop["mfu"]) == (34688, None)
    speeds = [found[name]["tokens_per_second"] for name in ("ours", "plain")]
    assert found["ours_to_plain"] == pytest.approx(speeds[0] / speeds[1], abs=1e-3)


def test_a_run_that_fails_says_so(tmp_path: Path) -> None:
    (tmp_path / "input.txt").write_text("too short")
    options = ["--shakespeare", str(tmp_path / "input.txt"), "--device", "cpu", "-o", str(tmp_path / "found.json")]
    assert gpu.main(options) == 2
    assert json.loads((tmp_path / "found.json").read_text()) == {"exit_code": 2}
