"""Our side of the conversation with a contender's process; peers/serve.py is the other one."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measure import Timing

ROOT = Path(__file__).parents[1]


class AbsentError(Exception):
    """A contender that cannot run here; the message says why."""


class Worker:
    """A process that does iterations when it is asked to. To be used in a `with` statement.

    Raises: AbsentError when the contender is not there or does not work.
    """

    def __init__(self, command: Sequence[str], changes: Mapping[str, str]) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the worker is)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                env={**os.environ, "PYTHONPATH": paths, **changes},
            )
        except OSError as error:
            raise AbsentError(f"cannot run {command[0]}: {error.strerror}") from None
        first = self._answer()
        if "absent" in first:
            self.close()
            raise AbsentError(first["absent"])
        self.losses: list[float] = first["losses"]
        self.setup: float = first["setup"]
        self.block: int = first.get("block", 1)
        self.versions: dict[str, str] = first.get("versions", {})
        self.memory: dict[str, int] = first.get("memory", {})

    def ask(self, count: int) -> Timing:
        """So many iterations, a multiple of `block`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{count}\n")
            self._process.stdin.flush()
        except OSError:
            raise AbsentError(self._last_words()) from None
        answer = self._answer()
        return Timing(count, answer["seconds"], answer["cpu"])

    def _answer(self) -> dict[str, Any]:
        """The next line that is JSON; others are what the contender says to people."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise AbsentError(self._last_words())

    def _last_words(self) -> str:
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return said[-1][:300] if said else f"it ended with exit code {self._process.wait()}"

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()
        self._errors.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
