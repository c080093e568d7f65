"""`metrics.jsonl`: one line of JSON per evaluation."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_atomically

FILE = "metrics.jsonl"


@dataclass(frozen=True)
class Metrics:
    """What an evaluation found. Losses are in nats per token, `seconds` are spent training so far."""

    iteration: int
    train_loss: float
    val_loss: float
    learning_rate: float
    tokens: int
    seconds: float


def start(folder: Path, iteration: int = -1) -> None:
    """Begin the file anew, or, when a run is resumed, drop what it had written after `iteration`."""
    kept = [m for m in read(folder) if m.iteration <= iteration] if (folder / FILE).exists() and iteration >= 0 else []
    write_atomically(folder / FILE, "".join(_line(m) for m in kept).encode())


def append(folder: Path, metrics: Metrics) -> None:
    """Add a line."""
    with explained("write", folder / FILE), open(folder / FILE, "a", encoding="utf-8") as file:
        file.write(_line(metrics))


def read(folder: Path) -> list[Metrics]:
    """The lines of the file, without a last one that is only half there.

    Raises: UserError when there is no such file or it holds something else.
    """
    path = folder / FILE
    if not path.is_file():
        raise UserError(f"there is no {path}: train a model first, for example with train.py")
    with explained("read", path):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(Metrics(**json.loads(line)))
        except (ValueError, TypeError) as error:
            if number < len(lines) or line.endswith("\n"):
                raise UserError(f"{path}, line {number}, is not a line of metrics: {line.strip()[:60]!r}") from error
    return found


def _line(metrics: Metrics) -> str:
    return json.dumps(asdict(metrics)) + "\n"
