"""Prepare the Shakespeare data sets beside this file: `gpt-by-hand prepare shakespeare`."""

import os
import sys
from pathlib import Path

try:
    from gpt_by_hand.cli import main
except ModuleNotFoundError as missing:
    requirements = os.path.relpath(Path(__file__).resolve().parents[1] / "requirements.txt")
    sys.exit(f"error: {missing.name} is not installed: pip install -r {requirements} (see README.md, or: make demo)")

if __name__ == "__main__":
    raise SystemExit(
        main(["prepare", "shakespeare", "--data-dir", str(Path(__file__).resolve().parent), *sys.argv[1:]])
    )
