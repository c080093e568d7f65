"""`metrics.jsonl`: one line of JSON per evaluation."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from pathlib import Path

from gpt_by_hand.advice import command
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, is_file, read_bytes, write_atomically
from gpt_by_hand.records import dataclass

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

    @classmethod
    def from_json(cls, data: object) -> Metrics:
        """The metrics that `asdict` has turned into plain values. Raises: ValueError for anything else."""
        if not isinstance(data, dict) or set(data) != {f.name for f in fields(cls)}:
            raise ValueError(f"metrics have the entries {', '.join(f.name for f in fields(cls))}")
        for name, value in data.items():
            number = type(value) in ((int,) if name in ("iteration", "tokens") else (int, float))
            if not number or not abs(value) < math.inf or (type(value) is int and not 0 <= value < 2**63):
                raise ValueError(f"{name} is {str(value)[:40]!r}, which is no such number")
        return cls(**data)


def check(folder: Path) -> None:
    """Raise UserError if there is something in the folder that keeps the file from being written."""
    path = folder / FILE
    with explained("write", path):
        if path.exists():
            open(path, "ab").close()


def resume(folder: Path, last: Metrics) -> None:
    """Drop what a killed run has written after `last`, the evaluation that its checkpoint holds.

    Raises: UserError when the file is damaged or cannot be written.
    """
    before = read(folder) if is_file(folder / FILE) else []
    kept = [m for m in before if m.iteration < last.iteration]
    write_atomically(folder / FILE, "".join(_line(m) for m in [*kept, last]).encode())


def append(folder: Path, metrics: Metrics, anew: bool) -> None:
    """Add a line, or with `anew` make it the first one of a new file. Raises: UserError when that fails."""
    if anew:
        write_atomically(folder / FILE, _line(metrics).encode())
        return
    with explained("write", folder / FILE), open(folder / FILE, "a", encoding="utf-8", newline="\n") as file:
        file.write(_line(metrics))


def read(folder: Path) -> list[Metrics]:
    """The lines of the file, without a last one that is only half there.

    Raises: UserError when there is no such file or it holds something else.
    """
    path = folder / FILE
    if not is_file(path):
        raise UserError(f"there is no {path}: train a model first: {command('train')}")
    lines = read_bytes(path).decode(errors="replace").split("\n")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(Metrics.from_json(json.loads(line)))
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                raise UserError(
                    f"{path}, line {number}, is not a line of metrics: {line.strip()[:60]!r}; mend or remove the file"
                ) from error
    return found


def _line(metrics: Metrics) -> str:
    return json.dumps(asdict(metrics)) + "\n"
