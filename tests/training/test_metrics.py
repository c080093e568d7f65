"""`metrics.jsonl`: a line for each evaluation, and none that is nonsense."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.training import metrics
from gpt_by_hand.training.metrics import Metrics

ONE = Metrics(0, 3.5, 3.4, 0.0, 0, 0.25)
TWO = Metrics(100, 2.5, 2.4, 3e-4, 12800, 1.5)
KEYS = ["iteration", "train_loss", "val_loss", "learning_rate", "tokens", "seconds"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    metrics.append(tmp_path, ONE, anew=True)
    metrics.append(tmp_path, TWO, anew=False)
    return tmp_path


def test_lines(folder: Path) -> None:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    assert [list(json.loads(line)) for line in lines] == [KEYS, KEYS]
    assert json.loads(lines[1]) == asdict(TWO)
    assert metrics.read(folder) == [ONE, TWO]


def test_a_new_file(folder: Path) -> None:
    metrics.append(folder, TWO, anew=True)
    assert metrics.read(folder) == [TWO]


def test_half_a_line_at_the_end_is_left_out(folder: Path) -> None:
    path = folder / "metrics.jsonl"
    whole = path.read_text()
    path.write_text(whole[:-20])
    assert metrics.read(folder) == [ONE]
    path.write_text(whole.rstrip("\n"))
    assert metrics.read(folder) == [ONE, TWO]


def test_resumed(folder: Path) -> None:
    """What is later than the checkpoint goes, and the checkpoint's own evaluation is there, once."""
    metrics.append(folder, replace(TWO, iteration=200), anew=False)
    metrics.resume(folder, replace(TWO, val_loss=1.0))
    assert metrics.read(folder) == [ONE, replace(TWO, val_loss=1.0)]
    metrics.resume(folder, ONE)
    assert metrics.read(folder) == [ONE]


def test_resumed_without_a_file(tmp_path: Path) -> None:
    metrics.resume(tmp_path, TWO)
    assert metrics.read(tmp_path) == [TWO]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [None, "1", [1], {}, True, float("nan"), float("inf"), 10**400, -(10**30), "missing"])
def test_bad_values(folder: Path, key: str, value: object) -> None:
    data = asdict(ONE) | {key: value}
    if value == "missing":
        del data[key]
    check_refused(folder, json.dumps(data))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "[]",
        "3",
        "null",
        "{}",
        '{"iteration": 3',
        "[" * 100_000,
        json.dumps(asdict(ONE) | {"more": 1}),
        "\0",
        "9" * 5000,
    ],
)
def test_bad_lines(folder: Path, line: str) -> None:
    check_refused(folder, line)


def check_refused(folder: Path, line: str) -> None:
    path = folder / "metrics.jsonl"
    path.write_text(f"{json.dumps(asdict(ONE))}\n{line}\n{json.dumps(asdict(TWO))}\n")
    with pytest.raises(UserError, match=r"metrics\.jsonl, line 2, is not a line of metrics") as caught:
        metrics.read(folder)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text(folder: Path) -> None:
    (folder / "metrics.jsonl").write_bytes(b"\xff\xfe\n")
    with pytest.raises(UserError, match="line 1"):
        metrics.read(folder)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="train a model first"):
        metrics.read(tmp_path)
