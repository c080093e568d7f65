"""What has been practised, kept between runs in a small file of the user's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, read_bytes, write_atomically
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic
from gpt_by_hand.records import dataclass
from gpt_by_hand.user_folders import named, user_folder

VARIABLE = "GPT_BY_HAND_PROGRESS"
RECENT = 5  # the exercises of a topic that say how well it is known
DAMAGED = ".damaged"


@dataclass
class Record:
    """Of one topic: how often asked, how often right at once, the last few of those, and which mistakes were made."""

    asked: int = 0
    right: int = 0
    recent: list[bool] = field(default_factory=list)
    mistakes: dict[str, int] = field(default_factory=dict)

    def add(self, right: bool, mistakes: Iterable[str]) -> None:
        """One more exercise."""
        self.asked += 1
        self.right += right
        self.recent = [*self.recent, right][-RECENT:]
        for kind in mistakes:
            self.mistakes[kind] = self.mistakes.get(kind, 0) + 1

    @property
    def trouble(self) -> float:
        """The share of the last few exercises that were not right at once."""
        return self.recent.count(False) / len(self.recent) if self.recent else 0.0


@dataclass
class Progress:
    """The records by topic, and the file that they are kept in."""

    path: Path
    records: dict[str, Record] = field(default_factory=dict)

    def record(self, topic: Topic) -> Record:
        """The record of a topic; a new one, if it has never been practised."""
        return self.records.setdefault(topic.key, Record())

    def by_need(self) -> list[Topic]:
        """All topics: those that went wrong lately, then those that are new, in the program's order, then the rest."""

        def need(topic: Topic) -> tuple[float, int]:
            known = self.records.get(topic.key, Record())
            return -known.trouble, known.asked

        return sorted(TOPICS, key=need)

    def save(self) -> None:
        """Write the file, whole or not at all. Raises: UserError when it cannot be written."""
        data = {"version": 1, "topics": {key: asdict(record) for key, record in self.records.items()}}
        write_atomically(self.path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())


def progress_file() -> Path:
    """Where progress is kept: the value of GPT_BY_HAND_PROGRESS, or in the platform's folder for users' data.

    Raises: UserError when the system knows of no home folder.
    """
    if given := named(VARIABLE):
        return given
    folder = user_folder("data")
    if folder is None:
        raise UserError(f"there is no home folder to keep progress in: name a file with {VARIABLE}")
    return folder / "progress.json"


def load(path: Path) -> tuple[Progress, str]:
    """What is kept in the file, and what to tell the user of it: a damaged file is set aside.

    Raises: UserError when the file is there but cannot be read.
    """
    with explained("read", path):
        if not path.exists():
            return Progress(path), ""
    content = read_bytes(path)
    try:
        return Progress(path, _records(json.loads(content))), ""
    except (ValueError, RecursionError):
        aside = path.with_name(path.name + DAMAGED)
        with explained("set aside", path):
            os.replace(path, aside)
        return Progress(path), said("quiz.damaged", path=path, aside=aside.name)


def _records(data: Any) -> dict[str, Record]:
    """Raises: ValueError when it is not what `save` writes."""
    match data:
        case {"version": 1, "topics": dict(topics)}:
            return {key: _record(known) for key, known in topics.items() if key in KEYS}
    raise ValueError


def _record(data: Any) -> Record:
    match data:
        case {"asked": _, "right": _, "recent": list(recent), "mistakes": dict(mistakes)} if len(data) == 4:
            counts = [data["asked"], data["right"], *mistakes.values()]
            if all(type(n) is int and n >= 0 for n in counts) and all(type(flag) is bool for flag in recent):
                return Record(**data)
    raise ValueError
