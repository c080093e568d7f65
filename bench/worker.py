"""Our side of the conversation with a contender's process; peers/serve.py is the other one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from bench.measure import AbsentError, Timing

__all__ = ["AbsentError", "Worker"]
ROOT = Path(__file__).parents[1]
C_NUMBER = re.compile(r"(?<=[ \[])-?(nan|inf)(?=[,}\]])")  # as printf writes them, outside of texts
C_NUMBERS = {"nan": "NaN", "inf": "Infinity"}


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
                encoding="utf-8",
                errors="replace",
                env={**os.environ, "PYTHONPATH": paths, **changes},
            )
        except OSError as error:
            raise AbsentError(f"cannot run {command[0]}: {error.strerror}") from None
        try:
            self._introduced(self._answer())
        except AbsentError:
            self._process.kill()
            self.close()
            raise

    def _introduced(self, first: dict[str, Any]) -> None:
        if "absent" in first:
            raise AbsentError(str(first["absent"]))
        try:
            self.losses = [float(loss) for loss in first["losses"]]
            self.setup, self.block = float(first["setup"]), int(first.get("block", 1))
        except (KeyError, TypeError, ValueError):
            raise AbsentError(_nonsense(json.dumps(first))) from None
        if not all(map(isfinite, self.losses)):
            raise AbsentError(f"its first losses are not numbers: {', '.join(map(str, self.losses[:5]))}")
        self.versions: dict[str, str] = first.get("versions", {})
        self.memory: dict[str, int] = first.get("memory", {})

    def ask(self, count: int) -> Timing:
        """So many iterations, a multiple of `block`. Raises: AbsentError when it ends, or answers nonsense."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{count}\n")
            self._process.stdin.flush()
        except OSError:
            raise AbsentError(self._last_words()) from None
        answer = self._answer()
        seconds, cpu = answer.get("seconds"), answer.get("cpu")
        if not all(isinstance(x, (int, float)) and isfinite(x) for x in (seconds, cpu)) or not seconds > 0:
            raise AbsentError(_nonsense(json.dumps(answer)))
        return Timing(count, seconds, cpu)

    def _answer(self) -> dict[str, Any]:
        """The next line that is JSON, or C's way to write it; others are what the contender says to people."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                try:
                    return json.loads(C_NUMBER.sub(lambda match: C_NUMBERS[match[1]], line))
                except ValueError:
                    raise AbsentError(_nonsense(line.strip())) from None
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


def _nonsense(said: str) -> str:
    return f"it answers nonsense: {said[:100]}"
