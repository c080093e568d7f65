"""Prepare the two tiny demos, words and characters, beside this file: `gpt-by-hand prepare demo`."""

import sys
from pathlib import Path

from gpt_by_hand.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["prepare", "demo", "--data-dir", str(Path(__file__).resolve().parent), *sys.argv[1:]]))
