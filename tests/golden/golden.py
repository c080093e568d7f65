"""Texts that are compared letter by letter with a file in this folder."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def assert_golden(name: str, text: str, folder: Path = FOLDER) -> None:
    """`text` is what the file `name` holds. With UPDATE_GOLDEN=1 in the environment the file is written instead."""
    path = folder / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    want = path.read_text(encoding="utf-8")
    hint = f"{name} has changed. If it was meant to: UPDATE_GOLDEN=1 python -m pytest tests/golden, and read git diff"
    assert text == want, hint
