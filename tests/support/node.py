"""JavaScript of the page, run by Node without a browser: what a script sends comes back as Python's data."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node here: apt-get install nodejs")
APP = Path(__file__).parents[2] / "src" / "gpt_by_hand" / "page" / "app"
# Numbers that are not finite travel as {"number": "Infinity"}: JSON has none.
SCRIPT = """\
import {{ readFileSync }} from "node:fs";
const revive = (_, value) => (value && typeof value === "object" && "number" in value && Object.keys(value).length === 1
  && typeof value.number === "string" ? Number(value.number) : value);
const say = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? {{ number: String(value) }} :
  Object.is(value, -0) ? {{ number: "-0" }} : typeof value === "bigint" ? {{ number: String(value) }} : value);
const given = JSON.parse(readFileSync(0, "utf-8"), revive);
const send = (value) => process.stdout.write(JSON.stringify(value, say) + "\\n");
{code}
"""


def node(code: str, given: Any = None, timeout: float = 120) -> Any:
    """What the code sends: it may `import ... from "app/…"`, reads `given`, and calls `send(value)` once."""
    assert NODE
    text = SCRIPT.format(code=code.replace('"app/', f'"{APP.as_uri()}/'))
    imports = [line for line in text.splitlines() if line.startswith("import ")]
    rest = [line for line in text.splitlines() if not line.startswith("import ")]
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", "\n".join([*imports, *rest])],
        input=json.dumps(_said(given)),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    return _read(json.loads(done.stdout))


def _said(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[str(value)]}
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items()}
    return [_said(one) for one in value] if isinstance(value, (list, tuple)) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"number"} and isinstance(value["number"], str):
            return float(value["number"].replace("Infinity", "inf"))
        return {key: _read(one) for key, one in value.items()}
    return [_read(one) for one in value] if isinstance(value, list) else value
