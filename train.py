"""Train a GPT: `python train.py --help`. The same as `gpt-by-hand train`."""

import os
import sys
from pathlib import Path

try:
    from gpt_by_hand.cli import main
except ModuleNotFoundError as missing:
    requirements = os.path.relpath(Path(__file__).resolve().with_name("requirements.txt"))
    sys.exit(f"error: {missing.name} is not installed: pip install -r {requirements} (see README.md, or: make demo)")

if __name__ == "__main__":
    raise SystemExit(main(["train", *sys.argv[1:]]))
